"""Joining the voxels of a film to connected parts (26 neighbours; 8 in a film one voxel thin).

All voxels of one phase in a block of 2×2×2 touch each other, so the parts are joined from blocks: an eighth of the
nodes, and two blocks join where the sides, edges or corners with which they meet both hold a voxel of the phase.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.phase_bits import ANODE, CATHODE, A, PhaseBits

# bit dy + 2 dz + 4 dx of a block's mask stands for its voxel (dz, dy, dx)
_NEAR_Y, _FAR_Y = 0x55, 0xAA
_NEAR_Z, _FAR_Z = 0x33, 0xCC
_NEAR_X, _FAR_X = 0x0F, 0xF0
_VOXELS = np.bitwise_count(np.arange(256, dtype=np.uint8))


def joined_parts(packed: PhaseBits, periodic: bool) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Counts, sizes and touched electrodes of the connected parts, as `Components` has them."""
    masks = _block_masks(packed)
    roots = _joined(masks)
    if periodic:
        _join_sides(packed, roots)
    return _measure(masks, roots, len(packed), _VOXELS)


def _block_masks(packed: PhaseBits) -> NDArray[np.uint8]:
    nz, ny, nx = packed.shape
    kinds = int(max(packed.max(), A)).bit_length()
    masks = np.zeros((kinds, 1 + (nz + 1) // 2, 2 + (ny + 1) // 2, 2 + (nx + 1) // 2), np.uint8)
    _fill_masks(packed, masks)
    return masks


@compiled
def _fill_masks(packed: PhaseBits, masks: NDArray[np.uint8]) -> None:
    nz, ny, nx = packed.shape
    column = np.zeros(2 * masks.shape[3], np.uint8)  # the voxels (dz, dy) of one x; an odd last x has no partner
    none = np.zeros(nx, np.uint8)
    for kind in range(len(masks)):
        for z in range(0, nz, 2):
            for y in range(0, ny, 2):
                here, beside = packed[z, y], packed[z, y + 1] if y + 1 < ny else none
                above = packed[z + 1, y] if z + 1 < nz else none
                across = packed[z + 1, y + 1] if z + 1 < nz and y + 1 < ny else none
                for x in range(nx):
                    column[x] = (
                        ((here[x] >> kind) & 1)
                        | (((beside[x] >> kind) & 1) << 1)
                        | (((above[x] >> kind) & 1) << 2)
                        | (((across[x] >> kind) & 1) << 3)
                    )
                row = masks[kind, z // 2 + 1, y // 2 + 1]
                for block in range((nx + 1) // 2):
                    row[block + 1] = column[2 * block] | (column[2 * block + 1] << 4)


@compiled
def _find(roots: NDArray[np.int32], node: int) -> int:
    root = node
    while roots[root] != root:
        root = roots[root]
    while roots[node] != root:
        node, roots[node] = roots[node], root
    return root


@compiled
def _join(roots: NDArray[np.int32], root: int, node: int) -> int:
    """Join the part of `node` to that of `root`; the common root."""
    if roots[node] == root:
        return root
    other = _find(roots, node)
    if other < root:
        roots[root] = other
        return other
    roots[other] = root
    return root


@compiled
def _join_row(
    roots: NDArray[np.int32], root: int, node: int, masks: NDArray[np.uint8], facing: int, far: int, cover: int
) -> int:
    """Join the neighbouring blocks around `node` to a block whose voxels `facing` them are of its part.

    `far` is the side that the neighbours turn to the block. `cover` are voxels of the part that touch the neighbours
    too: whatever touches them has been joined before.
    """
    if facing == 0:
        return root
    middle = masks[node] & far
    if middle and not cover:
        root = _join(roots, root, node)
    cover |= middle
    if facing & _NEAR_X and not cover & _NEAR_X and masks[node - 1] & far & _FAR_X:
        root = _join(roots, root, node - 1)
    if facing & _FAR_X and not cover & _FAR_X and masks[node + 1] & far & _NEAR_X:
        root = _join(roots, root, node + 1)
    return root


@compiled
def _joined(padded: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The parts before lateral wrapping: per block and phase the number of a block nearer to the part's root."""
    kinds, nz, ny, nx = padded.shape
    masks = padded.ravel()
    roots = np.arange(masks.size).astype(np.int32)
    layer = ny * nx
    for kind in range(kinds):
        for z in range(1, nz):
            for y in range(1, ny - 1):
                start = ((kind * nz + z) * ny + y) * nx
                for node in range(start + 1, start + nx - 1):
                    mine = masks[node]
                    if mine == 0:
                        continue
                    root = node
                    if mine & _NEAR_X and masks[node - 1] & _FAR_X:
                        root = _join(roots, root, node - 1)
                    root = _join_row(roots, root, node - nx, masks, mine & _NEAR_Y, _FAR_Y, 0)
                    low = mine & _NEAR_Z
                    if low:
                        below = node - layer
                        root = _join_row(roots, root, below, masks, low, _FAR_Z, 0)
                        under = masks[below] & _FAR_Z
                        root = _join_row(
                            roots, root, below - nx, masks, low & _NEAR_Y, _FAR_Z & _FAR_Y, under & _NEAR_Y
                        )
                        root = _join_row(roots, root, below + nx, masks, low & _FAR_Y, _FAR_Z & _NEAR_Y, under & _FAR_Y)
                    roots[node] = root
    return roots.reshape(padded.shape)


@compiled
def _node(shape: tuple[int, int, int, int], phase: int, z: int, y: int, x: int) -> int:
    kind = 0
    while phase >> (kind + 1):
        kind += 1
    return ((kind * shape[1] + z // 2 + 1) * shape[2] + y // 2 + 1) * shape[3] + x // 2 + 1


@compiled
def _join_face(face: NDArray[np.uint8], across: NDArray[np.uint8], roots: NDArray[np.int32], along_x: bool) -> None:
    """Join the voxels of the first and the last plane [z, y or x] across a periodic side."""
    nz, width = face.shape
    _, _, blocks_y, blocks_x = roots.shape
    flat = roots.ravel()
    for z in range(nz):
        for w in range(width):
            phase = face[z, w]
            if phase == 0:
                continue
            # whatever else the voxel touches over there touches the voxel right across
            reach = 0 if across[z, w] == phase else 1
            y, x = (0, w) if along_x else (w, 0)
            here = _find(flat, _node(roots.shape, phase, z, y, x))
            for above in range(max(z - reach, 0), min(z + reach + 1, nz)):
                for step in range(-reach, reach + 1):
                    beside = (w + step) % width
                    if across[above, beside] == phase:
                        node = _node(roots.shape, phase, above, 0 if along_x else beside, beside if along_x else 0)
                        # the last plane lies in the last block before the padding
                        node += (blocks_y - 3) * blocks_x if along_x else blocks_x - 3
                        here = _join(flat, here, node)


def _join_sides(packed: PhaseBits, roots: NDArray[np.int32]) -> None:
    _join_face(packed[:, :, 0], packed[:, :, -1], roots, False)
    _join_face(packed[:, 0], packed[:, -1], roots, True)


@compiled
def _measure(
    masks: NDArray[np.uint8], roots: NDArray[np.int32], layers: int, voxels: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    kinds, nz, _, _ = masks.shape
    per_kind, per_layer = masks[0].size, masks[0, 0].size
    flat_masks, flat_roots, touches = masks.ravel(), roots.ravel(), np.zeros(masks.size, np.uint8)
    top = _FAR_Z if layers % 2 == 0 else _NEAR_Z
    for kind in range(kinds):
        first = kind * per_kind
        for node in range(first + per_layer, first + 2 * per_layer):
            if flat_masks[node] & _NEAR_Z:
                touches[_find(flat_roots, node)] |= CATHODE
        for node in range(first + (nz - 1) * per_layer, first + nz * per_layer):
            if flat_masks[node] & top:
                touches[_find(flat_roots, node)] |= ANODE
    counts, sizes = np.zeros((kinds, 4), np.int64), np.zeros((kinds, 4), np.int64)
    for kind in range(kinds):
        for node in range(kind * per_kind, (kind + 1) * per_kind):
            if flat_masks[node]:
                # a root precedes its blocks, so one step leads there once those before it are settled
                root = flat_roots[flat_roots[node]]
                flat_roots[node] = root
                touches[node] = touches[root]
                counts[kind, touches[root]] += root == node
                sizes[kind, touches[root]] += voxels[flat_masks[node]]
    return counts, sizes, touches.reshape(masks.shape)
