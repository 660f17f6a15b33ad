"""Connected parts of each phase and the electrodes they touch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.component_blocks import joined_parts
from microdesigner.descriptors.phase_bits import ANODE, CATHODE, PhaseBits


@dataclass(frozen=True)
class Components:
    """The parts of a film, counted by phase and by the electrodes they touch (bits CATHODE, ANODE).

    Attributes
    ----------
    counts, sizes : ndarray of int64, shape (phases, 4)
        Parts, and voxels in them, by phase and by the bits of the electrodes they touch; phases in the order of their
        labels, up to the last that the film holds but at least the first two.
    touches : ndarray of uint8, shape (phases, z, y, x)
        Electrodes per block of 2×2×2 voxels, with one block of padding before each axis and after y and x.
    """

    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    touches: NDArray[np.uint8]

    def count(self, phase: np.uint8, electrode: np.uint8 | None = None) -> int:
        """Number of parts of `phase`, or of those that touch `electrode`."""
        return _chosen(self.counts, phase, electrode)

    def voxels(self, phase: np.uint8, electrode: np.uint8 | None = None) -> int:
        """Voxels of `phase`, or of its parts that touch `electrode` (both bits: either of them)."""
        return _chosen(self.sizes, phase, electrode)

    def spanning(self, phase: np.uint8) -> int:
        """Voxels of the parts of `phase` that touch both electrodes."""
        return int(_row(self.sizes, phase)[CATHODE | ANODE])


def components_of(packed: PhaseBits, periodic: bool) -> Components:
    """The connected components of each phase: voxels that share a face, an edge or a corner belong together.

    Parameters
    ----------
    packed : ndarray of uint8, shape (z, y, x)
        A film as `pack_phases` gives it.
    periodic : bool
        Whether parts are joined across x and y; across the film normal they never are.

    Returns
    -------
    Components
        Counted by phase and electrode.

    Examples
    --------
    >>> import numpy as np
    >>> from microdesigner.descriptors.phase_bits import A, D, pack_phases
    >>> layers = np.ones((4, 4, 6), np.uint8)
    >>> layers[:, :, 4:] = 0  # donor at the anode
    >>> layers[0, 0, 0] = 0  # and one voxel at the cathode
    >>> parts = components_of(pack_phases(layers), periodic=True)
    >>> parts.count(D), parts.voxels(D), parts.voxels(D, ANODE)
    (2, 33, 32)
    """
    return Components(*joined_parts(packed, periodic))


def _row(table: NDArray[np.int64], phase: np.uint8) -> NDArray[np.int64]:
    kind = int(phase).bit_length() - 1
    return table[kind] if kind < len(table) else np.zeros(4, np.int64)


def _chosen(table: NDArray[np.int64], phase: np.uint8, electrode: np.uint8 | None) -> int:
    touched = range(4) if electrode is None else [bits for bits in range(4) if bits & electrode]
    return int(_row(table, phase)[touched].sum())


def reaching_voxels(packed: PhaseBits, parts: Components, phase: np.uint8, electrode: np.uint8) -> NDArray[np.bool_]:
    """Voxels [z, y, x] of `phase` in parts that touch `electrode` (CATHODE: the first layer, ANODE: the last)."""
    kind = int(phase).bit_length() - 1
    if kind >= len(parts.touches):
        return np.zeros(packed.shape, np.bool_)
    reaching: NDArray[np.bool_] = _reaching(packed, parts.touches[kind], phase, electrode)
    return reaching


@compiled
def _reaching(packed: PhaseBits, touches: NDArray[np.uint8], phase: np.uint8, electrode: np.uint8) -> NDArray[np.bool_]:
    nz, ny, nx = packed.shape
    reaching = np.zeros((nz, ny, nx), np.bool_)
    for z in range(nz):
        for y in range(ny):
            blocks, labels, out = touches[z // 2 + 1, y // 2 + 1], packed[z, y], reaching[z, y]
            for x in range(nx):
                out[x] = labels[x] == phase and (blocks[x // 2 + 1] & electrode) != 0
    return reaching
