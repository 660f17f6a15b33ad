"""The statistics of a volume that are single numbers, under the names that `describe` gives them."""

from itertools import combinations

from microdesigner.core.descriptor_spec import INTERFACIAL_AREA
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phase_specs import FACES_OF_FILM, FACES_OF_GRASPI, pair_key
from microdesigner.core.phases import MOST_PHASES, has_donor_and_acceptor, phase_keys
from microdesigner.descriptors.chord_length import mean_chord
from microdesigner.descriptors.components import Components
from microdesigner.descriptors.curvature import SMOOTHING, interface_curvature
from microdesigner.descriptors.curve import AXES
from microdesigner.descriptors.graspi import EDGE_UNKNOWN, Value
from microdesigner.descriptors.interface import isolated_voxels
from microdesigner.descriptors.interphase import interphase_thickness
from microdesigner.descriptors.phase_bits import ANODE, CATHODE, PhaseBits, bit_of
from microdesigner.descriptors.profile import composition_tilt
from microdesigner.descriptors.structure_factor import domain_size
from microdesigner.descriptors.surface import face_surface, interfacial_area, isotropic_surface
from microdesigner.descriptors.topology import euler_number
from microdesigner.descriptors.transport import transport_along_z

_IN_NM = (
    "specific_surface", INTERFACIAL_AREA, "mean_chord", "domain_size", "mean_curvature", "gaussian_curvature",
    "interphase",
)  # fmt: skip
_CURVATURE = (
    "mean_curvature",
    "mean_curvature_std",
    "gaussian_curvature",
    "gaussian_curvature_q05",
    "gaussian_curvature_q95",
)
_INTERPHASE = ("interphase_thickness", "interphase_thickness_std", "interphase_thickness_q05")


def scalar_statistics(
    microstructure: Microstructure, packed: PhaseBits, parts: Components
) -> tuple[dict[str, Value], dict[str, str]]:
    """Statistics of a volume that are single numbers.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    packed : ndarray of uint8, shape (z, y, x)
        Its `pack_phases`.
    parts : Components
        Its `components_of`.

    Returns
    -------
    values : dict
        By name, None where one does not exist. Names end in what the phase is called (`phase_keys`), or both of a pair.
        Lengths, curvatures, and areas per volume, are None where the voxel edges are unknown.
    reasons : dict
        A phrase for each value that is None.
    """
    names = microstructure.phase_names
    keys = phase_keys(names)[:MOST_PHASES]
    values: dict[str, Value] = {}
    reasons: dict[str, str] = {}
    for one, other in combinations(range(len(keys)), 2):
        pair = (microstructure, packed, int(bit_of(one)), int(bit_of(other)))
        ending = pair_key(keys[one], keys[other])
        values[f"specific_surface_{ending}"] = face_surface(*pair)
        values[f"specific_surface_isotropic_{ending}"] = isotropic_surface(*pair)
    values[INTERFACIAL_AREA] = interfacial_area(microstructure, packed)
    values["isolated_voxels"] = isolated_voxels(packed, microstructure.periodic) / packed.size
    if "M" in keys:
        values |= _interphase(microstructure)
    for label, key in enumerate(keys):
        of_phase = _of_phase(microstructure, parts, label, key)
        values |= of_phase
        absent = not parts.voxels(bit_of(label))
        reasons |= {
            name: f"the volume has no {names[label]} voxel" if absent else _reason(name, names[label])
            for name, value in of_phase.items()
            if value is None
        }
    missing = {key: "donor, acceptor or the mixed phase is absent" for key in _INTERPHASE if values.get(key, 0) is None}
    reasons |= missing
    if microstructure.voxel_nm is None:
        for name in [name for name, value in values.items() if name.startswith(_IN_NM) and value is not None]:
            values[name], reasons[name] = None, EDGE_UNKNOWN
    return values, reasons


def _interphase(microstructure: Microstructure) -> dict[str, Value]:
    thickness = interphase_thickness(microstructure)
    if thickness is None:
        return dict.fromkeys(_INTERPHASE)
    return dict(zip(_INTERPHASE, (thickness.mean, thickness.std, thickness.q05), strict=True))


def _of_phase(microstructure: Microstructure, parts: Components, label: int, key: str) -> dict[str, Value]:
    """Statistics of one phase; all None where it is absent."""
    phase = bit_of(label)
    voxels = parts.voxels(phase)
    transport = transport_along_z(microstructure, label)
    # an interphase (the mixed phase) is too thin for its curvature to survive the smoothing
    curved = key != "M"
    curvature = interface_curvature(microstructure, label) if curved else None
    upper, lower = FACES_OF_GRASPI if has_donor_and_acceptor(microstructure.phase_names) else FACES_OF_FILM
    measured: dict[str, Value] = {
        **{f"mean_chord_{axis}": mean_chord(microstructure, label, axis) for axis in AXES},
        "domain_size": domain_size(microstructure, label),
        "euler": euler_number(microstructure, label),
        "percolating": parts.spanning(phase) / max(voxels, 1),
        f"connected_{upper}": parts.voxels(phase, ANODE) / max(voxels, 1),
        f"connected_{lower}": parts.voxels(phase, CATHODE) / max(voxels, 1),
        "tortuosity_factor": transport.tortuosity_factor if transport else None,
        "effective_diffusivity": transport.effective_diffusivity if transport else None,
        "composition_tilt": composition_tilt(microstructure, label),
    }
    if curved:
        measured |= dict.fromkeys(_CURVATURE) if curvature is None else curvature.statistics()
    return {f"{stem}_{key}": value if voxels else None for stem, value in measured.items()}


def _reason(key: str, name: str) -> str:
    if key.startswith("mean_chord"):
        return f"no line along {key.split('_')[2]} meets an interface of the {name} phase"
    if key.startswith("domain_size"):
        return f"the {name} phase fills the volume or varies in no direction"
    if "curvature" in key:
        return f"the {name} phase, smoothed over {SMOOTHING} voxels, has no interface"
    return f"no path over voxel faces leads through the {name} phase from one z face to the other"
