"""Exact fractions: the counts, the optimality that a bias guarantees, and the corners."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microdesigner.core.card import Parameter
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.core.phases import fraction_labels
from microdesigner.engine.matching import match_fractions, misfit

THREE = ("donor", "acceptor", "mixed")


def random_logits(phases: int, shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    return (4 * np.random.default_rng(seed).normal(size=(phases, *shape))).astype(np.float32)


def counts(phases: np.ndarray, labels: int) -> list[int]:
    return np.bincount(phases.ravel(), minlength=labels).tolist()


@pytest.mark.parametrize(
    ("phases", "fractions"),
    [
        (3, {0: 0.35, 2: 0.2}),
        (3, {0: 0.35, 1: 0.45, 2: 0.2}),
        (3, {1: 0.1, 2: 0.0}),
        (2, {0: 0.41}),
        (4, {0: 0.25, 3: 0.125}),
    ],
)
def test_targeted_counts_are_exact(phases: int, fractions: dict[int, float]) -> None:
    matched = match_fractions(random_logits(phases, (16, 16, 8)), fractions)
    found = counts(matched.phases, phases)
    for label, value in list(fractions.items())[: phases - 1]:
        assert found[label] == round(value * 16 * 16 * 8)


def test_a_single_target_leaves_the_others_to_the_logits() -> None:
    logits = random_logits(3, (16, 16, 8))
    matched = match_fractions(logits, {0: 0.6})
    others = matched.phases != 0
    assert matched.bias[1] == matched.bias[2] == 0
    assert (matched.phases[others] == (1 + logits[1:].argmax(axis=0))[others]).all()


def test_the_bias_reproduces_the_labels() -> None:
    logits = random_logits(3, (16, 16, 8))
    matched = match_fractions(logits, {0: 0.2, 1: 0.3})
    biased = logits + np.asarray(matched.bias, dtype=np.float32)[:, None, None, None]
    assert (biased.argmax(axis=0) != matched.phases).mean() < 0.002


def test_ties_are_settled_exactly() -> None:
    matched = match_fractions(np.zeros((3, 8, 8, 8), np.float32), {0: 0.35, 2: 0.2})
    assert counts(matched.phases, 3) == [179, 231, 102]


def test_met_targets_change_nothing() -> None:
    logits = random_logits(3, (8, 8, 8))
    raw = logits.argmax(axis=0)
    share = {label: float((raw == label).mean()) for label in range(3)}
    assert match_fractions(logits, share).changed == 0


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 99), st.booleans())
def test_any_feasible_pair_is_met(first: float, part: float, seed: int, blocky: bool) -> None:
    second = (1 - first) * part
    logits = random_logits(3, (8, 8, 4), seed)
    found = counts(match_fractions(np.round(logits) if blocky else logits, {0: first, 2: second}).phases, 3)
    assert abs(found[0] - first * 256) <= 0.5
    assert abs(found[2] - second * 256) <= 1


def test_too_much_is_refused() -> None:
    with pytest.raises(InputError, match="more than 1"):
        match_fractions(random_logits(3, (8, 8, 8)), {0: 0.8, 1: 0.8})


def test_labels_of_fraction_names() -> None:
    targets = {"vol_frac_A": 0.2, "tortuosity_D": 0.5, "vol_frac_M": 0.1}
    assert fraction_labels(targets, PHASE_NAMES) == {1: 0.2, 2: 0.1}
    assert fraction_labels({"ABS_f_D": 0.4}, PHASE_NAMES[:2]) == {0: 0.4}
    assert fraction_labels({"ABS_f_D": 0.4, "vol_frac_M": 0.1}, PHASE_NAMES[:2]) == {0: 0.4}


def test_misfit_counts_what_is_asked_and_punishes_what_is_missing() -> None:
    conditions = (Parameter("a", 0, 2), Parameter("b", 0, 1))
    assert misfit({"a": 1.0, "b": 0.0}, {"a": 0.0}, conditions) == pytest.approx(0.25)
    assert misfit({"a": 0.0, "b": None}, {"b": 0.5}, conditions) == 1
