"""What a window's worker reconstructs in a test: a film of too few rounds to look like its picture."""

from collections.abc import Iterator
from typing import Any

from microdesigner.app.workers.reconstruction import reconstruct_film

FUNCTION = "tests.gui.results.few_rounds:reconstruct_roughly"


def reconstruct_roughly(*order: Any) -> Iterator[Any]:
    """`reconstruct_film` in a hundredth of its rounds."""
    from microdesigner.reconstruction import coarse_to_fine

    coarse_to_fine.ROUNDS = 3
    yield from reconstruct_film(*order)
