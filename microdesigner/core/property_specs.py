"""What each property means: title, unit and source, as tables show them."""

import re

from microdesigner.core.quantity import DescriptorSpec, titled

_ENDLESS = float("inf")
_PHASES = {"D": "donor", "A": "acceptor", "M": "mixed"}
_STRAINS = ("xx", "yy", "zz", "yz", "xz", "xy")
_FINITE_VOLUMES = "Laplace's equation by finite volumes; TauFactor, Cooper 2016"


def phase_property_specs(letter: str, phase: str) -> tuple[DescriptorSpec, ...]:
    """Specs of what a `phase` does alone; its quantities end in `letter`."""
    return (
        *(
            DescriptorSpec(
                f"effective_diffusivity_{axis}_{letter}", f"D_{axis},{letter}/D",
                f"{titled(phase)} effective diffusivity {axis}", "1", -1 if axis == "xy" else 0, 1,
                f"Diffusivity, or conductivity, of the film along {axis} through the {phase} phase alone, over that of "
                "the pure phase." if axis != "xy" else "What a gradient along x drives along y, over the pure phase's.",
                _FINITE_VOLUMES, decimals=4,
            )
            for axis in ("x", "y", "z", "xy")
        ),
        DescriptorSpec(
            f"permeability_z_{letter}", f"κ_z,{letter}", f"{titled(phase)} permeability z", "nm²", 0, _ENDLESS,
            f"Darcy's permeability of the film along z if the {phase} phase were pores and all else solid.",
            "Stokes flow on a staggered grid, Wiegmann 2007",
        ),
    )  # fmt: skip


def _conductivities() -> list[DescriptorSpec]:
    return [
        DescriptorSpec(
            f"conductivity_{axis}", f"k_{axis}", f"Effective conductivity {axis}", "W/(m K)",
            -_ENDLESS if axis == "xy" else 0, _ENDLESS,
            f"Conductivity of the film along {axis}, all phases together, in the unit of the constants given."
            if axis != "xy" else "What a gradient along x drives along y, in the unit of the constants given.",
            _FINITE_VOLUMES, decimals=4,
        )
        for axis in ("x", "y", "z", "xy")
    ]  # fmt: skip


_ALL = (
    *(spec for letter, phase in _PHASES.items() for spec in phase_property_specs(letter, phase)),
    *_conductivities(),
    DescriptorSpec(
        "exciton_dissociation", "η_diss", "Exciton dissociation", "1", 0, 1,
        "Share of the excitons made in all phases that reach an interface while they live.",
        "Diffusion with quenching, Pettersson 1999",
    ),
    *(
        DescriptorSpec(
            f"exciton_dissociation_{letter}", f"η_diss,{letter}", f"{titled(phase)} exciton dissociation", "1", 0,
            1, f"Share of the excitons made in the {phase} phase that reach its interface while they live.",
            "Diffusion with quenching, Pettersson 1999",
        )
        for letter, phase in _PHASES.items()
    ),
    *(
        DescriptorSpec(
            f"{carrier}_collection", f"η_{carrier[0]}", f"{carrier.capitalize()} collection", "1", -1, 1,
            f"{carrier.capitalize()}s that reach the {electrode}, less those lost at the other electrode, per "
            f"{carrier} born at the interface.", "Drift and diffusion, Scharfetter and Gummel 1969",
        )
        for carrier, electrode in (("hole", "anode"), ("electron", "cathode"))
    ),
    DescriptorSpec(
        "short_circuit_current", "J_sc", "Short-circuit current, estimate", "A/m²", 0, _ENDLESS,
        "Current in sunlight from dissociation and collection; even light and field, no space charge, recombination "
        "with one lifetime.", "q G d η_diss η_coll", decimals=2,
    ),
    *(
        DescriptorSpec(
            f"stiffness_{row}{column}", f"C_{row}{column}", f"Stiffness C{row}{column}", "GPa",
            0 if row == column else -_ENDLESS, _ENDLESS,
            f"Mean stress {_STRAINS[row - 1]} at a mean strain {_STRAINS[column - 1]} of 1, shear strains twice the "
            "tensor's; the film repeats itself along x, y and z.", "FFT homogenisation, Willot 2015",
        )
        for row in range(1, 7) for column in range(row, 7)
    ),
)  # fmt: skip
PROPERTY_SPECS: dict[str, DescriptorSpec] = {spec.name: spec for spec in _ALL}
_OF_PHASE = re.compile(r"(effective_diffusivity_(x|y|z|xy)|permeability_z)_\w+")


def is_property(name: str) -> bool:
    """Whether this is the name of a property, of a phase with any name."""
    return name in PROPERTY_SPECS or _OF_PHASE.fullmatch(name) is not None
