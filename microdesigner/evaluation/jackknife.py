"""Statistics of films that come in series, with errors that respect it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def jackknife(series: NDArray[np.int64], statistic: Callable[[NDArray[np.bool_]], float]) -> tuple[float, float]:
    """A statistic and its standard error by leaving out one series at a time.

    Films of one series are alike, so that they count as one observation of the error, not as many.

    Parameters
    ----------
    series : ndarray of int, shape (films,)
        Number of the series of each film.
    statistic : callable
        Gives the value over the films where its argument, a mask of shape (films,), is true.

    Returns
    -------
    value, error : float
        Over all films, and its standard error; NaN where there are fewer than two series.

    References
    ----------
    B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993, ch. 11.

    Examples
    --------
    The mean of independent values has the standard error of the textbook:

    >>> values = np.array([1.0, 2.0, 4.0, 5.0])
    >>> value, error = jackknife(np.arange(4), lambda chosen: float(values[chosen].mean()))
    >>> value, round(error, 4) == round(float(values.std(ddof=1)) / 2, 4)
    (3.0, True)
    """
    value = statistic(np.ones(len(series), bool))
    known = np.unique(series)
    if len(known) < 2:
        return value, float("nan")
    without = np.array([statistic(series != number) for number in known])
    error = np.sqrt((len(known) - 1) / len(known) * np.square(without - without.mean()).sum())
    return value, float(error)
