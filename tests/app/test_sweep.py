"""A sweep changes one condition and nothing else."""

import csv
import io

import pytest

from microdesigner.app.store.jobs import Job
from microdesigner.app.sweep import sweep_requests, sweep_table
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request

BASE = Request({"vol_frac_D": 0.4, "vol_frac_M": 0.2, "tortuosity_D": 0.5}, seed=7, count=3, match="fractions")


def test_one_condition_moves_from_end_to_end() -> None:
    requests = sweep_requests(BASE, "vol_frac_D", 0.2, 0.6, 5)
    assert [request.targets["vol_frac_D"] for request in requests] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6])
    assert {request.seed for request in requests} == {7}
    assert {request.targets["vol_frac_M"] for request in requests} == {0.2}
    assert all((request.count, request.match) == (1, "fractions") for request in requests)


def test_a_free_condition_can_be_swept() -> None:
    requests = sweep_requests(BASE, "tortuosity_A", 0.9, 0.3, 2)
    assert [request.targets["tortuosity_A"] for request in requests] == [0.9, 0.3]


@pytest.mark.parametrize(("ends", "steps"), [((0.2, 0.9), 3), ((0.3, 0.3), 3), ((0.2, 0.4), 1)])
def test_impossible_sweeps_are_refused_in_a_sentence(ends: tuple[float, float], steps: int) -> None:
    with pytest.raises(InputError):
        sweep_requests(BASE, "vol_frac_D", *ends, steps)


def test_the_table_holds_targets_and_measured_values_of_what_is_finished() -> None:
    done, waiting = sweep_requests(BASE, "vol_frac_D", 0.2, 0.6, 2)
    record = {"seed": 7, "measured": {"vol_frac_D": 0.21, "tortuosity_A": None}}
    steps = [Job("a", done, sweep="s", swept="vol_frac_D", samples=(record,)), Job("b", waiting)]
    (row,) = csv.DictReader(io.StringIO(sweep_table(steps)))
    assert (row["seed"], row["target vol_frac_D"], row["measured vol_frac_D"]) == ("7", "0.2", "0.21")
    assert row["measured tortuosity_A"] == ""
