"""How many films, or how large a film, a measured value needs: its spread over films and over parts of them.

* Over films: the mean's confidence interval by the studentised bootstrap (P. Hall, Ann. Statist. 16 (1988) 927), by
  Student's t for fewer than `FEWEST` films, and the films whose t interval is as narrow as asked for.
* Over sizes: films are cut into columns of full thickness. Of columns much larger than the domains, the variance of
  what they measure falls as one over their area, and variance × area is what is left to estimate (the integral range:
  C. Lantuéjoul, J. Microscopy 161 (1991) 387; T. Kanit et al., Int. J. Solids Struct. 40 (2003) 3647). A column's sides
  are walls, so that means over small ones lean: they are told beside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import t as student

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure

PRECISION = 0.01
LEVEL = 0.95
FEWEST = 8
CUTS = (2, 3)  # columns along x and y
_DRAWS = 2000
_SMALLEST_EDGE = 4
_MOST_FILMS = 10**9
STAGE = "Films and parts"

Measure = Callable[[Microstructure], float | None]


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % confidence interval, which needs two values."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SizeSpread:
    """Columns of one size: their number, mean edge along x and y in the film's unit of length, and what they measure.

    `variance` is that between the columns of a film.
    """

    columns: int
    edges: tuple[float, float]
    interval: Interval
    variance: float


@dataclass(frozen=True)
class Representativity:
    """What a set of films tells of the mean of one value.

    Attributes
    ----------
    values : tuple of float
        Of each film where it exists.
    interval : Interval
        Of their mean, by films.
    std : float or None
        Standard deviation between films.
    films_needed : int or None
        Films like these for a mean known within 1 %; None for fewer than two, or a mean of 0.
    sizes : tuple of SizeSpread
        By columns of the films, smaller ones last.
    edge_needed : float or None
        Edge, in the unit of length, of a square film of this thickness that measures within 1 %, 95 times of 100.
    """

    values: tuple[float, ...]
    interval: Interval
    std: float | None
    films_needed: int | None
    sizes: tuple[SizeSpread, ...]
    edge_needed: float | None


def representativity(films: Sequence[Microstructure], measure: Measure) -> Iterator[Progress | Representativity]:
    """Measure films and their columns, telling how far it is; the last event is the answer.

    Parameters
    ----------
    films : sequence of Microstructure
        Films of one recipe and size.
    measure : callable
        The value of a film, None where it does not exist.

    Yields
    ------
    Progress or Representativity
        Progress by film and part of it.

    Raises
    ------
    InputError
        Where no film has the value.
    """
    works = [(film, cut) for film in films for cut in (1, *CUTS) if min(film.shape[:2]) // cut >= _SMALLEST_EDGE]
    found: dict[int, list[list[float]]] = {cut: [] for cut in (1, *CUTS)}
    for done, (film, cut) in enumerate(works):
        yield Progress(STAGE, done, len(works))
        measured = [measure(part) for part in ([film] if cut == 1 else columns_of(film, cut))]
        found[cut].append([value for value in measured if value is not None])
    whole = np.array([value for values in found[1] for value in values])
    if not len(whole):
        raise InputError("None of these films has the value, so nothing can be said of its mean; choose another one.")
    sizes = tuple(_spread(films[0], cut, found[cut]) for cut in CUTS if any(map(len, found[cut])))
    yield Representativity(
        tuple(whole.tolist()),
        mean_interval(whole),
        float(whole.std(ddof=1)) if len(whole) > 1 else None,
        films_needed(whole),
        sizes,
        edge_needed(float(whole.mean()), sizes),
    )


def columns_of(film: Microstructure, cut: int) -> list[Microstructure]:
    """The `cut` × `cut` columns of full thickness that make a film, with walls for sides."""
    return [
        Microstructure(part, film.voxel_nm, "no-flux", film.phase_names)
        for rows in np.array_split(film.phases, cut, axis=0)
        for part in np.array_split(rows, cut, axis=1)
    ]


def mean_interval(values: np.ndarray, seed: int = 0) -> Interval:
    """The mean of values and its 95 % confidence interval.

    Examples
    --------
    >>> found = mean_interval(np.array([0.9, 1.0, 1.1]))
    >>> round(found.low, 2), round(found.mean, 2), round(found.high, 2)
    (0.75, 1.0, 1.25)
    """
    mean, count = float(values.mean()), len(values)
    if count < 2:
        return Interval(mean, None, None)
    error = float(values.std(ddof=1)) / sqrt(count)
    if error == 0:
        return Interval(mean, mean, mean)
    if count < FEWEST:
        reach = float(student.ppf((1 + LEVEL) / 2, count - 1)) * error
        return Interval(mean, mean - reach, mean + reach)
    draws = values[np.random.default_rng(seed).integers(0, count, (_DRAWS, count))]  # (draws, films)
    errors = draws.std(axis=1, ddof=1) / sqrt(count)
    studentised = (draws.mean(axis=1) - mean)[errors > 0] / errors[errors > 0]
    lower, upper = np.quantile(studentised, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean, mean - float(upper) * error, mean - float(lower) * error)


def films_needed(values: np.ndarray, precision: float = PRECISION) -> int | None:
    """Films like these whose mean is known within a share `precision` of it, by Student's t.

    Examples
    --------
    >>> films_needed(np.array([0.95, 1.0, 1.05]))
    99
    """
    if len(values) < 2 or not values.mean():
        return None
    ratio = float(values.std(ddof=1)) / (precision * abs(float(values.mean())))
    few, many = 2, _MOST_FILMS
    while few < many:
        middle = (few + many) // 2
        if student.ppf((1 + LEVEL) / 2, middle - 1) * ratio <= sqrt(middle):
            many = middle
        else:
            few = middle + 1
    return few


def edge_needed(mean: float, sizes: Sequence[SizeSpread], precision: float = PRECISION) -> float | None:
    """Edge of a square film that measures within a share `precision` of `mean`, 95 times of 100; None if unknown."""
    spreads = [size for size in sizes if size.columns > 1]
    if not spreads or not mean:
        return None
    weights = [size.columns for size in spreads]
    products = [size.variance * size.edges[0] * size.edges[1] for size in spreads]
    reach = float(student.ppf((1 + LEVEL) / 2, 10**9)) / (precision * mean)
    return sqrt(float(np.average(products, weights=weights)) * reach**2)


def _spread(film: Microstructure, cut: int, found: list[list[float]]) -> SizeSpread:
    of_films = np.array([np.mean(values) for values in found if values])
    several = [values for values in found if len(values) > 1]
    freedom = sum(len(values) - 1 for values in several)
    variance = sum(float(np.var(values)) * len(values) for values in several) / max(freedom, 1)
    x_edge, y_edge = (length * edge / cut for length, edge in zip(film.shape[:2], film.spacing[:2], strict=True))
    return SizeSpread(sum(map(len, found)), (x_edge, y_edge), mean_interval(of_films), variance)
