"""What a film measures that lies in tiles: fractions, and straight paths over its connected parts, all exactly.

A straight path leaves its column by a few voxels at most, so a tile with a narrow rim holds those of its voxels. Which
parts are connected is found tile by tile, each with one voxel more behind it, and joined where two tiles share voxels.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label as connected_parts
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from microdesigner.core.phases import FACES, Names, StraightPaths, fraction_label, straight_paths
from microdesigner.descriptors.own_phases import no_straight_paths
from microdesigner.descriptors.phase_bits import bit_of, pack_phases
from microdesigner.descriptors.report import REASONS, DescriptorReport, sample_names
from microdesigner.descriptors.tortuosity import straight_rim, straight_voxels
from microdesigner.engine.streaming.parts import Parts, Tile, labels_around, voxels

NOT_MEASURED = "it is not measured in a film that is made tile by tile"
_NEIGHBOURS = np.ones((3, 3, 3), np.uint8)
Plane = NDArray[np.int32]


@dataclass(frozen=True)
class PhaseParts:
    """Of one phase in a tile: voxels with a straight path; of each connected part its voxels and whether it touches the
    face of its paths, (parts,); the number, from 1, of the part at each voxel of the tile's `first` planes across x
    (y, z) and across y (x, z), and of those `behind` its last, which belong to the tiles there; 0 where there is none.
    """

    straight: int
    sizes: NDArray[np.int64]
    touches: NDArray[np.bool_]
    first: tuple[Plane, Plane]
    behind: tuple[Plane, Plane]


def places_of(names: Names, requested: Collection[str]) -> tuple[StraightPaths, ...]:
    """Of which phases the straight paths to which face are measured."""
    found = (straight_paths(name, names) for name in (*sample_names(names), *requested))
    return tuple(dict.fromkeys(place for place in found if place is not None))


def tile_parts(
    parts: Parts, tile: Tile, periodic: bool, spacing: tuple[float, float, float], places: Sequence[StraightPaths]
) -> tuple[Tile, dict[StraightPaths, PhaseParts]]:
    """The tile and what is known in it of the phases with straight paths to `places`."""
    rim = straight_rim(spacing)
    x, y = (span.stop - span.start for span in voxels(tile))
    around, left, front = labels_around(parts, tile, (rim, max(rim, 1)), periodic)
    inside = slice(left, left + x), slice(front, front + y)
    packed = pack_phases(around)
    extended = around[left : left + x + 1, front : front + y + 1]
    found = {}
    for place in places:
        straight, _ = straight_voxels(packed, bit_of(place.label), place.upper, False, spacing, inside)
        numbers, count = connected_parts(extended == place.label, _NEIGHBOURS)
        own = numbers[:x, :y]
        touches = np.zeros(count, np.bool_)
        at_face = np.unique(own[:, :, -1 if place.upper else 0])
        touches[at_face[at_face > 0] - 1] = True
        found[place] = PhaseParts(
            straight,
            np.bincount(own.ravel(), minlength=count + 1)[1:],
            touches,
            (numbers[0, :y].astype(np.int32), numbers[:x, 0].astype(np.int32)),
            (numbers[x:, :].astype(np.int32), numbers[:x, y:].astype(np.int32)),
        )
    return tile, found


def measured(
    tiles: Mapping[Tile, Mapping[StraightPaths, PhaseParts]],
    counts: NDArray[np.int64],
    names: Names,
    requested: Collection[str],
) -> DescriptorReport:
    """What a result lists of a film whose tiles have these parts and whose phases, of these `names`, have these
    `counts`: see `descriptors.sample_values`; what of `requested` is not measured is None with a reason."""
    values: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for name in dict.fromkeys([*sample_names(names), *requested]):
        values[name] = None
        if (label := fraction_label(name, names)) is not None:
            values[name] = float(counts[label] / counts.sum())
        elif (place := straight_paths(name, names)) is None:
            reasons[name] = NOT_MEASURED
        elif (share := _straight_share({tile: found[place] for tile, found in tiles.items()})) is not None:
            values[name] = share
        else:
            reasons[name] = REASONS.get(name) or no_straight_paths(names[place.label], FACES[place.upper])
    return DescriptorReport(dict(values), reasons)


def _straight_share(tiles: Mapping[Tile, PhaseParts]) -> float | None:
    """Voxels with a straight path over those connected to the face; None where none is."""
    order = sorted(tiles, key=lambda tile: (tile[0].start, tile[1].start))
    ends = np.cumsum([0, *(len(tiles[tile].sizes) for tile in order)])
    first = dict(zip(order, ends[:-1].tolist(), strict=True))
    pairs = [pair for tile in order for pair in _joined(tiles, first, tile)]
    edges = np.concatenate([np.empty((0, 2), np.int64), *pairs])
    total = int(ends[-1])
    joined = coo_array((np.ones(len(edges), np.bool_), (edges[:, 0], edges[:, 1])), (total, total))
    count, whole = connected_components(joined, directed=False)
    sizes = np.bincount(whole, np.concatenate([tiles[tile].sizes for tile in order]), count)
    touches = np.zeros(count, np.bool_)
    np.logical_or.at(touches, whole, np.concatenate([tiles[tile].touches for tile in order]))
    connected = int(sizes[touches].sum())
    return sum(tiles[tile].straight for tile in order) / connected if connected else None


def _joined(tiles: Mapping[Tile, PhaseParts], first: Mapping[Tile, int], tile: Tile) -> Sequence[NDArray[np.int64]]:
    """Pairs of parts (pairs, 2), numbered in the film, that a tile and those behind it share voxels of."""
    across_x, across_y = tiles[tile].behind  # (0 or 1, y + 0 or 1, z), (x, 0 or 1, z)
    beside_x, beside_y, corner = _behind(tiles, tile)
    own = first[tile]
    y = len(tiles[tile].first[0])
    found = []
    if across_x.size:
        found.append(_pairs(across_x[0, :y], own, tiles[beside_x].first[0], first[beside_x]))
        if across_x.shape[1] > y:
            found.append(_pairs(across_x[0, y], own, tiles[corner].first[0][0], first[corner]))
    if across_y.size:
        found.append(_pairs(across_y[:, 0], own, tiles[beside_y].first[1], first[beside_y]))
    return found


def _behind(tiles: Mapping[Tile, PhaseParts], tile: Tile) -> tuple[Tile, Tile, Tile]:
    """The tiles behind one along x, along y and along both; beyond the last lies the first."""
    after = []
    for axis in (0, 1):
        spans = sorted({other[axis] for other in tiles}, key=lambda places: places.start)
        after.append(spans[(spans.index(tile[axis]) + 1) % len(spans)])
    return (after[0], tile[1]), (tile[0], after[1]), (after[0], after[1])


def _pairs(some: Plane, first: int, others: Plane, first_of_others: int) -> NDArray[np.int64]:
    both = (some > 0) & (others > 0)
    pairs = np.stack([some[both].astype(np.int64) - 1 + first, others[both].astype(np.int64) - 1 + first_of_others], 1)
    return np.unique(pairs, axis=0)
