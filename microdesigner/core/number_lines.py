"""Rows of numbers as lines of text, some at a time."""

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

LINES = 2000  # of text at once: a millisecond or two


def number_lines(form: str, rows: NDArray[Any]) -> Iterator[bytes]:
    """Pieces of the lines that `form` makes of the `rows` (row, number).

    Examples
    --------
    >>> import numpy as np
    >>> b"".join(number_lines("%d, %d\\n", np.array([[1, 2], [3, 4]])))
    b'1, 2\\n3, 4\\n'
    """
    for start in range(0, len(rows), LINES):
        part = rows[start : start + LINES]
        yield (form * len(part) % tuple(part.ravel().tolist())).encode()
