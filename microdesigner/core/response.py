"""What films of a recipe measure on average: a response surface of second order (Box and Wilson 1951)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FILMS_PER_TERM = 4
LEFT_OPEN = ("vol_frac_M",)
"""Conditions that no recipe fixes: how thick the interphase (the mixed phase) is counted is chosen apart from it."""
Table = NDArray[np.float64]
_NUMBERS = ("centre", "scale", "coefficients", "scatter")


@dataclass(frozen=True)
class ResponseSurface:
    """Descriptors `outputs` as quadratic functions of `inputs`: a recipe, and what it leaves open.

    Inputs are taken from `centre` in units of `scale`, each (inputs,); `coefficients` is (terms, outputs). Single films
    of one recipe scatter about the surface by `scatter` (outputs,), a standard deviation.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    centre: Table
    scale: Table
    coefficients: Table
    scatter: Table

    @classmethod
    def fitted(cls, inputs: Mapping[str, Table], outputs: Mapping[str, Table]) -> Self | None:
        """Least squares through films whose values (films,) are given by name; None where they are too few."""
        given, measured = np.stack([*inputs.values()], 1), np.stack([*outputs.values()], 1)
        centre, scale = given.mean(0), np.maximum(given.std(0), 1e-9)
        terms = _terms((given - centre) / scale)
        if len(terms) < FILMS_PER_TERM * terms.shape[1]:
            return None
        coefficients: Table = np.linalg.lstsq(terms, measured)[0].astype(np.float64)
        scatter = np.maximum((measured - terms @ coefficients).std(0), 1e-9)
        return cls(tuple(inputs), tuple(outputs), centre, scale, coefficients, scatter)

    def expected(self, inputs: Mapping[str, Table | float]) -> dict[str, Table]:
        """Mean of each output (n,) at values (n,) of the inputs."""
        columns = np.broadcast_arrays(*(np.asarray(inputs[name], np.float64) for name in self.inputs))
        values = _terms((np.stack(columns, 1) - self.centre) / self.scale) @ self.coefficients
        return dict(zip(self.outputs, values.T, strict=True))

    def misfit(self, inputs: Mapping[str, Table | float], measured: Mapping[str, float | None]) -> Table:
        """Squared distance (n,) of the expected outputs from those `measured`, in units of their scatter; outputs that
        were not measured do not count, and inputs that are not given are as measured."""
        left_open = {name: measured.get(name) or 0.0 for name in self.inputs if name not in inputs}
        expected = self.expected({**inputs, **left_open})
        terms = [
            np.square((expected[name] - value) / scatter)
            for name, scatter in zip(self.outputs, self.scatter, strict=True)
            if (value := measured.get(name)) is not None
        ]
        return np.sum(terms, axis=0) if terms else np.zeros_like(next(iter(expected.values())))

    def to_json(self) -> dict[str, Any]:
        """As a card holds it."""
        numbers = {name: getattr(self, name).tolist() for name in _NUMBERS}
        return {"inputs": self.inputs, "outputs": self.outputs, **numbers}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        numbers = (np.asarray(entry[name], np.float64) for name in _NUMBERS)
        return cls(tuple(entry["inputs"]), tuple(entry["outputs"]), *numbers)


def _terms(scaled: Table) -> Table:
    """1, every input and every product of two, (n, terms), of inputs (n, inputs)."""
    pairs: Sequence[tuple[int, int]] = list(combinations_with_replacement(range(scaled.shape[1]), 2))
    products = [scaled[:, one] * scaled[:, other] for one, other in pairs]
    return np.stack([np.ones(len(scaled)), *scaled.T, *products], 1)
