"""The statistics of a volume that are single numbers, under the names that `describe` gives them."""

from itertools import combinations

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.chord_length import mean_chord
from microdesigner.descriptors.components import ANODE, CATHODE, Components
from microdesigner.descriptors.curve import AXES
from microdesigner.descriptors.film import PHASES, Film
from microdesigner.descriptors.graspi import EDGE_UNKNOWN, Value
from microdesigner.descriptors.structure_factor import domain_size
from microdesigner.descriptors.surface import face_surface, isotropic_surface
from microdesigner.descriptors.topology import euler_number
from microdesigner.descriptors.transport import transport_along_z

_IN_NM = ("specific_surface", "mean_chord", "domain_size")


def scalar_statistics(
    microstructure: Microstructure, film: Film, parts: Components
) -> tuple[dict[str, Value], dict[str, str]]:
    """Values by name, None where one does not exist, and the reasons for those.

    `film` and `parts` are the volume's `film_of` and `components_of`. Names end in the phase's letter (D, A, M) or in
    those of a pair of phases. Lengths, and areas per volume, are None where the voxel edges are unknown.
    """
    letters = list(PHASES)[: len(microstructure.phase_names)]
    values: dict[str, Value] = {}
    reasons: dict[str, str] = {}
    for one, other in combinations(letters, 2):
        pair = (microstructure, film, int(PHASES[one]), int(PHASES[other]))
        values[f"specific_surface_{one}{other}"] = face_surface(*pair)
        values[f"specific_surface_isotropic_{one}{other}"] = isotropic_surface(*pair)
    for label, letter in enumerate(letters):
        name = microstructure.phase_names[label]
        if not parts.voxels(PHASES[letter]):
            found: dict[str, Value] = dict.fromkeys(_names(letter))
            why = dict.fromkeys(found, f"the volume has no {name} voxel")
        else:
            found = _of_phase(microstructure, parts, label, letter)
            why = {key: _reason(key, name) for key, value in found.items() if value is None}
        values |= found
        reasons |= why
    if microstructure.voxel_nm is None:
        for name in [name for name, value in values.items() if name.startswith(_IN_NM) and value is not None]:
            values[name], reasons[name] = None, EDGE_UNKNOWN
    return values, reasons


def _names(letter: str) -> list[str]:
    stems = [f"mean_chord_{axis}" for axis in AXES]
    stems += ["domain_size", "euler", "percolating", "connected_anode", "connected_cathode"]
    return [f"{stem}_{letter}" for stem in [*stems, "tortuosity_factor", "effective_diffusivity"]]


def _of_phase(microstructure: Microstructure, parts: Components, label: int, letter: str) -> dict[str, Value]:
    phase = PHASES[letter]
    voxels = parts.voxels(phase)
    transport = transport_along_z(microstructure, label)
    measured: list[Value] = [
        *(mean_chord(microstructure, label, axis) for axis in AXES),
        domain_size(microstructure, label),
        euler_number(microstructure, label),
        parts.spanning(phase) / voxels,
        parts.voxels(phase, ANODE) / voxels,
        parts.voxels(phase, CATHODE) / voxels,
        transport.tortuosity_factor if transport else None,
        transport.effective_diffusivity if transport else None,
    ]
    return dict(zip(_names(letter), measured, strict=True))


def _reason(key: str, name: str) -> str:
    if key.startswith("mean_chord"):
        return f"no line along {key.split('_')[2]} meets an interface of the {name} phase"
    if key.startswith("domain_size"):
        return f"the {name} phase fills the volume or varies in no direction"
    return f"no path over voxel faces leads through the {name} phase from one z face to the other"
