"""A sweep changes one condition and nothing else."""

import csv
import io

import pytest

from microdesigner.app.store.jobs import Job
from microdesigner.app.sweep import (
    MAX_FILMS,
    SweepAxis,
    finished_steps,
    sweep_requests,
    sweep_table,
    sweep_title,
    swept_names,
)
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request

BASE = Request({"vol_frac_D": 0.4, "vol_frac_M": 0.2, "tortuosity_D": 0.5}, seed=7, count=3, match="fractions")


def test_one_condition_moves_from_end_to_end() -> None:
    requests = sweep_requests(BASE, [SweepAxis("vol_frac_D", 0.2, 0.6, 5)])
    assert [request.targets["vol_frac_D"] for request in requests] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
    assert {request.seed for request in requests} == {7}
    assert {request.targets["vol_frac_M"] for request in requests} == {0.2}
    assert all((request.count, request.match) == (1, "fractions") for request in requests)


def test_a_free_condition_can_be_swept() -> None:
    requests = sweep_requests(BASE, [SweepAxis("tortuosity_A", 0.9, 0.3, 2)])
    assert [request.targets["tortuosity_A"] for request in requests] == [0.9, 0.3]


@pytest.mark.parametrize(("ends", "steps"), [((0.2, 0.9), 3), ((0.3, 0.3), 3), ((0.2, 0.4), 1)])
def test_impossible_sweeps_are_refused_in_a_sentence(ends: tuple[float, float], steps: int) -> None:
    with pytest.raises(InputError):
        sweep_requests(BASE, [SweepAxis("vol_frac_D", *ends, steps)])


def test_the_table_holds_targets_and_measured_values_of_what_is_finished() -> None:
    done, waiting = sweep_requests(BASE, [SweepAxis("vol_frac_D", 0.2, 0.6, 2)])
    record = {"seed": 7, "measured": {"vol_frac_D": 0.21, "tortuosity_A": None}}
    steps = [Job("a", done, sweep="s", swept="vol_frac_D", samples=(record,)), Job("b", waiting)]
    (row,) = csv.DictReader(io.StringIO(sweep_table(finished_steps(steps))))
    assert (row["seed"], row["target vol_frac_D"], row["measured vol_frac_D"]) == ("7", "0.2", "0.21")
    assert row["measured tortuosity_A"] == ""


def test_two_conditions_make_a_film_for_each_pair() -> None:
    axes = [SweepAxis("vol_frac_D", 0.2, 0.4, 3), SweepAxis("tortuosity_D", 0.3, 0.6, 2)]
    requests = sweep_requests(BASE, axes)
    pairs = [(request.targets["vol_frac_D"], request.targets["tortuosity_D"]) for request in requests]
    assert pairs == [(0.2, 0.3), (0.3, 0.3), (0.4, 0.3), (0.2, 0.6), (0.3, 0.6), (0.4, 0.6)]
    assert {request.targets["vol_frac_M"] for request in requests} == {0.2}
    assert all((request.count, request.seed) == (1, 7) for request in requests)


def test_pairs_that_cannot_be_are_left_out_and_only_a_sweep_of_none_is_refused() -> None:
    axes = [SweepAxis("vol_frac_D", 0.2, 0.8, 4), SweepAxis("vol_frac_M", 0.1, 0.5, 3)]
    requests = sweep_requests(BASE, axes)
    assert 0 < len(requests) < 12
    assert all(request.targets["vol_frac_D"] + request.targets["vol_frac_M"] <= 1 for request in requests)
    with pytest.raises(InputError, match="sum to"):
        sweep_requests(BASE, [SweepAxis("vol_frac_D", 0.8, 0.9, 2), SweepAxis("vol_frac_M", 0.4, 0.5, 2)])


@pytest.mark.parametrize(
    "axes",
    [
        [],
        [SweepAxis("vol_frac_D", 0.2, 0.3, 2), SweepAxis("vol_frac_D", 0.3, 0.4, 2)],
        [SweepAxis(name, 0.2, 0.3, 2) for name in ("vol_frac_D", "tortuosity_D", "tortuosity_A")],
        [SweepAxis("vol_frac_D", 0.2, 0.3, 64), SweepAxis("tortuosity_D", 0.3, 0.4, MAX_FILMS // 64 + 1)],
    ],
)
def test_what_is_no_sweep_is_refused(axes: list[SweepAxis]) -> None:
    with pytest.raises(InputError, match="A sweep"):
        sweep_requests(BASE, axes)


def test_a_sweep_is_named_by_its_conditions() -> None:
    assert swept_names("vol_frac_D,tortuosity_D") == ("vol_frac_D", "tortuosity_D")
    assert swept_names("") == ()
    assert sweep_title(("vol_frac_D", "tortuosity_D"), 6) == (
        "Sweep of donor fraction and donor straight paths (tort1), 6 films"
    )
