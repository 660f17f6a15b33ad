"""The material constants that properties depend on: one document, every constant with its unit and source."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from microdesigner.core.documents import Line, document_text, read_document
from microdesigner.core.errors import InputError
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.phases import LETTERS, Names, phase_keys
from microdesigner.core.quantity import unit_words

Positive = Annotated[float, Meta(gt=0, le=1e300)]
NotNegative = Annotated[float, Meta(ge=0, le=1e300)]
Ratio = Annotated[float, Meta(gt=-1, lt=0.5)]
REMEDY = "see the manual's page on properties for its entries"


class PerPhase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A constant, not negative, of donor (label 0), acceptor (1) and mixed phase (2)."""

    D: NotNegative
    A: NotNegative
    M: NotNegative

    def of(self, label: int) -> float:
        """The constant of the phase `label`."""
        return (self.D, self.A, self.M)[label]


class RatioPerPhase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Poisson's ratio of donor (label 0), acceptor (1) and mixed phase (2)."""

    D: Ratio
    A: Ratio
    M: Ratio

    def of(self, label: int) -> float:
        """The ratio of the phase `label`."""
        return (self.D, self.A, self.M)[label]


class DiffusionLengths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exciton diffusion lengths of donor and acceptor; in the mixed phase excitons dissociate where they arise."""

    D: Positive
    A: Positive

    def of(self, label: int) -> float:
        """The length in the phase `label`."""
        return (self.D, self.A)[label]


class OwnConstants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Constants of a phase with a name of its own; those that nobody gave are unknown."""

    conductivity: NotNegative | None = None
    youngs_modulus: NotNegative | None = None
    poisson_ratio: Ratio | None = None


OfPhase = Literal["conductivity", "youngs_modulus", "poisson_ratio"]
"""What is asked of every phase of a material."""


class MaterialConstants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What properties need to know of the materials; units and sources are in `CONSTANTS`.

    Every entry has a default, so a file names those that differ. The defaults are of the polymer-fullerene films on
    which the field's device models were tried.
    """

    conductivity: PerPhase = PerPhase(0.2, 0.03, 0.077)
    exciton_diffusion_length: DiffusionLengths = DiffusionLengths(10.0, 10.0)
    generation_rate: NotNegative = 2.7e27
    hole_mobility: Positive = 3.0e-8
    electron_mobility: Positive = 2.5e-7
    carrier_lifetime: Positive = 1e-6
    built_in_voltage: NotNegative = 0.9
    temperature: Positive = 300.0
    selective_contacts: bool = False
    youngs_modulus: PerPhase = PerPhase(1.3, 6.0, 2.8)
    poisson_ratio: RatioPerPhase = RatioPerPhase(0.35, 0.35, 0.35)
    phases: dict[Line, OwnConstants] = {}

    def of_phase(self, constant: OfPhase, names: Names, label: int) -> float | None:
        """The constant of the phase `label` of a material whose phases have these names; None where it is unknown."""
        if phase_keys(names)[label] in LETTERS:
            per_phase: PerPhase | RatioPerPhase = getattr(self, constant)
            return per_phase.of(label)
        known: float | None = getattr(self.phases.get(names[label], OwnConstants()), constant)
        return known


@dataclass(frozen=True)
class ConstantSpec:
    """Title, unit ("1" for none) and meaning of a constant, and where its default comes from."""

    title: str
    unit: str
    meaning: str
    source: str


CONSTANTS: dict[str, ConstantSpec] = {
    "conductivity": ConstantSpec(
        "Conductivity", "W/(m K)",
        "Of each phase, for the film's effective conductivity. Thermal by default; the equation is the same for "
        "electrical conductivity (S/m), permittivity or diffusivity, and the result has the unit of what is given.",
        "Donor: assumed, polymer films have 0.1 to 1. Acceptor: films of PCBM, 0.030 ± 0.003, Duda et al., "
        "Phys. Rev. Lett. 110 (2013) 015902 (others find 0.05 to 0.06, Wang et al., Phys. Rev. B 88 (2013) 075310). "
        "Mixed: geometric mean",
    ),
    "exciton_diffusion_length": ConstantSpec(
        "Exciton diffusion length", "nm", "√(D τ) of excitons in each phase.",
        "Assumed; measured in four polymers: 5 to 12 nm, Leow, Ohnishi, Matsumura, J. Phys. Chem. C 118 (2014) 71",
    ),
    "generation_rate": ConstantSpec(
        "Generation rate", "1/(m³ s)", "Excitons made by light per volume and time, alike everywhere in the film.",
        "120 nm of MDMO-PPV:PCBM: Koster, Smits, Mihailetchi, Blom, Phys. Rev. B 72 (2005) 085205, table I",
    ),
    "hole_mobility": ConstantSpec(
        "Hole mobility", "m²/(V s)", "In the donor and the mixed phase.",
        "MDMO-PPV:PCBM: Koster, Smits, Mihailetchi, Blom, Phys. Rev. B 72 (2005) 085205, table I",
    ),
    "electron_mobility": ConstantSpec(
        "Electron mobility", "m²/(V s)", "In the acceptor and the mixed phase.",
        "MDMO-PPV:PCBM: Koster, Smits, Mihailetchi, Blom, Phys. Rev. B 72 (2005) 085205, table I",
    ),
    "carrier_lifetime": ConstantSpec(
        "Carrier lifetime", "s", "Mean time after which a carrier that is not collected recombines (first order).",
        "Order of magnitude: microseconds in P3HT:PCBM in sunlight, Garcia-Belmonte et al., Influence of the "
        "Intermediate Density-of-States Occupancy, J. Phys. Chem. Lett. (2010)",
    ),
    "built_in_voltage": ConstantSpec(
        "Built-in voltage", "V", "Falls off evenly across the film at short circuit and drives holes to the anode.",
        "Assumed, between the open-circuit voltage (0.83 V) that device models give for the film of Koster et al. "
        "(2005) and its gap (1.34 eV)",
    ),
    "temperature": ConstantSpec(
        "Temperature", "K", "Of the film, for the carriers' diffusion (Einstein).", "Assumed: room",
    ),
    "selective_contacts": ConstantSpec(
        "Selective contacts", "1",
        "Whether each electrode takes up its own carrier alone; else carriers that reach the wrong one are lost there.",
        "Assumed: metal contacts without blocking layers",
    ),
    "youngs_modulus": ConstantSpec(
        "Young's modulus", "GPa", "Of each phase, isotropic; 0 is a void.",
        "Assumed: films of poly(3-alkylthiophenes) have 0.16 to 1.87, their blends with PCBM 2 to 4 times as much, "
        "Adv. Funct. Mater., doi 10.1002/adfm.201302646. Mixed: geometric mean",
    ),
    "poisson_ratio": ConstantSpec(
        "Poisson's ratio", "1", "Of each phase.", "Assumed: usual for glassy polymers",
    ),
    "phases": ConstantSpec(
        "Phases with names of their own", "1",
        "Conductivity, Young's modulus and Poisson's ratio of phases other than donor, acceptor and mixed, by name.",
        "None: what nobody gives is unknown",
    ),
}  # fmt: skip


def read_constants(path: Path) -> MaterialConstants:
    """The constants of a JSON file, with defaults for what it does not name.

    Parameters
    ----------
    path : Path
        The file; its entries are those of `MaterialConstants`.

    Returns
    -------
    MaterialConstants
        The constants.

    Raises
    ------
    InputError
        Where it cannot be read, or an entry is unknown or impossible.
    """
    return read_document(path, MaterialConstants, "a file of material constants", REMEDY, largest=1 << 20)


def constants_table(constants: MaterialConstants) -> dict[str, dict[str, Any]]:
    """Each constant's value and unit ("" for none), and where it is from: the default's source, or the user."""
    default, values = msgspec.to_builtins(MaterialConstants()), msgspec.to_builtins(constants)
    own = values.pop("phases")
    sources = {name: CONSTANTS[name].source if value == default[name] else "given" for name, value in values.items()}
    table = {name: {"value": value, "unit": _unit(name), "source": sources[name]} for name, value in values.items()}
    return table | {
        f"{name} of {phase}": {"value": value, "unit": _unit(name), "source": "given"}
        for phase, given in own.items()
        for name, value in given.items()
        if value is not None
    }


def _unit(name: str) -> str:
    return unit_words(CONSTANTS[name].unit)


def constants_text(constants: MaterialConstants) -> str:
    """The constants as the JSON document that `read_constants` reads."""
    return document_text(constants)


def stored_constants(path: Path | None = None) -> MaterialConstants:
    """The constants that the user chose last, in the file at `path`, the user's own by default; else the defaults."""
    try:
        return read_constants(path or constants_path())
    except InputError:
        return MaterialConstants()


def store_constants(constants: MaterialConstants, path: Path | None = None) -> None:
    """Remember the constants; raises OSError where they cannot be written."""
    write_text_atomic(path or constants_path(), constants_text(constants))


def constants_path() -> Path:
    """Where the user's own constants live."""
    return user_data() / "material-constants.json"
