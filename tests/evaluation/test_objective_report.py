"""What a comparison of searches says: gains above a floor, chance, and what is left of them in simulated recipes."""

from typing import Any

import pytest

from microdesigner.design.goals import parse_goals
from microdesigner.evaluation.objective_report import fronts_figure, study_summary, summary_lines

ONE = parse_goals(["maximise a", "b <= 1"])
TWO = parse_goals(["maximise a", "minimise b"])


def film(a: float | None, b: float, *again: tuple[float, float]) -> dict[str, Any]:
    """A film that measures a and b, and whose recipe gave these in simulation."""
    return {"values": {"a": a, "b": b}, "recipe": {}, "simulated": [{"a": one, "b": other} for one, other in again]}


def test_gains_count_what_meets_the_bounds_above_the_worst_random_film() -> None:
    search = [film(3.0, 0.5, (2.0, 0.5), (3.0, 0.7)), film(9.0, 2.0)]
    drawn = [film(1.0, 0.0), film(2.0, 0.0), film(8.0, 3.0), film(None, 0.0)]
    found = study_summary(ONE, [search], drawn, [film(2.5, 1.0), film(7.0, 1.1)])
    assert found["floor"] == [1.0]
    assert found["search"] == [2.0]
    assert found["simulated"] == {"films": 2, "best": 1.5}
    assert found["of_recipes"]["search"] == [1.5], "the mean of both noises"
    assert 0.4 < found["random"]["mean"] < 0.95, "two of four films: the best of them is at 2 for five pairs of six"
    assert found["share_of_random_as_good"] == [0.0]


def test_of_two_objectives_the_dominated_area_counts() -> None:
    drawn = [film(0.0, 4.0), film(1.0, 3.0)]
    found = study_summary(TWO, [[film(1.0, 1.0), film(2.0, 3.0)]], drawn, [film(5.0, 4.0)])
    assert found["search"] == [pytest.approx(1 * 3 + 1 * 1)]
    assert found["random"]["all"] == pytest.approx(1.0)
    assert found["simulated"]["best"] == 0.0, "no better than the worst in the other objective"


def test_table_and_picture_hold_every_study() -> None:
    drawn = [film(1.0, 0.2), film(2.0, 0.1)]
    studies = {name: (goals, [[film(3.0, 0.5, (2.5, 0.4))]], drawn, drawn) for name, goals in (("p", ONE), ("q", TWO))}
    lines = summary_lines({name: study_summary(*study) for name, study in studies.items()})
    assert [line.split()[0] for line in lines[1:]] == ["p", "q"]
    assert [panel.get_title() for panel in fronts_figure(studies).axes] == ["p", "q"]
