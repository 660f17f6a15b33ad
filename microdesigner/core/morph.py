"""Requests for the films of a way from one film to another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.request import Request

DEFAULT_FILMS, MOST_FILMS = 9, 400
DEFAULT_STRENGTH = 0.5
"""Time from which a film half-way is denoised: late enough that it resembles both, and early enough that it is one."""


def morph_requests(
    request: Request,
    films: tuple[PhaseArray, PhaseArray],
    measured: Sequence[Mapping[str, float | None]],
    count: int = DEFAULT_FILMS,
    strength: float = DEFAULT_STRENGTH,
) -> list[Request]:
    """A request for each of `count` films on the way from one film to another, both ends included.

    Parameters
    ----------
    request
        Model, seed and options of all films. Targets in it are held all the way; without any, those in `measured` go
        evenly from the first film's to the second's.
    films
        Labels [x, y, z] of both, of one size.
    measured
        Of each of both, the conditions of the model that are to be met, by name; one that either lacks is left free.
    count
        How many films, at equal distances on the way.
    strength
        How far a film half-way may leave the blend of both, see `Given`.

    Raises
    ------
    InputError
        When the films differ in size, there are fewer than 2 or too many to make, or the strength is none.
    """
    if not 2 <= count <= MOST_FILMS:
        raise InputError(
            f"A way between two films takes 2 to {MOST_FILMS} films, the given ones included; got {count}."
        )
    first, second = measured
    ends = {
        name: (value, other)
        for name, value in first.items()
        if value is not None and (other := second.get(name)) is not None
    }
    requests = []
    for number in range(count):
        blend = number / (count - 1)
        targets = request.targets or {name: (1 - blend) * a + blend * b for name, (a, b) in ends.items()}
        given = Given.between(*films, blend, strength)
        requests.append(replace(request, targets=targets, count=1, size=None, given=given))
    return requests
