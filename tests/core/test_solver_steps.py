"""Work as generators: parts of more work, and several at once."""

import pytest

from microdesigner.core.steps import Steps, part_of, result_of, together


def counted(steps: int) -> Steps[int]:
    for step in range(steps):
        yield step / steps
    return steps


def test_a_part_tells_its_share_of_the_whole_and_returns_what_it_computes() -> None:
    told = list(part_of(counted(4), 0.5, 0.9))
    assert told == pytest.approx([0.5, 0.6, 0.7, 0.8])
    assert result_of(part_of(counted(4), 0.5, 0.9)) == 4


def test_several_at_once_end_with_the_last_and_keep_their_order() -> None:
    told = list(together([counted(5), counted(2)]))
    assert told == sorted(told)
    assert told[0] == 0
    assert told[-1] == 1
    assert result_of(together([counted(5), counted(2), counted(0)])) == [5, 2, 0]


def test_what_fails_in_one_of_them_is_raised() -> None:
    def failing() -> Steps[int]:
        yield 0.0
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        result_of(together([counted(3), failing()]))
