"""Goals of a study: how they are written, what is refused."""

import pytest

from microdesigner.core.errors import InputError
from microdesigner.design.goals import Goal, bounds, parse_goals

KNOWN = ("tortuosity_D", "tortuosity_A", "chi")


def test_goals_are_read_as_they_are_written() -> None:
    goals = parse_goals(["maximise tortuosity_D", "minimize chi", "tortuosity_A>=0.4", " chi <= 3.5e0 "], KNOWN)
    assert goals == (
        Goal("tortuosity_D", "maximise"),
        Goal("chi", "minimise"),
        Goal("tortuosity_A", "at least", 0.4),
        Goal("chi", "at most", 3.5),
    )
    assert parse_goals([goal.text for goal in goals], KNOWN) == goals
    assert bounds(goals) == {"tortuosity_A": (0.4, float("inf")), "chi": (float("-inf"), 3.5)}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["tortuosity_D"], "'tortuosity_D' is no goal; write"),
        (["maximise tortuosity_D", "chi <= high"], "'chi <= high' has no number as its bound"),
        (["maximise tortuosity_D", "chi <= nan"], "has no number as its bound"),
        (["chi <= 3"], "needs something to maximise or minimise"),
        (["maximise tortousity_D"], "No quantity is called 'tortousity_D'; did you mean tortuosity_D"),
        (["maximise chi", "minimise chi"], "chi has two goals of one kind"),
        (["maximise chi", "tortuosity_D >= 0.6", "tortuosity_D <= 0.5"], "cannot be at least 0.6 and at most 0.5"),
    ],
)
def test_what_is_no_goal_is_one_sentence(texts: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_goals(texts, KNOWN)


def test_a_bound_is_missed_by_what_lacks() -> None:
    at_most = Goal("chi", "at most", 3.0)
    assert [at_most.short_by(value) for value in (2.0, 3.0, 3.5, None)] == [0.0, 0.0, 0.5, float("inf")]
    assert Goal("chi", "at least", 3.0).short_by(2.0) == 1.0
    assert Goal("chi", "maximise").short_by(-5.0) == 0.0
