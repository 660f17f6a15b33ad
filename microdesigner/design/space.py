"""Where a study looks: targets that the model's training films support."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.card import CONTROLLED, ModelCard
from microdesigner.core.descriptor_spec import is_further, same_quantity
from microdesigner.core.errors import InputError
from microdesigner.core.phases import fraction_labels
from microdesigner.core.support import SPARSE
from microdesigner.core.verdict import in_thickness
from microdesigner.design.goals import Goal, bounds

Table = NDArray[np.float64]
JITTER = 0.25
"""Standard deviation, in those of the training films, by which a new point leaves one of theirs."""
MOST_DRAWS = 40
NEIGHBOURS, LEAST_REACH = 32, 0.25
"""Training films within whose distance new points are mostly drawn, and the least such distance, in standard
deviations."""


class Space:
    """Targets of one model that a study may ask for.

    Points hold what films of the same structure measure in the thickness that the model was trained on, as its training
    films do; `targets` are those of films of `layers` voxels.

    Parameters
    ----------
    card : ModelCard
        The model.
    fixed : mapping
        Targets that stay as they are.
    goals : sequence of Goal
        Bounds on what can be targeted bound the targets, too.
    layers : int
        Voxels along z of the films.

    Raises
    ------
    InputError
        When no training film is near what is asked, or what is fixed is none of the model's conditions.
    """

    def __init__(self, card: ModelCard, fixed: Mapping[str, float], goals: Sequence[Goal], layers: int) -> None:
        self._card, self._layers = card, layers
        if further := [name for name in fixed if is_further(name)]:
            raise InputError(f"A study reaches {further[0]} by its other targets; give bounds on it as goals instead.")
        self._asked = card.conditioned_on(fixed)
        self._fixed = self._in_trained(self._asked)
        self._allowed = {
            name: (self._in_trained({name: low})[name], self._in_trained({name: high})[name])
            for name, (low, high) in _bounds_of_targets(card, goals).items()
        }
        free = [each for each in card.targets if each.name not in self._fixed and not is_further(each.name)]
        self.names = tuple(each.name for each in free)
        self.low, self.high = np.array([each.low for each in free]), np.array([each.high for each in free])
        self._known = card.known_films
        if not self.names:
            raise InputError("All targets are fixed, so nothing is left to search; leave one of them free.")

    def points(self, count: int, random: np.random.Generator) -> Table:
        """`count` points (count, names) near training films, drawn anew until the training films support them.

        Raises InputError where hardly any is.
        """
        found: list[Table] = []
        for _ in range(MOST_DRAWS):
            drawn = self._drawn(count, random)
            found += [point for point in drawn if self.supports(point)]
            if len(found) >= count:
                return np.array(found[:count])
        if found:
            return np.array(found)
        raise InputError(
            f"No training film of {self._card.name} is near targets that meet the bounds; loosen a bound or a target."
        )

    def near(self, point: Table, count: int, random: np.random.Generator) -> Table:
        """Up to `count` supported points (n, names) around one (names,)."""
        drawn = np.clip(point + self._jitter * random.standard_normal((count, len(point))), self.low, self.high)
        return np.array([each for each in drawn if self.supports(each)]).reshape(-1, len(point))

    def supports(self, point: Table) -> bool:
        """Whether films of `point` (names,) are like the training films and within the bounds."""
        values = {**self._fixed, **dict(zip(self.names, point.tolist(), strict=True))}
        if any(not low <= values.get(name, low) <= high for name, (low, high) in self._allowed.items()):
            return False
        if sum(fraction_labels(values, self._card.phase_names).values()) > 1:
            return False
        return self._known is None or self._known.value(values) >= SPARSE

    def targets(self, point: Table) -> dict[str, float]:
        """The request's targets for a point (names,), with those that are fixed."""
        values = dict(zip(self.names, point.tolist(), strict=True))
        free = in_thickness(values, self._card.shape[2], self._layers)
        return {**self._asked, **{name: round(value, 5) for name, value in free.items()}}

    def point(self, targets: Mapping[str, float]) -> Table:
        """The point (names,) of a request's targets."""
        values = self._in_trained(targets)
        return np.array([values[name] for name in self.names])

    def scaled(self, points: Table) -> Table:
        """Points (n, names) in units of the trained ranges: 0 to 1."""
        return (points - self.low) / np.maximum(self.high - self.low, 1e-9)

    def _in_trained(self, targets: Mapping[str, float]) -> dict[str, float]:
        """Targets, or bounds on them, in the thickness that the model was trained on."""
        known = {name: value for name, value in targets.items() if np.isfinite(value)}
        return {**targets, **in_thickness(known, self._layers, self._card.shape[2])}

    def _drawn(self, count: int, random: np.random.Generator) -> Table:
        """Points near training films whose values are near the fixed ones and within the bounds; without a sample of
        those, anywhere in the trained ranges."""
        if self._known is None:
            return random.uniform(self.low, self.high, (count, len(self.names)))
        rows = random.choice(len(self._weights), count, p=self._weights)
        points = self._known.points[rows][:, self._columns]
        points = points + self._jitter * random.standard_normal(points.shape)
        low, high = self.low.copy(), self.high.copy()
        for column, name in enumerate(self.names):
            least, most = self._allowed.get(name, (-np.inf, np.inf))
            low[column], high[column] = max(low[column], least), min(high[column], most)
        return np.clip(points, low, np.maximum(low, high))

    @cached_property
    def _jitter(self) -> Table:
        """How far new points lie from those that they are drawn around (names,), as standard deviations."""
        if self._known is None:
            return JITTER * (self.high - self.low) / 4
        return np.asarray(JITTER * self._known.points[:, self._columns].std(axis=0))

    @cached_property
    def _columns(self) -> list[int]:
        """Where the names stand among those of the training films."""
        assert self._known is not None
        return [self._known.names.index(name) for name in self.names]

    @cached_property
    def _weights(self) -> Table:
        """Chance of each training film to be drawn around: less, the further it lies from the fixed targets and outside
        the bounds, in standard deviations."""
        assert self._known is not None
        spread = np.maximum(self._known.points.std(axis=0), 1e-9)
        total = np.zeros(len(self._known.points))
        for column, name in enumerate(self._known.names):
            value = self._fixed.get(name)
            low, high = (value, value) if value is not None else self._allowed.get(name, (-np.inf, np.inf))
            values = self._known.points[:, column]
            total += (np.maximum(np.maximum(low - values, values - high), 0) / spread[column]) ** 2
        distance = np.sqrt(total)
        reach = max(float(np.sort(distance)[min(NEIGHBOURS, len(distance)) - 1]), LEAST_REACH)
        weights = np.exp(-0.5 * (distance / reach) ** 2)
        return np.asarray(weights / weights.sum())


def _bounds_of_targets(card: ModelCard, goals: Sequence[Goal]) -> dict[str, tuple[float, float]]:
    """Bounds on quantities that the model meets when they are its targets: no film need be made to learn them."""
    found = {}
    for name, allowed in bounds(goals).items():
        own = next((each.name for each in card.conditions if each.name in same_quantity(name)), None)
        if own is not None and (card.agreement(own) or 0.0) >= CONTROLLED:
            found[own] = allowed
    return found
