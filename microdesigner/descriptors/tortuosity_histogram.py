"""How winding the ways to an electrode are, voxel by voxel.

The tortuosity of a voxel is GraSPI's: the length of the shortest path inside the phase to the electrode over the
voxel's height above it, with the real distances of voxels that are boxes. The voxels at 1 are those that tort1 counts.
"""

import numpy as np

from microdesigner.core.microstructure import ACCEPTOR, Microstructure
from microdesigner.core.phases import MOST_PHASES, has_donor_and_acceptor
from microdesigner.descriptors.curve import Curve
from microdesigner.descriptors.geodesic import electrode_distance
from microdesigner.descriptors.phase_bits import bit_of, pack_phases

BIN_WIDTH = 0.02
LARGEST = 3.0


def tortuosity_histogram(microstructure: Microstructure, label: int) -> Curve:
    """Distribution of the voxels' tortuosity in a phase, at the bins' middles.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    label : int
        The phase.

    Returns
    -------
    Curve
        Share of the connected voxels per bin, by the bins' middles.

    Notes
    -----
    In films of donor and acceptor all ways but the acceptor's lead to the anode; else they lead to the lower face, the
    first layer, as the acceptor's do to the cathode. Voxels of the layer there have no tortuosity and do not count;
    those above `LARGEST` count in no bin. Empty arrays where none is connected.
    """
    packed = pack_phases(microstructure.phases)
    if label >= MOST_PHASES:
        return Curve(np.empty(0), np.empty(0))
    to_anode = has_donor_and_acceptor(microstructure.phase_names) and label != ACCEPTOR
    distance = electrode_distance(packed, bit_of(label), to_anode, microstructure.periodic, microstructure.spacing)
    heights = np.arange(len(packed), dtype=np.float64)[:, None, None]
    if to_anode:
        heights = heights[::-1]
    connected = np.isfinite(distance) & (heights > 0)
    if not connected.any():
        return Curve(np.empty(0), np.empty(0))
    tortuosity = distance[connected] / np.broadcast_to(heights, distance.shape)[connected]
    edges = np.arange(1.0, LARGEST + BIN_WIDTH / 2, BIN_WIDTH)
    # paths are sums of rounded steps: a straight one may come out a hair below 1
    counts, _ = np.histogram(np.maximum(tortuosity, 1.0), edges)
    filled = int(np.flatnonzero(counts)[-1]) + 1 if counts.any() else 1
    return Curve((edges[:-1] + BIN_WIDTH / 2)[:filled], counts[:filled] / len(tortuosity))
