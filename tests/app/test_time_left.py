"""The time that work of equal parts still takes."""

import pytest

from microdesigner.app.time_left import TimeLeft
from microdesigner.app.workers.datasets import simulation_cost

PLAN = {"series": 8, "snapshots": 4, "size": (64, 64, 32), "phases": 3, "thicknesses": 3}


def test_it_is_told_from_the_parts_that_are_done_once_they_tell_something() -> None:
    left = TimeLeft()
    assert left.seconds("anneal", 0, 100, 50.0) is None
    assert left.seconds("anneal", 1, 100, 51.0) is None, "a second tells little"
    assert left.seconds("anneal", 25, 100, 60.0) == pytest.approx(30.0)
    assert left.seconds("anneal", 100, 100, 90.0) is None
    assert left.seconds("measure", 0, 10, 100.0) is None, "another stage has a pace of its own"
    assert left.seconds("measure", 5, 10, 200.0) == pytest.approx(100.0)


def test_work_that_goes_on_where_it_was_counts_what_it_does_itself() -> None:
    left = TimeLeft()
    left.seconds("simulate", 60, 64, 0.0)
    assert left.seconds("simulate", 62, 64, 10.0) == pytest.approx(10.0)
    left.begin()
    assert left.seconds("simulate", 60, 64, 100.0) is None


def test_a_simulation_of_one_core_takes_what_was_measured() -> None:
    """8 series of 64×64×32 voxels with 4 snapshots took 41 s of one core, 2.7 MB of fields and 1.1 MB of volumes."""
    seconds, size = simulation_cost(PLAN, 1)
    assert seconds == pytest.approx(41, rel=0.1)
    assert size == pytest.approx(3.8e6, rel=0.15)
    assert simulation_cost(PLAN, 4)[0] == pytest.approx(seconds / 4)
    assert simulation_cost({**PLAN, "phases": 2}, 1)[1] < size
