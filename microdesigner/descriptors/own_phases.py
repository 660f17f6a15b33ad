"""What is measured of every phase that has its own name: its volume fraction, and its straight paths to either face."""

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import FACES, StraightPaths, fraction_name, own_labels, straight_paths_name
from microdesigner.descriptors.components import Components
from microdesigner.descriptors.phase_bits import ANODE, CATHODE, PhaseBits, bit_of
from microdesigner.descriptors.tortuosity import straight_voxels

Spacing = tuple[float, float, float]


def own_phase_values(
    microstructure: Microstructure, packed: PhaseBits, parts: Components
) -> tuple[dict[str, float | None], dict[str, str]]:
    """Volume fractions and straight paths of the phases that GraSPI has no letter for.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    packed : ndarray of uint8, shape (z, y, x)
        Its `pack_phases`.
    parts : Components
        Its `components_of`, of these phases at least.

    Returns
    -------
    values : dict
        volume_fraction_NAME, straight_paths_NAME_lower and straight_paths_NAME_upper of each phase; straight paths are
        GraSPI's tort1 to the first and to the last layer, None where no voxel of the phase touches it.
    reasons : dict
        A phrase for each value that is None.
    """
    names = microstructure.phase_names
    values: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for label in own_labels(names):
        values[fraction_name(names, label)] = parts.voxels(bit_of(label)) / packed.size
    for label in own_labels(names):
        for upper, face in enumerate(FACES):
            name, place = straight_paths_name(names, label, bool(upper)), StraightPaths(label, bool(upper))
            values[name] = straight_share(packed, parts, place, microstructure.periodic, microstructure.spacing)
            reasons |= {name: no_straight_paths(names[label], face)} if values[name] is None else {}
    return values, reasons


def straight_share(
    packed: PhaseBits, parts: Components, paths: StraightPaths, periodic: bool, spacing: Spacing
) -> float | None:
    """Share of a phase's voxels connected to a face that have a straight path to it (GraSPI's tort1); None where the
    phase does not touch the face."""
    bit = bit_of(paths.label)
    connected = parts.voxels(bit, ANODE if paths.upper else CATHODE)
    return straight_voxels(packed, bit, paths.upper, periodic, spacing)[0] / connected if connected else None


def no_straight_paths(phase: str, face: str) -> str:
    """Why there are none."""
    return f"no {phase} voxel touches the {face} face"
