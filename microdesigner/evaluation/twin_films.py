"""Held-out films, their twins and what a model makes of them: the groups that a comparison has, one file per film."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.paths import atomic_path
from microdesigner.core.request import Request
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.series import LEVELS
from microdesigner.data.store import SERIES, VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.film_measures import film_measures
from microdesigner.evaluation.reconstruction import dataset_film, decoded, encoded
from microdesigner.physics.phases import PhaseCount
from microdesigner.physics.simulate import NotSeparatedError, Recipe, simulate

HELD_OUT, TWINS, AUTOENCODER, DENOISER, REFINED = "held-out", "twins", "autoencoder", "denoiser", "refined"
OTHER_NOISE = 500_000_003
"""Added to the seed of a series: no data set of this program has such seeds."""
RECIPE = ("phi", "chi", "time", "seed")
Group = Callable[[Sequence[int]], Iterator[PhaseArray | None]]
"""Makes the films of the held-out volumes with these indices, in order; None where a twin has not separated yet."""


class TwinFilms:
    """The films of all groups, one file each in `folder`, made where they are missing.

    Held-out films without a twin, because that has not separated at the time, are left out of `chosen`.
    """

    def __init__(self, engine: Engine, dataset: VolumeDataset, count: int, folder: Path, how: Request) -> None:
        check_twins(engine, dataset)
        self._engine, self._dataset, self._folder = engine, dataset, folder
        self._how = replace(how, model=engine.card.name)
        self.chosen: list[int] = subsample_evenly(dataset.held_out, count).tolist()
        self.groups: dict[str, Group] = {
            TWINS: self._twins,
            HELD_OUT: self._held_out,
            AUTOENCODER: self._reconstructed,
            DENOISER: lambda indices: self._generated(indices, refinement=0),
            REFINED: lambda indices: self._generated(indices, refinement=how.refinement_strength),
        }

    @property
    def series(self) -> NDArray[np.int64]:
        """Series of each film."""
        numbers: NDArray[np.int64] = self._dataset.table[SERIES][self.chosen].astype(np.int64)
        return numbers

    def volumes(self) -> Iterator[Progress]:
        """Make and measure what is missing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        done, total = 0, len(self.groups) * len(self.chosen)
        for name, make in self.groups.items():  # twins first: they may leave films out
            missing = [index for index in self.chosen if not self._path(name, index).exists()]
            done += len(self.chosen) - len(missing)
            for index, phases in zip(missing, make(missing) if missing else (), strict=True):
                if phases is None:
                    self.chosen.remove(index)
                    continue
                measures = film_measures(replace(dataset_film(self._dataset, index), phases=phases))
                with atomic_path(self._path(name, index)) as temporary, temporary.open("wb") as file:
                    np.savez_compressed(file, phases=phases, names=list(measures), values=list(measures.values()))
                done += 1
                yield Progress(f"twins: {name}", done, total)

    def phases(self, group: str) -> list[PhaseArray]:
        """Labels of a group's films."""
        return [self._read(group, index)["phases"] for index in self.chosen]

    def measures(self, group: str) -> list[dict[str, float]]:
        """`film_measures` of a group's films."""
        read = [self._read(group, index) for index in self.chosen]
        return [dict(zip(film["names"].tolist(), film["values"].tolist(), strict=True)) for film in read]

    def _path(self, group: str, index: int) -> Path:
        made_by = "" if group in (HELD_OUT, TWINS) else f"-{self._engine.identity['sha256'][:8]}"
        return self._folder / f"{group}{made_by}-{index:06d}.npz"

    def _read(self, group: str, index: int) -> dict[str, NDArray[Any]]:
        with np.load(self._path(group, index), allow_pickle=False) as file:
            return dict(file)

    def _held_out(self, indices: Sequence[int]) -> Iterator[PhaseArray]:
        for index in indices:
            yield self._dataset.phases(index)

    def _reconstructed(self, indices: Sequence[int]) -> Iterator[PhaseArray]:
        for index in indices:
            yield decoded(self._engine, encoded(self._engine, self._dataset.phases(index)))

    def _generated(self, indices: Sequence[int], refinement: float) -> Iterator[PhaseArray]:
        names = [condition.name for condition in self._engine.card.conditions]
        requests = [
            replace(
                self._how,
                targets={name: float(self._dataset.table[name][index]) for name in names},
                seed=index,
                refinement_strength=refinement,
            )
            for index in indices
        ]
        for sample in self._engine.generate_each(requests):
            yield sample.microstructure.phases

    def _twins(self, indices: Sequence[int]) -> Iterator[PhaseArray | None]:
        """One annealing per series; the films of a series are neighbours in the data set."""
        table, done = self._dataset.table, 0
        while done < len(indices):
            series = table[SERIES][indices[done]]
            together = [index for index in indices[done:] if table[SERIES][index] == series]
            volumes = self._simulated(together)
            yield from (volumes.get(index) for index in together)
            done += len(together)

    def _simulated(self, indices: Sequence[int]) -> dict[int, PhaseArray]:
        """Twins of the films `indices` of one series."""
        table, description = self._dataset.table, self._dataset.description
        phi, chi, seed = (float(table[name][indices[0]]) for name in ("phi", "chi", "seed"))
        recipe = Recipe(phi, chi, int(seed) + OTHER_NOISE, self._dataset.shape, description.lateral)
        times = sorted({float(table["time"][index]) for index in indices})
        phases: PhaseCount = 3 if len(description.phase_names) > 2 else 2
        threshold = (description.origin or {}).get("threshold", "half")
        volumes = {}
        for snapshot in simulate(recipe, times, self._engine.device):
            stored = np.rint(snapshot.field.clip(0, 1) * LEVELS) / LEVELS  # as data sets are stored
            same = replace(snapshot, field=stored.astype(np.float32))
            for index in indices:
                if float(table["time"][index]) == snapshot.time:
                    thickness = float(table["interphase_voxels"][index]) if phases == 3 else 0.0
                    with suppress(NotSeparatedError):
                        volumes[index] = same.microstructure(phases, thickness, threshold).phases
        return volumes


def check_twins(engine: Engine, dataset: VolumeDataset) -> None:
    """Raise InputError when `dataset` lacks a condition of the model or what twins of its films need."""
    card = engine.card
    needed = (*RECIPE, *(("interphase_voxels",) if len(card.phase_names) > 2 else ()))
    for name in (*(condition.name for condition in card.conditions), *needed):
        if name not in dataset.table:
            raise InputError(
                f"{dataset.path} has no label '{name}', which twins of its films need; name a simulated data set."
            )
