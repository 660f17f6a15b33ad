"""The two ways a run can end badly, told apart so that every door (window, command, Python) can answer well."""

import re

LONGEST_MESSAGE = 400
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_ENDING = 120


class MicrodesignerError(Exception):
    """Something failed that the user did not cause; the message is one sentence fit to be shown (exit code 1).

    Messages quote files: control characters become spaces, and of a very long message the middle is left out.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(message))


class InputError(MicrodesignerError):
    """A request or a file is wrong; the message names it and the remedy in one sentence (exit code 2)."""


def one_line(message: str) -> str:
    """`message` without control characters, and at most `LONGEST_MESSAGE` characters of it."""
    line = _UNPRINTABLE.sub(" ", message)
    if len(line) <= LONGEST_MESSAGE:
        return line
    return f"{line[: LONGEST_MESSAGE - _ENDING - 3]} … {line[-_ENDING:]}"
