"""Properties of structures whose values are published, beside what is computed of their voxels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.documents import document_text
from microdesigner.core.events import Progress
from microdesigner.core.material_constants import DiffusionLengths, MaterialConstants, PerPhase, RatioPerPhase
from microdesigner.core.microstructure import MIXED, Lateral, Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.steps import result_of
from microdesigner.properties import describe
from microdesigner.properties.elasticity import effective_stiffness

FILE = "properties.json"
STAGE = "Properties"
_RAYLEIGH = "Lord Rayleigh, Phil. Mag. 34 (1892) 481; Perrins, McKenzie, McPhedran, Proc. R. Soc. A 369 (1979) 207"
_SHAPES = "Missen, Mims, Saville, Introduction to Chemical Reaction Engineering and Kinetics (1999), table 8.1"
_SOKEL = "Sokel, Hughes, J. Appl. Phys. 53 (1982) 7414, as tabulated by SIMsalabim, test 1"
_SPHERES = "Zick, Homsy, J. Fluid Mech. 115 (1982) 13, table 2"
_SIMSALABIM = "SIMsalabim (a device model with both), as DiffSim's baselines quote it"
_WITHOUT_RECOMBINATION = 1.0  # s, a lifetime beside which every way to an electrode is short


@dataclass(frozen=True)
class PropertyCheck:
    """A property of a structure: what is published of it, what is computed, and by how much they may differ.

    `allowed` is a share of the reference; None where they differ for the reason in `note`.
    """

    name: str
    structure: str
    reference: float
    unit: str
    source: str
    compute: Callable[[], float]
    allowed: float | None
    note: str = ""


@dataclass(frozen=True)
class Checked:
    """A check with the value found."""

    check: PropertyCheck
    value: float

    @property
    def difference(self) -> float:
        """The value less the reference, as a share of it."""
        return self.value / self.check.reference - 1

    @property
    def holds(self) -> bool:
        """Whether they differ by no more than is allowed."""
        return self.check.allowed is None or abs(self.difference) <= self.check.allowed

    def to_json(self) -> dict[str, Any]:
        """As an entry of properties.json."""
        fields = ("name", "structure", "reference", "unit", "source", "allowed", "note")
        return {name: getattr(self.check, name) for name in fields} | {
            "value": self.value,
            "difference": self.difference,
            "holds": self.holds,
        }


def check_properties() -> Iterator[Progress | Checked]:
    """Compute every check; tells progress between them."""
    for done, check in enumerate(CHECKS):
        yield Progress(STAGE, done, len(CHECKS))
        yield Checked(check, check.compute())
    yield Progress(STAGE, len(CHECKS), len(CHECKS))


def rows(found: list[Checked]) -> list[str]:
    """A table in Markdown."""
    head = ["| property | structure | published | computed | difference | source |", "|---|---|---|---|---|---|"]
    return head + [_row(one) for one in found]


def _row(one: Checked) -> str:
    check, difference = one.check, f"{round(100 * one.difference, 1) + 0.0:+.1f} % {one.check.note}"
    published = f"{check.reference:.4g} {check.unit}"
    cells = (f"`{check.name}`", check.structure, published, f"{one.value:.4g}", difference, check.source)
    return f"| {' | '.join(cell.strip() for cell in cells)} |"


def write_checks(found: list[Checked], folder: Path) -> Path:
    """Write properties.json into a folder, which is made; raises OSError where it cannot be."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text_atomic(folder / FILE, document_text([one.to_json() for one in found]))
    return folder / FILE


def _value(
    name: str,
    labels: NDArray[Any],
    edge: float = 1.0,
    lateral: Lateral = "periodic",
    constants: MaterialConstants | None = None,
) -> float:
    film = Microstructure(np.ascontiguousarray(labels, np.uint8), (edge,) * 3, lateral)
    found = describe(film, "properties", constants, [name]).values[name]
    assert found is not None, name
    return found


def _radius(edge: int, axes: int) -> NDArray[np.float64]:
    """Distance from the middle of a square or a cube of voxels."""
    distance: NDArray[np.float64] = np.sqrt(((np.indices((edge,) * axes) - (edge - 1) / 2) ** 2).sum(axis=0))
    return distance


def _discs(name: str, constants: MaterialConstants | None = None) -> float:
    """Discs of 25 voxels' radius in a square of 100, of donor in acceptor."""
    return _value(name, (_radius(100, 2) > 25)[..., None].repeat(2, 2), constants=constants)


def _dissociation(labels: NDArray[Any], length: float) -> float:
    lengths = DiffusionLengths(length, length)
    return _value("exciton_dissociation_D", labels, constants=MaterialConstants(exciton_diffusion_length=lengths))


def _mixed_film(name: str, thickness: float, **constants: float) -> float:
    """A film of mixed phase, 60 voxels thick, in which carriers do not recombine."""
    edge = thickness / 60
    return _value(
        name,
        np.full((3, 3, 60), MIXED),
        edge,
        constants=MaterialConstants(carrier_lifetime=_WITHOUT_RECOMBINATION, **constants),  # type: ignore[arg-type]
    )


def _cube_in_cube() -> float:
    """Bulk modulus of a cube of 22 voxels, K = 20, in one of 30, K = 1, with shear moduli of 1 in both."""
    inside = np.zeros((30, 30, 30), np.bool_)
    inside[4:26, 4:26, 4:26] = True
    first = np.where(inside, 20 - 2 / 3, 1 - 2 / 3).astype(np.float32)
    stiffness = result_of(effective_stiffness(first, np.ones_like(first), (1.0, 1.0, 1.0)))
    return float(stiffness[:3, :3].sum() / 9)


def _drag(share: float) -> float:
    """Drag of a sphere in a simple cubic array of 40 voxels, over that of a lone one."""
    solid = _radius(40, 3) < (3 * share / (4 * np.pi)) ** (1 / 3) * 40
    filled = solid.mean()
    radius = (3 * filled / (4 * np.pi)) ** (1 / 3) * 40  # of the ball that the voxels fill
    return float(2 * radius**2 / (9 * filled * _value("permeability_z_D", solid)))


_BALL, _CYLINDER = (_radius(48, 3) > 20) * 1, (_radius(48, 2) > 20)[..., None].repeat(2, 2) * 1
# shear along fibres obeys the equation of conduction; a quarter is Poisson's ratio, so that μ is E / 2.5
_FIBRES = MaterialConstants(
    youngs_modulus=PerPhase(2.5 * 114.5, 2.5, 2.5), poisson_ratio=RatioPerPhase(0.25, 0.25, 0.25)
)
_PLATE = np.pad(np.zeros((40, 3, 3)), ((1, 1), (0, 0), (0, 0)), constant_values=1)
CHECKS = (
    PropertyCheck(
        "conductivity_x", "square array of discs, 19.6 %, of 114.5 times the conductivity", 1.4784, "", _RAYLEIGH,
        partial(_discs, "conductivity_x", MaterialConstants(conductivity=PerPhase(114.5, 1.0, 1.0))), 0.02,
    ),
    PropertyCheck(
        "effective_diffusivity_x_A", "around a square array of discs, 19.6 %", 0.6716, "", _RAYLEIGH,
        partial(_discs, "effective_diffusivity_x_A"), 0.02,
    ),
    PropertyCheck(
        "exciton_dissociation_D", "plate, half of it 1.5 diffusion lengths", 0.6034, "", _SHAPES,
        partial(_dissociation, _PLATE, 20 / 1.5), 0.01,
    ),
    PropertyCheck(
        "exciton_dissociation_D", "cylinder, its radius 1.5 diffusion lengths", 0.7948, "", _SHAPES,
        partial(_dissociation, _CYLINDER, 20 / 1.5), 0.01,
    ),
    PropertyCheck(
        "exciton_dissociation_D", "ball, its radius 1.5 diffusion lengths", 0.8762, "", _SHAPES,
        partial(_dissociation, _BALL, 20 / 1.5), 0.01,
    ),
    *(
        PropertyCheck(
            "short_circuit_current", f"200 nm of mixed phase at 1e27 /(m³ s), 295 K, {voltage:.3f} V", current, "A/m²",
            _SOKEL, partial(_mixed_film, "short_circuit_current", 200.0, built_in_voltage=voltage, temperature=295.0,
                            generation_rate=1e27), 0.01,
        )
        for voltage, current in ((0.109196, 18.0059), (0.309844, 26.7844), (0.879181, 30.1903))
    ),
    PropertyCheck(
        "hole_collection", "the same at 0.046 V, over 32.04 A/m²", 0.28505, "", _SOKEL,
        partial(_mixed_film, "hole_collection", 200.0, built_in_voltage=0.045789, temperature=295.0), 0.01,
    ),
    PropertyCheck(
        "short_circuit_current", "120 nm of MDMO-PPV:PCBM (Koster et al. 2005), 1.34 V", 44.84, "A/m²", _SIMSALABIM,
        partial(_mixed_film, "short_circuit_current", 120.0, built_in_voltage=1.34), None,
        "(Langevin recombination, left out here, takes 6.1 A/m²; space charge, left out too, adds 1.1)",
    ),
    PropertyCheck(
        "stiffness_44", "shear along such discs as fibres, of 114.5 times the shear modulus", 1.4784, "", _RAYLEIGH,
        partial(_discs, "stiffness_44", _FIBRES), 0.02,
    ),
    PropertyCheck(
        "stiffness", "bulk modulus of a cube, K = 20, in a cell, K = 1, 39.4 % and G = 1", 2.26325, "",
        "Garboczi, NISTIR 6269 (1998), exact", _cube_in_cube, 0.01,
    ),
    *(
        PropertyCheck(
            "permeability_z_D", f"drag in a simple cubic array of spheres, {100 * share:.1f} %", drag, "", _SPHERES,
            partial(_drag, share), 0.05,
        )
        for share, drag in ((0.064, 2.810), (0.125, 4.292), (0.216, 7.442), (0.343, 15.4))
    ),
)  # fmt: skip
