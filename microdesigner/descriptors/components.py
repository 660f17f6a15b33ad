"""Connected parts of each phase (26 neighbours; 8 in a film one voxel thin) and the electrodes they touch."""

from dataclasses import dataclass
from typing import Any

import cc3d
import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.compiled import compiled
from microdesigner.descriptors.film import Film

CATHODE, ANODE = np.uint8(1), np.uint8(2)


@dataclass(frozen=True)
class Components:
    """The parts of a film. `labels` [z, y, x] numbers them before lateral wrapping, `root` maps a number to its part.

    Per number: `phase` of the film (1 donor, 2 acceptor, 3 mixed), `size` in voxels (complete at roots) and `touches`
    (bits CATHODE, ANODE, complete everywhere).
    """

    labels: NDArray[Any]
    root: NDArray[np.int64]
    phase: NDArray[np.uint8]
    size: NDArray[np.int64]
    touches: NDArray[np.uint8]

    def count(self, phase: np.uint8, electrode: np.uint8 | None = None) -> int:
        """Number of parts of `phase`, or of those that touch `electrode`."""
        return int(self._chosen(phase, electrode).sum())

    def voxels(self, phase: np.uint8, electrode: np.uint8 | None = None) -> int:
        """Voxels of `phase`, or of its parts that touch `electrode` (both bits: either of them)."""
        return int(self.size[self._chosen(phase, electrode)].sum())

    def spans(self, phase: np.uint8) -> bool:
        """Whether a part of `phase` touches both electrodes."""
        return bool(((self.phase == phase) & (self.touches == CATHODE | ANODE)).any())

    def _chosen(self, phase: np.uint8, electrode: np.uint8 | None) -> NDArray[np.bool_]:
        is_root = self.root == np.arange(len(self.root))
        chosen: NDArray[np.bool_] = is_root & (self.phase == phase)
        return chosen if electrode is None else chosen & (self.touches & electrode > 0)


def components_of(film: Film, periodic: bool) -> Components:
    """Label the parts of a film [z, y, x]; `periodic` joins them across x and y, never across the film normal."""
    labels, count = cc3d.connected_components(film, connectivity=26, return_N=True)
    phase, size, touches = _measure(film, labels, count)
    root = np.arange(count + 1)
    if periodic:
        _join_sides(film, labels, root)
        size, touches = _gathered(root, size, touches)
    return Components(labels, root, phase, size, touches)


@compiled
def _measure(
    film: Film, labels: NDArray[Any], count: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8]]:
    nz, ny, nx = film.shape
    phase = np.zeros(count + 1, np.uint8)
    size = np.zeros(count + 1, np.int64)
    touches = np.zeros(count + 1, np.uint8)
    for z in range(nz):
        electrodes = np.uint8((CATHODE if z == 0 else 0) | (ANODE if z == nz - 1 else 0))
        for y in range(ny):
            row, start = labels[z, y], 0
            for x in range(1, nx + 1):
                if x == nx or row[x] != row[start]:
                    label = row[start]
                    size[label] += x - start
                    phase[label] = film[z, y, start]
                    touches[label] |= electrodes
                    start = x
    return phase, size, touches


@compiled
def _find(root: NDArray[np.int64], label: int) -> int:
    while root[label] != label:
        root[label] = root[root[label]]
        label = root[label]
    return label


@compiled
def _join(root: NDArray[np.int64], one: int, other: int) -> None:
    one, other = _find(root, one), _find(root, other)
    root[max(one, other)] = min(one, other)


@compiled
def _join_sides(film: Film, labels: NDArray[Any], root: NDArray[np.int64]) -> None:
    nz, ny, nx = film.shape
    for z in range(nz):
        for above in range(max(z - 1, 0), min(z + 2, nz)):
            for y in range(ny):
                for step in range(-1, 2):
                    beside = (y + step) % ny
                    if film[z, y, 0] == film[above, beside, nx - 1]:
                        _join(root, labels[z, y, 0], labels[above, beside, nx - 1])
            for x in range(nx):
                for step in range(-1, 2):
                    beside = (x + step) % nx
                    if film[z, 0, x] == film[above, ny - 1, beside]:
                        _join(root, labels[z, 0, x], labels[above, ny - 1, beside])


@compiled
def _gathered(
    root: NDArray[np.int64], size: NDArray[np.int64], touches: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    all_size, all_touches = np.zeros_like(size), np.zeros_like(touches)
    for label in range(len(root)):
        root[label] = _find(root, label)
        all_size[root[label]] += size[label]
        all_touches[root[label]] |= touches[label]
    for label in range(len(root)):
        all_touches[label] = all_touches[root[label]]
    return all_size, all_touches
