"""Targets that no network is conditioned on: reached by choosing the conditions that the user leaves open.

The card holds films with what was asked of each (its conditions and its domain size) and what it measures of
`descriptor_spec.further_names`. The logarithms of these values are fitted as quadratic functions of what was asked
(`core.response`). For a target, a training film is drawn that is likely to measure it, and moved the least way to where
films do on average.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.descriptor_spec import DOMAIN_SIZE
from microdesigner.core.phases import Names, fraction_label, fraction_labels
from microdesigner.core.response import ResponseSurface
from microdesigner.core.support import Support

NEIGHBOURS = 16
"""Training films among which one is mostly drawn."""
ROUNDS, LARGEST_STEP = 8, 1.0
"""Of the way to the targets, in standard deviations of the training films."""
DAMPING = 1e-3
BEYOND = 2.0
"""Standard deviations among films of one request from which a target counts as out of reach."""
Table = NDArray[np.float64]
Values = Mapping[str, float]


@dataclass(frozen=True)
class FurtherTargets:
    """What films measure on average by what was asked of them.

    Attributes
    ----------
    films : Support
        Training films: values of each condition and the domain size in nm.
    surface : ResponseSurface
        Logarithms of some of `further_names` by the same, the domain size as its logarithm.
    phase_names : tuple of str
        Names of the phases.
    """

    films: Support
    surface: ResponseSurface
    phase_names: Names

    @classmethod
    def of(cls, films: Support, asked: Support, measured: Mapping[str, Table], names: Names) -> "FurtherTargets | None":
        """From films at the points `asked` and what each measured (films,); None where they are too few."""
        inputs = {name: _scaled(name, asked.points[:, column]) for column, name in enumerate(asked.names)}
        surface = ResponseSurface.fitted(inputs, {name: np.log(values) for name, values in measured.items()})
        return None if surface is None else cls(films, surface, names)

    def among(self, targets: Values) -> bool:
        """Whether any of the targets is one of these."""
        return any(name in targets for name in self.surface.outputs)

    def expected(self, values: Values) -> dict[str, float]:
        """What films at `values` of all conditions and the domain size measure on average."""
        point = np.array([[_scaled(name, values[name]) for name in self.films.names]], np.float64)
        return dict(zip(self.surface.outputs, np.exp(self._predicted(point)[0]).tolist(), strict=True))

    def completed(self, targets: Values, level: float) -> dict[str, float]:
        """`targets` and a value for each condition that they leave open, the domain size among them.

        Parameters
        ----------
        targets : mapping
            Some of `further_names` and of the conditions; what the latter fix stays.
        level : float
            0 to 1: which of the training films that are likely to measure this is taken.
        """
        wanted = {name: float(np.log(targets[name])) for name in self.surface.outputs if name in targets}
        point = self._film(targets, wanted, level)
        fixed = np.array([name in targets for name in self.films.names])
        point[fixed] = [_scaled(name, targets[name]) for name in self.films.names if name in targets]
        for _ in range(ROUNDS if not fixed.all() else 0):
            missing, slopes = self._missing(point, wanted)
            steps = slopes[:, ~fixed] * self._spread[~fixed]  # by what is free, in standard deviations
            gram = steps @ steps.T
            change = steps.T @ np.linalg.solve(gram + DAMPING * np.eye(len(gram)), missing)
            point[~fixed] += self._spread[~fixed] * np.clip(change, -LARGEST_STEP, LARGEST_STEP)
            point = np.where(fixed, point, np.clip(point, self._points.min(axis=0), self._points.max(axis=0)))
        free = {name: _plain(name, value) for name, value in zip(self.films.names, point, strict=True)}
        return {**self._together(free, targets), **targets}

    def out_of_reach(self, completed: Values) -> dict[str, float]:
        """Of `completed` targets those that films hardly measure, with what these measure on average."""
        expected = self.expected(completed)
        return {
            name: expected[name]
            for name, scatter in zip(self.surface.outputs, self.surface.scatter, strict=True)
            if name in completed and abs(np.log(completed[name] / expected[name])) > BEYOND * scatter
        }

    def _film(self, targets: Values, wanted: Values, level: float) -> Table:
        """The point (inputs,) of a training film near the targets."""
        columns = [self.surface.outputs.index(name) for name in wanted]
        predicted = self._predicted(self._points)[:, columns]
        apart = (predicted - np.array([*wanted.values()])) / np.maximum(predicted.std(axis=0), 1e-9)
        distance = np.linalg.norm(np.hstack([apart, self.films.offsets(targets)]), axis=1)
        reach = max(float(np.sort(distance)[min(NEIGHBOURS, len(distance)) - 1]), 1e-9)
        weights = np.cumsum(np.exp(-0.5 * (distance / reach) ** 2))
        return self._points[int(np.searchsorted(weights, level * weights[-1]).clip(0, len(weights) - 1))].copy()

    def _missing(self, point: Table, wanted: Values) -> tuple[Table, Table]:
        """What a point (inputs,) lacks of the wanted logarithms (wanted,), and their derivatives (wanted, inputs)."""
        columns = [self.surface.outputs.index(name) for name in wanted]
        near = point + np.vstack([np.zeros(len(point)), 1e-4 * np.diag(self._spread)])
        values = self._predicted(near)[:, columns]
        slopes = (values[1:] - values[0]).T / (1e-4 * self._spread)
        return np.array([*wanted.values()]) - values[0], slopes

    def _predicted(self, points: Table) -> Table:
        """Logarithms (n, outputs) at points (n, inputs)."""
        found = self.surface.expected(dict(zip(self.surface.inputs, points.T, strict=True)))
        return np.stack([found[name] for name in self.surface.outputs], axis=1)

    def _together(self, free: dict[str, float], targets: Values) -> dict[str, float]:
        """`free` with its fractions lowered where all fractions would come to more than 1."""
        names = [name for name in free if name not in targets and fraction_label(name, self.phase_names) is not None]
        room = 1 - sum(fraction_labels(targets, self.phase_names).values())
        total = sum(free[name] for name in names)
        return free | {name: free[name] * room / total for name in names} if total > room else free

    @cached_property
    def _points(self) -> Table:
        """The training films (n, inputs) as the surface takes them."""
        columns = [_scaled(name, self.films.points[:, column]) for column, name in enumerate(self.films.names)]
        return np.stack(columns, axis=1)

    @cached_property
    def _spread(self) -> Table:
        return np.maximum(self._points.std(axis=0), 1e-9)


def _scaled(name: str, values: float | Table) -> Table:
    return np.log(values) if name == DOMAIN_SIZE else np.asarray(values, np.float64)


def _plain(name: str, value: float) -> float:
    return float(np.exp(value)) if name == DOMAIN_SIZE else float(value)
