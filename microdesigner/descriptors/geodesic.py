"""Lengths of paths inside a phase: from its interface, for the diffusion of excitons, and from an electrode.

The distance is GraSPI's: the shortest path over the 26 neighbours (steps 1, √2, √3 edges of cubic voxels; the real
distances of voxels that are boxes), from half the smallest edge that crosses the interface. Only distances below 10 nm
matter, so none further is followed.

Distances are whole multiples of 2⁻²⁵ nm: sums of them are exact, which keeps ties at the limit ties.
"""

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.descriptors.phase_bits import PhaseBits

DIFFUSION_LENGTH = 10.0
LONGEST_WINDING = 20
CUBE = (1.0, 1.0, 1.0)
_X, _Z = 0, 2  # among the lengths of steps
_PER_NM = float(1 << 25)
# A path of exactly 10 nm is not below 10 nm, though its rounded steps may sum to a little less.
_END = np.int32(DIFFUSION_LENGTH * _PER_NM)
_LIMIT = _END - np.int32(64)
_FAR = np.int32(1 << 30)
_BINS_PER_NM = 1024
_BIN = np.int32(_PER_NM) // np.int32(_BINS_PER_NM)


def dissociation_counts(
    packed: PhaseBits, phase: np.uint8, contact: NDArray[np.uint8], voxel: float, periodic: bool
) -> tuple[int, float]:
    """GraSPI's DISS sums over `phase`: the voxels nearer than 10 nm to the interface, and the sum of their weights.

    `contact` is `interface.contacts` [z, y, x]; `voxel` is the edge of the cubic voxels in nm. The weight of a voxel at
    distance d is 6.265 exp(-((d + 23) / 17.17)²).
    """
    distance = np.full(tuple(edge + 2 for edge in packed.shape), _FAR)
    starts = _units(voxel * np.sqrt(np.arange(4.0)) / 2)
    _start(packed, phase, contact, np.where((starts > 0) & (starts < _LIMIT), starts, _FAR), distance)
    _relax(packed, phase, _steps((voxel, voxel, voxel)), periodic, distance)
    near, weight = _dissociation(distance, *_weights())
    return int(near), float(weight)


def electrode_distance(
    packed: PhaseBits, phase: np.uint8, from_top: bool, periodic: bool, spacing: tuple[float, float, float] = CUBE
) -> NDArray[np.float64]:
    """Length of the shortest path inside `phase` from each voxel [z, y, x] to the electrode's layer of the film, over
    the 26 neighbours, in edges of a voxel along z; infinite outside the phase and where no path, or only one winding
    beyond `LONGEST_WINDING` times the film's thickness, leads there.

    `spacing` are the voxel edges along x, y, z in any unit. `from_top` takes the anode (last layer) instead of the
    cathode (first).
    """
    layers = np.ascontiguousarray(packed[::-1] if from_top else packed)
    step = DIFFUSION_LENGTH / (LONGEST_WINDING * len(layers))
    distance = np.full(tuple(edge + 2 for edge in layers.shape), _FAR)
    distance[1, 1:-1, 1:-1][layers[0] == phase] = 0
    steps = _steps((step * spacing[0] / spacing[2], step * spacing[1] / spacing[2], step))
    _relax(layers, phase, steps, periodic, distance)
    inner = distance[1:-1, 1:-1, 1:-1].astype(np.float64)
    inner[(inner >= _LIMIT) | (layers != phase)] = np.inf
    inner /= float(steps[_Z])  # whole multiples of a straight step are exact
    return inner[::-1] if from_top else inner


def _steps(edges: tuple[float, float, float]) -> NDArray[np.int32]:
    """Lengths of the steps along x, y, z, xy, xz, yz and xyz for voxel edges along x, y, z in nm."""
    x, y, z = edges
    return _units(np.array([x, y, z, np.hypot(x, y), np.hypot(x, z), np.hypot(y, z), np.sqrt(x * x + y * y + z * z)]))


def _units(lengths: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.minimum(np.rint(lengths * _PER_NM), _FAR - 1).astype(np.int32)


def _weights() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The weight at the middle of each bin of distances, its slope and half its curvature, per unit of distance.

    The last bin weighs nothing: it holds what lies farther away.
    """
    middle = (np.arange(DIFFUSION_LENGTH * _BINS_PER_NM + 1) + 0.5) / _BINS_PER_NM
    reduced = (middle + 23) / 17.17
    weight = 6.265 * np.exp(-(reduced**2))
    weight[-1] = 0
    unit = 1 / (17.17 * _PER_NM)
    return weight, -2 * reduced * weight * unit, (2 * reduced**2 - 1) * weight * unit**2


@compiled
def _dissociation(
    distance: NDArray[np.int32], weight: NDArray[np.float64], slope: NDArray[np.float64], bend: NDArray[np.float64]
) -> tuple[int, float]:
    nz, ny, nx = distance.shape
    near, total = 0, 0.0
    for z in range(1, nz - 1):
        for y in range(1, ny - 1):
            row = distance[z, y]
            for x in range(1, nx - 1):
                units = min(row[x], _END)
                near += units < _LIMIT
                bin_ = units // _BIN
                off = float(units - bin_ * _BIN - _BIN // 2)
                total += weight[bin_] + off * (slope[bin_] + off * bend[bin_])
    return near, total


@compiled
def _start(
    packed: PhaseBits,
    phase: np.uint8,
    contact: NDArray[np.uint8],
    starts: NDArray[np.int32],
    distance: NDArray[np.int32],
) -> None:
    nz, ny, nx = packed.shape
    for z in range(nz):
        for y in range(ny):
            labels, kinds, out = packed[z, y], contact[z, y], distance[z + 1, y + 1]
            for x in range(nx):
                start = starts[kinds[x]]
                out[x + 1] = start if labels[x] == phase else _FAR


@compiled
def _relax(
    packed: PhaseBits, phase: np.uint8, steps: NDArray[np.int32], periodic: bool, distance: NDArray[np.int32]
) -> None:
    """Sweep forth and back until nothing shortens; a row rests while the rows it looks at have not changed."""
    nz, ny, nx = packed.shape
    changed = np.zeros((nz + 2, ny + 2), np.int64)
    seen = np.full((2, nz, ny), -1)
    time = 0
    best = np.empty(nx + 2, np.int32)
    if periodic:
        for z in range(1, nz + 1):
            for y in range(1, ny + 1):
                _wrap(distance, z, y)
    worked = True
    while worked:
        worked = False
        for way in range(2):
            back = way == 1
            before = 1 if back else -1
            for layer in range(nz):
                z = nz - layer if back else layer + 1
                for line in range(ny):
                    y = ny - line if back else line + 1
                    latest = max(changed[z, y], changed[z, y + before], changed[z + before, y])
                    latest = max(latest, changed[z + before, y - 1], changed[z + before, y + 1])
                    if latest <= seen[way, z - 1, y - 1]:
                        continue
                    worked = True
                    time += 1
                    seen[way, z - 1, y - 1] = time
                    _nearest(distance[z + before], distance[z, y + before], y, steps, best)
                    if not _shorten(packed[z - 1, y - 1], phase, steps[_X], best, distance[z, y], back):
                        continue
                    changed[z, y] = time
                    if periodic:
                        if _wrap(distance, z, y):
                            seen[way, z - 1, y - 1] = time - 1
                        if y == 1:
                            changed[z, ny + 1] = time
                        if y == ny:
                            changed[z, 0] = time


@compiled
def _wrap(distance: NDArray[np.int32], z: int, y: int) -> bool:
    """Renew the padding that shows row y of layer z on the opposite side; whether the row sees itself differently."""
    ny, nx = distance.shape[1] - 2, distance.shape[2] - 2
    row = distance[z, y]
    new = row[0] != row[nx] or row[nx + 1] != row[1]
    row[0], row[nx + 1] = row[nx], row[1]
    if y == 1:
        distance[z, ny + 1] = row
    if y == ny:
        distance[z, 0] = row
    return new


@compiled
def _nearest(
    layer: NDArray[np.int32], row: NDArray[np.int32], y: int, steps: NDArray[np.int32], best: NDArray[np.int32]
) -> None:
    """Shortest way to each voxel of row y through the layer and the row of this layer that precede it in the sweep."""
    south, middle, north = layer[y - 1], layer[y], layer[y + 1]
    along_y, along_z, in_xy, in_xz, in_yz, corner = steps[1], steps[2], steps[3], steps[4], steps[5], steps[6]
    for x in range(1, len(best) - 1):
        # sums are widened to 64 bits unless told otherwise, which halves the speed
        faces = min(np.int32(middle[x] + along_z), np.int32(row[x] + along_y))
        across = np.int32(min(south[x], north[x]) + in_yz)
        layers = np.int32(min(middle[x - 1], middle[x + 1]) + in_xz)
        rows = np.int32(min(row[x - 1], row[x + 1]) + in_xy)
        corners = np.int32(min(min(south[x - 1], south[x + 1]), min(north[x - 1], north[x + 1])) + corner)
        best[x] = min(min(faces, min(across, layers)), min(rows, corners))


@compiled
def _shorten(
    labels: NDArray[np.uint8],
    phase: np.uint8,
    step: np.int32,
    best: NDArray[np.int32],
    row: NDArray[np.int32],
    back: bool,
) -> bool:
    """Take over the shorter ways, running along the row as well; whether anything changed."""
    nx = len(labels)
    shorter = False
    start, stop, stride = (nx, 0, -1) if back else (1, nx + 1, 1)
    last = row[start - stride]
    for x in range(start, stop, stride):
        way = min(best[x], np.int32(last + step))
        old = row[x]
        if labels[x - 1] == phase:
            if way < old and way < _LIMIT:
                row[x] = way
                shorter = True
            last = row[x]
        else:
            last = old
    return shorter
