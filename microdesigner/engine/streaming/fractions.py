"""Exact phase fractions of a film in tiles: biases from a sample of its voxels, then all voxels near a border.

Counts are those of the whole film at any time: a sample tells the biases nearly, a pass over the tiles tells what they
give, and of the voxels whose label a small bias can change, which are few, the rest is found as in a film in memory
(see `matching`), ties included.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.engine.matching import labels_and_margins, remaining_counts, solve_bias, solved_near, target_counts
from microdesigner.engine.streaming.parts import Parts, Tile, biased, load
from microdesigner.models.autoencoder import FACTOR

SAMPLED, NEAR = 1 << 20, 1 << 21
"""Voxels of the sample, and at most of those that are solved exactly: what memory holds of a film of any size."""
PASSES = 8
NEVER = -1e4
"""The bias of a phase that is to be absent: no sample tells which one it needs."""
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class TileLabels:
    """How a film's tiles are labelled: `bias` (phases,) on the logits, then the labels of `places` in each tile.

    `total` is the bias as a result reports it, `counts` the voxels of each phase."""

    bias: NDArray[np.float32]
    near: dict[Tile, tuple[NDArray[np.int64], NDArray[np.uint8]]]
    total: NDArray[np.float64]
    counts: Counts

    def settled(self, tile: Tile) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Places in a tile, and the labels there."""
        return self.near.get(tile, (np.empty(0, np.int64), np.empty(0, np.uint8)))


@dataclass(frozen=True)
class _Pass:
    """What a pass over the tiles finds: the counts (phases,), and of each tile the places of the voxels near a border
    with their logits (phases, places)."""

    counts: Counts
    near: dict[Tile, tuple[NDArray[np.int64], NDArray[np.float32]]]


def unmatched(parts: Parts, phases: int) -> Generator[Progress, None, TileLabels]:
    """The labels of the logits as they are."""
    bias = np.zeros(phases)
    found = yield from _passed(parts, bias, 0.0)
    return TileLabels(bias.astype(np.float32), {}, bias, found.counts)


def matched(parts: Parts, fractions: Mapping[int, float], phases: int) -> Generator[Progress, None, TileLabels]:
    """The labels whose counts are exactly the rounded counts of `fractions`, as `match_fractions` finds them.

    Raises InputError when the fractions cannot be met together.
    """
    sample = yield from _sample(parts, phases)
    voxels = _voxels(parts)
    counts = target_counts(fractions, phases, voxels)
    absent = np.array([NEVER if counts.get(label) == 0 else 0.0 for label in range(phases)])
    sample += absent[:, None]
    counts = {label: count for label, count in counts.items() if count}
    wanted = {label: count / voxels for label, count in counts.items()}
    for _ in range(PASSES):
        rough = {label: round(share * sample.shape[1]) for label, share in wanted.items()}
        bias = solve_bias(sample, rough) if voxels > NEAR else np.zeros(phases)
        limit = _limit(sample, bias, voxels)
        bias = bias + absent
        found = yield from _passed(parts, bias, limit)
        if (labels := _solved(found, bias, counts, limit)) is not None:
            return labels
        for label, count in counts.items():  # the sample is not quite like the film
            wanted[label] = min(max(wanted[label] + (count - int(found.counts[label])) / voxels, 0.0), 1.0)
    raise MicrodesignerError("The phase fractions of the film could not be made exact; take other targets.")


def _solved(found: _Pass, bias: NDArray[np.float64], counts: Mapping[int, int], limit: float) -> TileLabels | None:
    """The exact labels, or None where those of the voxels near a border are not enough."""
    tiles = [tile for tile, (places, _) in found.near.items() if len(places)]
    if not tiles:
        return None
    logits = np.concatenate([found.near[tile][1] for tile in tiles], axis=1)
    raw = logits.argmax(0)
    near = np.bincount(raw, minlength=len(bias))
    solved = solved_near(logits.astype(np.float64), remaining_counts(counts, found.counts - near), limit)
    if solved is None:
        return None
    labels, more = solved
    ends = np.cumsum([len(found.near[tile][0]) for tile in tiles])[:-1]
    settled = {
        tile: (found.near[tile][0], own.astype(np.uint8))
        for tile, own in zip(tiles, np.split(labels, ends), strict=True)
    }
    final = found.counts - near + np.bincount(labels, minlength=len(bias))
    return TileLabels(bias.astype(np.float32), settled, bias + more, final)


def _passed(parts: Parts, bias: NDArray[np.float64], limit: float) -> Generator[Progress, None, _Pass]:
    """Count the labels at a bias, and collect the voxels with a margin below `limit`."""
    counts = np.zeros(len(bias), np.int64)
    near = {}
    for done, tile in enumerate(parts.tiles, 1):
        logits = biased(load(parts.differences(tile)), bias.astype(np.float32)).reshape(len(bias), -1)
        labels, margins = labels_and_margins(logits)
        counts += np.bincount(labels, minlength=len(bias))
        places = np.flatnonzero(margins < limit)
        near[tile] = places, logits[:, places]
        yield Progress("match", done, len(parts.tiles))
    return _Pass(counts, near)


def _sample(parts: Parts, phases: int) -> Generator[Progress, None, NDArray[np.float64]]:
    """Logits (phases, sample) of voxels spread evenly over the film; the odd step favours no place in the decoder's
    blocks."""
    step = max(1, _voxels(parts) // SAMPLED) | 1
    found = []
    for done, tile in enumerate(parts.tiles, 1):
        differences = np.load(parts.differences(tile), mmap_mode="r").reshape(phases - 1, -1)
        found.append(differences[:, ::step].astype(np.float64))
        yield Progress("sample", done, len(parts.tiles))
    flat = np.concatenate(found, axis=1)
    return np.concatenate([np.zeros((1, flat.shape[1])), flat])


def _limit(sample: NDArray[np.float64], bias: NDArray[np.float64], voxels: int) -> float:
    """A margin that about `NEAR` voxels of the film have at most, or all where they are no more."""
    if voxels <= NEAR:
        return np.inf
    _, margins = labels_and_margins((sample + bias[:, None]).astype(np.float32))
    return float(np.quantile(margins, NEAR / voxels))


def _voxels(parts: Parts) -> int:
    return int(np.prod([edge * FACTOR for edge in parts.latent_shape[1:]], dtype=np.int64))
