"""What the quantities of a phase mean, whatever it is called: made from its name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations

from microdesigner.core.phases import FACES, LETTERS, MOST_PHASES, Names, own_labels, phase_keys
from microdesigner.core.property_specs import phase_property_specs
from microdesigner.core.quantity import DescriptorSpec, titled

Faces = Mapping[str, str]
FACES_OF_GRASPI: Faces = {"anode": "the anode", "cathode": "the cathode"}
FACES_OF_FILM: Faces = {face: f"the {face} face" for face in reversed(FACES)}
BETWEEN = "__"
"""Between the names of two phases in that of their specific surface: no phase's own name holds it."""
_ONE, _OTHER = "PHASE0", "PHASE1"  # stand for names in patterns


def statistics_specs(letter: str, phase: str, faces: Faces = FACES_OF_GRASPI) -> tuple[DescriptorSpec, ...]:
    """Specs of the statistics of a `phase`, whose quantities end in `letter`; `faces` are the names of the film's last
    and first layer, and their words."""
    endless = float("inf")
    both = "both electrodes" if faces is FACES_OF_GRASPI else "both faces"
    chords = tuple(
        DescriptorSpec(
            f"mean_chord_{axis}_{letter}", f"ℓ_{axis},{letter}", f"{titled(phase)} mean chord along {axis}", "nm",
            0, endless, f"Mean length of lines along {axis} within the {phase} phase, from interface to interface.",
            "Underwood 1970", decimals=2,
        )
        for axis in "xyz"
    )  # fmt: skip
    return (
        *chords,
        DescriptorSpec(
            f"domain_size_{letter}", f"R_{letter}", f"{titled(phase)} domain size", "nm", 0, endless,
            f"2π over the mean wave number of the {phase} phase's structure factor.", "Bray 1994", decimals=2,
        ),
        DescriptorSpec(
            f"euler_{letter}", f"χ_{letter}", f"{titled(phase)} Euler number", "1", -endless, endless,
            f"Parts less tunnels plus cavities of the {phase} phase; far below 0 for a network.",
            "Ohser and Mücklich 2000", decimals=0,
        ),
        DescriptorSpec(
            f"percolating_{letter}", f"P_{letter}", f"{titled(phase)} percolating share", "1", 0, 1,
            f"Share of the {phase} voxels in parts that touch {both}.", "26-connected parts",
        ),
        *(
            DescriptorSpec(
                f"connected_{face}_{letter}", f"C_{letter},{face[:2]}", f"{titled(phase)} share connected to {words}",
                "1", 0, 1, f"Share of the {phase} voxels in parts that touch {words}.", "26-connected parts",
            )
            for face, words in faces.items()
        ),
        DescriptorSpec(
            f"tortuosity_factor_{letter}", f"τ_F,{letter}", f"{titled(phase)} tortuosity factor", "1", 1, endless,
            f"How much winding slows diffusion along z through the {phase} phase: its fraction times D over D_eff.",
            "TauFactor, Cooper 2016",
        ),
        DescriptorSpec(
            f"effective_diffusivity_{letter}", f"D_eff,{letter}/D", f"{titled(phase)} effective diffusivity", "1",
            0, 1, f"Diffusivity of the film along z through the {phase} phase alone, over that of the pure phase.",
            "TauFactor, Cooper 2016",
        ),
        DescriptorSpec(
            f"composition_tilt_{letter}", f"Δ_z,{letter}", f"{titled(phase)} composition tilt", "1", -1, 1,
            f"Share of the {phase} phase in the top 8 layers less that in the bottom 8.", "Depth profile",
        ),
    )  # fmt: skip


def curvature_specs(letter: str, phase: str) -> tuple[DescriptorSpec, ...]:
    """Specs of the curvatures of a phase's interface."""
    endless, source = float("inf"), "Goldman 2005"
    title, of = titled(phase), f"of the interface of the {phase} phase, smoothed over 1.5 voxels"
    return (
        DescriptorSpec(
            f"mean_curvature_{letter}", f"H_{letter}", f"{title} mean curvature", "1/nm", -endless, endless,
            f"Mean over the area {of}; positive where the phase bulges outwards.", source, decimals=4,
        ),
        DescriptorSpec(
            f"mean_curvature_std_{letter}", f"σ_H,{letter}", f"{title} mean curvature, spread", "1/nm", 0, endless,
            f"Standard deviation of the mean curvature over the area {of}.", source, decimals=4,
        ),
        DescriptorSpec(
            f"gaussian_curvature_{letter}", f"K_{letter}", f"{title} Gaussian curvature", "1/nm²", -endless, endless,
            f"Mean over the area {of}; negative on saddles.", source, decimals=5,
        ),
        *(
            DescriptorSpec(
                f"gaussian_curvature_q{level}_{letter}", f"K_{level},{letter}",
                f"{title} Gaussian curvature, {level} %", "1/nm²", -endless, endless,
                f"Gaussian curvature that {int(level)} % of the area {of}, stay below.", source, decimals=5,
            )
            for level in ("05", "95")
        ),
    )  # fmt: skip


def surface_specs(letters: str, one: str, other: str) -> tuple[DescriptorSpec, ...]:
    """Specs of the specific surface between two phases."""
    title, symbol = f"{titled(one)}-{other} specific surface", letters.replace(BETWEEN, ",")
    meaning = f"Area of the interface between the {one} and the {other} phase per volume of film, "
    return (
        DescriptorSpec(
            f"specific_surface_{letters}", f"s_{symbol}", f"{title} (faces)", "1/nm", 0, float("inf"),
            meaning + "counted in voxel faces; 3/2 too large for an interface that faces all directions alike.",
            "Voxel faces", decimals=4,
        ),
        DescriptorSpec(
            f"specific_surface_isotropic_{letters}", f"s_{symbol},iso", f"{title} (isotropic)", "1/nm", 0,
            float("inf"), meaning + "right for an interface that faces all directions alike.",
            "Underwood 1970, S_V = 2 P_L", decimals=4,
        ),
    )  # fmt: skip


def pair_key(one: str, other: str) -> str:
    """How the names of quantities end that are of two phases, by their `phase_keys`: DA, or quartz__pore."""
    return f"{one}{other}" if {one, other} <= {*LETTERS} else f"{one}{BETWEEN}{other}"


def own_phase_spec(name: str) -> DescriptorSpec | None:
    """The spec of a quantity of a phase that has its own name, as `volume_fraction_pore`; None for another name."""
    found = next((match for pattern in _patterns() if (match := pattern.fullmatch(name))), None)
    return None if found is None else next((spec for spec in _specs(*found.groups()) if spec.name == name), None)


def own_quantities(names: Names) -> list[str]:
    """What can be measured of the phases with these names that have no letter of GraSPI's, alone and in pairs."""
    keys = phase_keys(names)[:MOST_PHASES]
    own = [keys[label] for label in own_labels(names)]
    pairs = (pair for pair in combinations(keys, 2) if not {*pair} <= {*LETTERS})
    return [spec.name for key in own for spec in _specs(key)] + [spec.name for pair in pairs for spec in _specs(*pair)]


@lru_cache(maxsize=1)
def _patterns() -> list[re.Pattern[str]]:
    """What names of quantities look like, the longest first: a curvature's spread is not the curvature of "std_…"."""
    names = sorted((spec.name for spec in (*_specs(_ONE), *_specs(_ONE, _OTHER))), key=len, reverse=True)
    return [re.compile(re.sub(f"{_ONE}|{_OTHER}", r"(\\w+)", name)) for name in names]


@lru_cache(maxsize=1024)
def _specs(key: str, other: str = "") -> tuple[DescriptorSpec, ...]:
    """Everything that is measured of a phase, or between two."""
    phase = key.replace("_", " ")
    if other:
        return surface_specs(f"{key}{BETWEEN}{other}", phase, other.replace("_", " "))
    return (
        DescriptorSpec(
            f"volume_fraction_{key}", f"f_{phase}", f"Volume fraction of {phase}", "1", 0, 1,
            f"Share of all voxels that belong to the {phase} phase.", "Voxel count", "fraction",
        ),
        *(
            DescriptorSpec(
                f"straight_paths_{key}_{face}", f"τ_{phase},{face}", f"Straight paths of {phase} to {words}", "1", 0, 1,
                f"Share of the {phase} voxels connected to {words} whose shortest path to it inside the phase is as "
                "good as straight; 1 means direct paths everywhere.", "GraSPI tort1", "tortuosity",
            )
            for face, words in FACES_OF_FILM.items()
        ),
        *statistics_specs(key, phase, FACES_OF_FILM),
        *curvature_specs(key, phase),
        *phase_property_specs(key, phase),
    )  # fmt: skip
