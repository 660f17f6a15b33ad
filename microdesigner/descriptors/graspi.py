"""GraSPI's whole table, value for value as the C++ program prints it.

Source: O. Wodo et al., Organic Electronics 13 (2012) 1105, and the program owodolab/graspi, the reference where the two
differ. Paths and straightness depend on the proportions of voxels, which GraSPI takes for cubes; only DISS_* and
ABS_wf_D depend on the voxel edge in nm.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import phase_keys
from microdesigner.descriptors.components import Components, reaching_voxels
from microdesigner.descriptors.fractions import acceptor_tort1, donor_tort1
from microdesigner.descriptors.geodesic import dissociation_counts
from microdesigner.descriptors.interface import contacts, face_pairs
from microdesigner.descriptors.phase_bits import ANODE, CATHODE, PHASES, A, D, M, PhaseBits
from microdesigner.descriptors.tortuosity import straight_voxels

Value = float | int | None
EDGE_UNKNOWN = "the voxel edges are unknown; give them with their unit"


def graspi_table(microstructure: Microstructure, packed: PhaseBits, parts: Components) -> dict[str, Value]:
    """Every GraSPI descriptor of the volume; None where GraSPI's definition divides by an empty set.

    `packed` and `parts` are the volume's `pack_phases` and `components_of`. Volumes that name a mixed phase get its
    descriptors too.
    """
    periodic = microstructure.periodic
    contact = contacts(packed, periodic)
    voxel, spacing = cubic_edge(microstructure), microstructure.spacing
    values: dict[str, Value] = {}
    values |= _counts(packed, parts)
    values |= _composition(packed, parts, microstructure.voxel_nm)
    values |= _interface(packed, parts, contact, periodic)
    values |= _dissociation("D", packed, parts, contact, voxel, periodic)
    values |= {
        "CT_f_conn_D_An": _share(parts.voxels(D, ANODE), parts.voxels(D)),
        "CT_f_conn_A_Ca": _share(parts.voxels(A, CATHODE), parts.voxels(A)),
        "CT_f_D_tort1": donor_tort1(packed, parts, periodic, spacing),
        "CT_f_A_tort1": acceptor_tort1(packed, parts, periodic, spacing),
    }
    if "M" in phase_keys(microstructure.phase_names):
        values |= _dissociation("M", packed, parts, contact, voxel, periodic)
        values["CT_f_M_tort1_An"] = _mixed_tort1(packed, parts, True, periodic, spacing)
        values["CT_f_M_tort1_Ca"] = _mixed_tort1(packed, parts, False, periodic, spacing)
    return values


def cubic_edge(microstructure: Microstructure) -> float | None:
    """Edge of the voxels in nm, or None if it is unknown or they are not cubes: GraSPI's distances know cubes only."""
    if microstructure.voxel_nm is None:
        return None
    edge = microstructure.voxel_nm[0]
    return edge if np.allclose(microstructure.voxel_nm, edge, rtol=1e-6, atol=0) else None


def _counts(packed: PhaseBits, parts: Components) -> dict[str, Value]:
    donors, acceptors = parts.voxels(D), parts.voxels(A)
    return {
        "STAT_n": donors + acceptors,
        "STAT_n_D": donors,
        "STAT_n_A": acceptors,
        "STAT_CC_D": parts.count(D),
        "STAT_CC_A": parts.count(A),
        "STAT_CC_D_An": parts.count(D, ANODE),
        "STAT_CC_A_Ca": parts.count(A, CATHODE),
        # GraSPI counts the electrode itself
        "CT_n_D_adj_An": int(np.count_nonzero(packed[-1] == D)) + 1,
        "CT_n_A_adj_Ca": int(np.count_nonzero(packed[0] == A)) + 1,
    }


def _composition(packed: PhaseBits, parts: Components, voxel_nm: tuple[float, float, float] | None) -> dict[str, Value]:
    share = parts.voxels(D) / packed.size
    if voxel_nm is None:
        return {"ABS_f_D": share, "ABS_wf_D": None}
    depth_nm = (len(packed) - np.arange(len(packed))) * voxel_nm[2]
    donors = np.array([np.count_nonzero(layer == D) for layer in packed])
    absorbed = float((donors * np.exp(-depth_nm / 100)).sum())
    return {"ABS_f_D": share, "ABS_wf_D": absorbed / packed.size}


def _interface(packed: PhaseBits, parts: Components, contact: NDArray[np.uint8], periodic: bool) -> dict[str, Value]:
    reaching = reaching_voxels(packed, parts, D, ANODE) | reaching_voxels(packed, parts, A, CATHODE)
    connected = packed * reaching  # without parts that miss their electrode, and the mixed phase
    touching = contact > 0
    pairs = sum(face_pairs(packed, D, A, periodic))
    connected_pairs = sum(face_pairs(connected, D, A, periodic))
    return {
        "STAT_e": pairs,
        # not GraSPI's: the same per voxel, so that films of any size compare
        "norm_STAT_e": pairs / packed.size,
        "CT_e_conn": connected_pairs,
        "CT_f_e_conn": _share(connected_pairs, pairs),
        "CT_e_D_An": int(np.count_nonzero(touching & (connected == D))),
        "CT_e_A_Ca": int(np.count_nonzero(touching & (connected == A))),
    }


def _dissociation(
    name: str,
    packed: PhaseBits,
    parts: Components,
    contact: NDArray[np.uint8],
    voxel: float | None,
    periodic: bool,
) -> dict[str, Value]:
    within, weighted = f"DISS_f10_{name}", f"DISS_wf10_{name}"
    voxels = parts.voxels(PHASES[name])
    if voxel is None or not voxels:
        return {within: None, weighted: None}
    near, weight = dissociation_counts(packed, PHASES[name], contact, voxel, periodic)
    return {within: near / voxels, weighted: weight / voxels}


def _mixed_tort1(
    packed: PhaseBits, parts: Components, from_top: bool, periodic: bool, spacing: tuple[float, float, float]
) -> float | None:
    near, far = (ANODE, CATHODE) if from_top else (CATHODE, ANODE)
    straight, straight_far = straight_voxels(packed, M, from_top, periodic, spacing)
    reached = parts.voxels(M, near)
    if parts.spanning(M):
        # GraSPI's paths run on through the far electrode, which reaches every mixed part there without cost
        reached = parts.voxels(M, near | far)
        if straight_far:
            straight += int(np.count_nonzero(packed[0 if from_top else -1] == M)) - straight_far
    return _share(straight, reached)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
