"""Hitting the target: exact phase fractions from the decoder's logits, and the choice among candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.card import Parameter
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PhaseArray

Logits = NDArray[np.float32]
SWEEPS, ROUGH_SWEEPS = 60, 6
MARGIN_LIMITS = (0.05, 2.0, 8.0, np.inf)


@dataclass(frozen=True)
class MatchedPhases:
    """Labels [x, y, z] with exact counts, the bias added to each phase's logits, and how many voxels changed label."""

    phases: PhaseArray
    bias: tuple[float, ...]
    changed: int


def match_fractions(logits: Logits, fractions: Mapping[int, float]) -> MatchedPhases:
    """Labels whose counts are exactly the rounded target counts, by one bias per phase.

    `logits` is [phases, x, y, z]; `fractions` holds the targeted share of each label it names, and labels without a
    target share the rest as the logits say. The biased argmax is the labelling of greatest total logit with those
    counts; the few voxels that ties leave over are settled by least loss.

    Raises InputError when the fractions cannot be met together.
    """
    flat = np.ascontiguousarray(logits).reshape(logits.shape[0], -1)
    counts = target_counts(fractions, flat.shape[0], flat.shape[1])
    raw, margin = labels_and_margins(flat)
    for limit in MARGIN_LIMITS:
        near = np.flatnonzero(margin < limit)
        settled = np.bincount(raw, minlength=256) - np.bincount(raw[near], minlength=256)
        solved = solved_near(flat[:, near].astype(np.float64), remaining_counts(counts, settled), limit)
        if solved is not None:
            break
    assert solved is not None, "no margin is beyond an endless limit"
    labels, (near_labels, bias) = raw.copy(), solved
    labels[near] = near_labels
    phases = labels.astype(np.uint8).reshape(logits.shape[1:])
    return MatchedPhases(phases, tuple(float(value) for value in bias), int((labels != raw).sum()))


def rough_labels(logits: Logits, fractions: Mapping[int, float]) -> PhaseArray:
    """Labels [x, y, z] whose shares are near the targeted ones, in a fraction of the time of `match_fractions`: biases
    after a few sweeps over every seventh voxel, a stride that favours no place in the decoder's blocks."""
    few = logits.reshape(logits.shape[0], -1)[:, ::7].astype(np.float64)
    bias = solve_bias(few, target_counts(fractions, *few.shape), ROUGH_SWEEPS)
    biased: NDArray[np.float32] = logits + bias.astype(np.float32)[:, None, None, None]
    return biased.argmax(axis=0).astype(np.uint8)


def labels_and_margins(flat: Logits) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Label of the largest of the logits (phases, voxels) of each voxel, and by how much it exceeds the second."""
    labels, largest, second = np.zeros(flat.shape[1], np.int64), flat[0], np.full_like(flat[0], -np.inf)
    for label in range(1, len(flat)):
        np.putmask(labels, flat[label] > largest, label)
        second = np.maximum(second, np.minimum(largest, flat[label]))
        largest = np.maximum(largest, flat[label])
    return labels, largest - second


def remaining_counts(counts: Mapping[int, int], settled: NDArray[np.int64]) -> dict[int, int]:
    """What other voxels must give each label when `settled` (labels,) keep theirs."""
    return {label: count - int(settled[label]) for label, count in counts.items()}


def solved_near(
    flat: NDArray[np.float64], counts: Mapping[int, int], limit: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Labels of voxels whose best logit has a margin below `limit`, and the biases; None when these voxels are too few,
    or a bias so large that it would have moved others too."""
    if min(counts.values(), default=0) < 0 or sum(counts.values()) > flat.shape[1]:
        return None
    if not flat.shape[1]:  # the counts are right already, and all voxels sure
        return np.empty(0, np.int64), np.zeros(len(flat))
    bias = solve_bias(flat, counts)
    if np.ptp(bias) >= limit:
        return None
    return _resolve_ties(flat + bias[:, None], counts), bias


def target_counts(fractions: Mapping[int, float], phases: int, voxels: int) -> dict[int, int]:
    """Voxels that each targeted label must get; when all labels are targeted the last takes what rounding leaves."""
    counts = {label: round(value * voxels) for label, value in sorted(fractions.items())}
    if len(counts) >= phases - 1:
        free = next((label for label in range(phases) if label not in counts), phases - 1)
        counts[free] = voxels - sum(count for label, count in counts.items() if label != free)
    if min(counts.values(), default=0) < 0 or sum(counts.values()) > voxels:
        raise InputError("The phase fractions sum to more than 1; lower one of them.")
    return counts


def solve_bias(flat: NDArray[np.float64], counts: Mapping[int, int], sweeps: int = SWEEPS) -> NDArray[np.float64]:
    """Biases [phases] whose argmax has the wanted counts up to ties: each in turn moves to where its count is right."""
    bias = np.zeros(flat.shape[0])
    # With every label targeted only differences of biases matter, so the largest phase stays put.
    fixed = max(counts, key=lambda label: counts[label]) if len(counts) == len(bias) else None
    moving = [label for label in counts if label != fixed]
    for _ in range(sweeps if len(moving) > 1 else 1):
        before = bias.copy()
        for label in moving:
            rivals = np.delete(flat + bias[:, None], label, axis=0).max(axis=0)
            bias[label] = -_threshold(flat[label] - rivals, counts[label])
        if np.abs(bias - before).max() < 1e-7:
            break
    return bias


def _threshold(margins: NDArray[np.float64], count: int) -> float:
    """A value that `count` of the margins exceed."""
    ascending = margins.size - count
    if count == 0:
        return float(margins.max()) + 1e-3
    if ascending == 0:
        return float(margins.min()) - 1e-3
    around = np.partition(margins, (ascending - 1, ascending))
    return float(around[ascending - 1] + around[ascending]) / 2


def _resolve_ties(biased: NDArray[np.float64], counts: Mapping[int, int]) -> NDArray[np.int64]:
    labels: NDArray[np.int64] = biased.argmax(axis=0)
    free = [label for label in range(len(biased)) if label not in counts]
    for label, count in counts.items():
        while (surplus := int((labels == label).sum()) - count) > 0:
            short = {other: counts[other] - int((labels == other).sum()) for other in counts}
            takers = [other for other, lack in short.items() if lack > 0] or free
            limit = min([surplus, *(short[other] for other in takers if other in counts)])
            _move(biased, labels, np.flatnonzero(labels == label), takers, limit)
    for label, count in counts.items():
        lack = count - int((labels == label).sum())
        if lack > 0:
            _move(biased, labels, np.flatnonzero(np.isin(labels, free)), [label], lack)
    return labels


def _move(
    biased: NDArray[np.float64],
    labels: NDArray[np.int64],
    voxels: NDArray[np.int64],
    takers: Sequence[int],
    number: int,
) -> None:
    """Give `number` of `voxels` to the taker that wants each most, those that lose least first; in place."""
    options = biased[np.ix_(np.asarray(takers), voxels)]
    loss = biased[labels[voxels], voxels] - options.max(axis=0)
    chosen = np.argsort(loss, kind="stable")[:number]
    labels[voxels[chosen]] = np.asarray(takers)[options[:, chosen].argmax(axis=0)]


def misfit(values: Mapping[str, float | None], targets: Mapping[str, float], conditions: Sequence[Parameter]) -> float:
    """Squared distance of `values` from `targets`, each in units of its trained range; a missing value counts as 1."""
    total = 0.0
    for condition in conditions:
        if condition.name in targets:
            value = values.get(condition.name)
            span = max(condition.high - condition.low, 1e-9)
            total += 1.0 if value is None else ((value - targets[condition.name]) / span) ** 2
    return total
