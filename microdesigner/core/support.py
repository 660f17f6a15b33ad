"""How well a request is supported by the training data: known before anything is generated."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
OUTSIDE = 0.01
SPARSE = 0.10


@dataclass(frozen=True)
class Support:
    """A sample of the training conditions: `points` float [n, conditions] in the order of `names`.

    A request's support is the share of training points that lie at least as far from their own neighbours as the
    request does, over the conditions it sets: 1 in the thick of the data, 0 outside.
    """

    names: tuple[str, ...]
    points: NDArray[np.float64]

    @cached_property
    def _scale(self) -> NDArray[np.float64]:
        return np.maximum(self.points.std(axis=0), 1e-9)

    def value(self, targets: Mapping[str, float]) -> float:
        """Support of `targets` in 0..1; conditions left free do not count."""
        axes, scaled_targets = self._scaled_targets(targets)
        if not axes:
            return 1.0
        scaled = self.points[:, axes] / self._scale[axes]
        distance = np.sort(np.linalg.norm(scaled - scaled_targets, axis=1))[max(self._neighbours - 1, 0)]
        return float((self._own_distances(tuple(axes)) >= distance).mean())

    @property
    def _neighbours(self) -> int:
        return min(NEIGHBOURS, len(self.points) - 1)

    def _own_distances(self, axes: tuple[int, ...]) -> NDArray[np.float64]:
        """Distance of each point from its neighbours over the conditions `axes`; found once for each such choice."""
        if axes not in self._known_distances:
            scaled = self.points[:, axes] / self._scale[list(axes)]
            own = np.sort(np.linalg.norm(scaled[:, None] - scaled[None], axis=-1), axis=1)
            # a film's own distance of 0 comes before those of its neighbours
            self._known_distances[axes] = own[:, self._neighbours]
        return self._known_distances[axes]

    @cached_property
    def _known_distances(self) -> dict[tuple[int, ...], NDArray[np.float64]]:
        return {}

    def offsets(self, targets: Mapping[str, float]) -> NDArray[np.float64]:
        """How far each point lies from `targets` along each condition that they set, in standard deviations."""
        axes, scaled_targets = self._scaled_targets(targets)
        return self.points[:, axes] / self._scale[axes] - scaled_targets

    def nearest(self, targets: Mapping[str, float]) -> dict[str, float]:
        """The nearest request that the training data support, over the same conditions."""
        axes, scaled_targets = self._scaled_targets(targets)
        if not axes or self.value(targets) >= SPARSE:
            return dict(targets)
        scaled = self.points[:, axes] / self._scale[axes]
        order = np.argsort(np.linalg.norm(scaled - scaled_targets, axis=1))
        feasible = next((i for i in order if self.value(self._request(axes, i)) >= SPARSE), order[0])
        return {**targets, **self._request(axes, int(feasible))}

    def _request(self, axes: list[int], index: int) -> dict[str, float]:
        return {self.names[axis]: round(float(self.points[index, axis]), 4) for axis in axes}

    def _scaled_targets(self, targets: Mapping[str, float]) -> tuple[list[int], NDArray[np.float64]]:
        axes = [axis for axis, name in enumerate(self.names) if name in targets]
        return axes, np.array([targets[self.names[axis]] for axis in axes]) / self._scale[axes]


def verdict(support: float) -> str:
    """The support in plain words."""
    if support < OUTSIDE:
        return "outside the training data"
    return "at the edge of the training data" if support < SPARSE else "well supported"
