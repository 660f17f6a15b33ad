"""The last touch of a reconstruction: voxel by voxel towards the correlations and chords of the pictures.

C. L. Y. Yeong and S. Torquato, Phys. Rev. E 57 (1998) 495, without temperature, since the film is near already: a voxel
at an interface takes the phase of a neighbour where that brings the film nearer to the pictures. Two statistics of each
phase are compared: the two-point correlation along the axes and the diagonals of their planes, and along the axes the
lineal path, of which the decrease from each length to the next tells how many chords are longer.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.compiled import compiled
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.curve import AXES as AXIS_NAMES
from microdesigner.descriptors.lineal_path import lineal_path

REACH = 32
"""Most steps along a direction."""
ROUNDS, TRIES = 4, 0.6
"""Rounds, and in each so many voxels at interfaces are tried for each voxel of the film."""
CHORDS, FRACTIONS = 20.0, 1000.0
"""Weights of the lineal path's decreases, which are smaller than correlations, and of fractions: so large that these
are off by some voxels only, which are mended at the end of a round, but two voxels that change places may do so one
after the other."""
AXES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
DIAGONALS = np.array([[1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1], [0, 1, 1], [0, 1, -1]])
DIRECTIONS = np.concatenate([AXES, DIAGONALS])
OWN_AXES, OWN_DIAGONALS = AXES[:2], DIAGONALS[:2]
"""Those of a picture, a volume of one layer."""
Labels = NDArray[np.uint8]
Table = NDArray[np.float64]


def approach(labels: Labels, pictures: Sequence[Labels], phases: int, seed: int) -> Iterator[int]:
    """Change `labels` [x, y, z] in place, yielding the number of rounds done. The fraction of each phase stays.

    Parameters
    ----------
    labels
        The film; its labels are below `phases`.
    pictures
        Sections [., .] of the material.
    seed
        Of the order in which voxels are tried.
    """
    reach = min(REACH, *(edge // 2 for each in (labels, *pictures) for edge in each.shape))
    sections = [np.ascontiguousarray(picture)[..., None] for picture in pictures]
    wanted = [_shares(_pairs, sections, each, reach, phases) for each in (OWN_AXES, OWN_DIAGONALS)]
    pairs = np.stack(
        [_shares(_pairs, [labels], [way], reach, phases) - wanted[int(np.abs(way).sum() == 2)] for way in DIRECTIONS]
    )
    paths = np.stack([_shares(_paths, [labels], [way], reach, phases) for way in AXES])
    paths -= _shares(_paths, sections, OWN_AXES, reach, phases)
    places = np.stack([_places(labels.shape, way, reach) for way in DIRECTIONS])
    has_interfaces = labels.min() < labels.max()
    for done in range(ROUNDS):
        if has_interfaces:
            _descend(labels, DIRECTIONS, pairs, paths, places, int(TRIES * labels.size), seed + done)
        yield done + 1


def _shares(
    counted: Callable[[Labels, NDArray[np.int64], int, int], Table],
    volumes: Sequence[Labels],
    directions: Sequence[NDArray[np.int64]] | NDArray[np.int64],
    reach: int,
    phases: int,
) -> Table:
    """What is `counted` of each phase after 0 to `reach` steps, over the places that the volumes have for it in all
    `directions`: (phases, reach + 1)."""
    both = [(volume, way) for volume in volumes for way in directions]
    found = sum(counted(volume, way, reach, phases) for volume, way in both)
    places = sum(_places(volume.shape, way, reach) for volume, way in both)
    return np.asarray(found / places)


def _paths(labels: Labels, direction: NDArray[np.int64], reach: int, phases: int) -> Table:
    """Rows of voxels of one phase with 0 to `reach` steps from the first to the last: (phases, reach + 1)."""
    film = Microstructure(labels, lateral="no-flux", phase_names=tuple(map(str, range(phases))))
    axis = AXIS_NAMES[int(direction.argmax())]
    shares = [lineal_path(film, label, axis).value[: reach + 1] for label in range(phases)]
    return np.stack(shares) * _places(labels.shape, direction, reach)


def _places(shape: tuple[int, ...], direction: NDArray[np.int64], reach: int) -> Table:
    """In how many places of a volume 0 to `reach` steps along `direction` fit, at least 1."""
    steps = np.arange(reach + 1)[:, None]
    return np.maximum(np.prod(np.maximum(np.asarray(shape) - steps * np.abs(direction), 0), axis=1), 1).astype(float)


@compiled
def _holds(labels: Any, x: int, y: int, z: int, phase: int) -> bool:
    """Whether a voxel lies in the volume and is of `phase`."""
    width, depth, height = labels.shape
    return 0 <= x < width and 0 <= y < depth and 0 <= z < height and labels[x, y, z] == phase


@compiled
def _run(labels: Any, x: int, y: int, z: int, dx: int, dy: int, dz: int, phase: int) -> int:
    """How many voxels of `phase` follow one another along (dx, dy, dz), beginning beside the voxel."""
    length = 0
    while _holds(labels, x + (length + 1) * dx, y + (length + 1) * dy, z + (length + 1) * dz, phase):
        length += 1
    return length


@compiled
def _pairs(labels: Any, direction: Any, reach: int, phases: int) -> Any:
    """Pairs of voxels of one phase, 0 to `reach` steps apart: (phases, reach + 1)."""
    width, depth, height = labels.shape
    dx, dy, dz = direction
    found = np.zeros((phases, reach + 1))
    for x in range(width):
        for y in range(depth):
            for z in range(height):
                phase = labels[x, y, z]
                for step in range(reach + 1):
                    if _holds(labels, x + step * dx, y + step * dy, z + step * dz, phase):
                        found[phase, step] += 1
    return found


@compiled
def _descend(labels: Any, directions: Any, pairs: Any, paths: Any, places: Any, tries: int, seed: int) -> None:
    """Try voxels at interfaces in random order. `pairs` and `paths`, by how much the film's shares are too large, go
    with the voxels that change. Fractions are again at the end what they were."""
    np.random.seed(seed)  # noqa: NPY002  (all that compiled code knows)
    shape, steps = labels.shape, ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1))
    surplus = np.zeros(pairs.shape[1], np.int64)
    of_pairs, of_paths = np.zeros((len(pairs), 2, places.shape[1])), np.zeros((len(paths), 2, places.shape[1]))
    tried = 0
    while tried < tries or surplus.any():
        x, y, z = np.random.randint(shape[0]), np.random.randint(shape[1]), np.random.randint(shape[2])  # noqa: NPY002
        dx, dy, dz = steps[np.random.randint(6)]  # noqa: NPY002
        before = labels[x, y, z]
        if not (0 <= x + dx < shape[0] and 0 <= y + dy < shape[1] and 0 <= z + dz < shape[2]):
            continue
        after = labels[x + dx, y + dy, z + dz]
        if before == after:
            continue
        tried += 1
        mends = tried >= tries and surplus[before] > 0
        if tried >= tries and not mends:
            continue
        _change_pairs(labels, x, y, z, directions, before, after, places, of_pairs)
        _change_paths(labels, x, y, z, directions, before, after, places, of_paths)
        if mends or _worse_by(pairs, paths, of_pairs, of_paths, before, after) <= 0:
            labels[x, y, z] = after
            surplus[before] -= 1
            surplus[after] += 1
            for phase, side in ((before, 0), (after, 1)):
                pairs[:, phase] += of_pairs[:, side]
                paths[:, phase] += of_paths[:, side]


@compiled
def _change_pairs(
    labels: Any, x: int, y: int, z: int, directions: Any, before: int, after: int, places: Any, change: Any
) -> None:
    """By how much the shares of pairs of the two phases change where the voxel goes from one to the other:
    `change` (directions, 2, steps)."""
    for way in range(len(directions)):
        dx, dy, dz = directions[way]
        for step in range(1, places.shape[1]):
            i, j, k = step * dx, step * dy, step * dz
            lost = _holds(labels, x + i, y + j, z + k, before) + _holds(labels, x - i, y - j, z - k, before)
            won = _holds(labels, x + i, y + j, z + k, after) + _holds(labels, x - i, y - j, z - k, after)
            change[way, 0, step] = -lost / places[way, step]
            change[way, 1, step] = won / places[way, step]


@compiled
def _change_paths(
    labels: Any, x: int, y: int, z: int, directions: Any, before: int, after: int, places: Any, change: Any
) -> None:
    """The same of paths: a run of the one phase is cut in two, two of the other become one."""
    for way in range(len(change)):
        dx, dy, dz = directions[way]
        for side, phase, sign in ((0, before, -1), (1, after, 1)):
            one, other = _run(labels, x, y, z, dx, dy, dz, phase), _run(labels, x, y, z, -dx, -dy, -dz, phase)
            for step in range(places.shape[1]):
                whole = max(one + other + 1 - step, 0) - max(one - step, 0) - max(other - step, 0)
                change[way, side, step] = sign * whole / places[way, step]


@compiled
def _worse_by(pairs: Any, paths: Any, of_pairs: Any, of_paths: Any, before: int, after: int) -> float:
    """By how much the sum of squared differences grows: of correlations, of fractions, and of the decreases of
    lineal paths."""
    total = 0.0
    for side, phase in ((0, before), (1, after)):
        for way in range(len(pairs)):
            for step in range(1, pairs.shape[2]):
                change = of_pairs[way, side, step]
                total += change * (2 * pairs[way, phase, step] + change)
        change = of_paths[0, side, 0]
        total += FRACTIONS * change * (2 * paths[0, phase, 0] + change)
        for way in range(len(paths)):
            for step in range(1, paths.shape[2]):
                difference = paths[way, phase, step - 1] - paths[way, phase, step]
                change = of_paths[way, side, step - 1] - of_paths[way, side, step]
                total += CHORDS * change * (2 * difference + change)
    return total
