"""A film larger than memory, from a request to its file, resumable at any moment.

What was computed stays beside the film until that is whole: what the denoiser predicted at each step, the decoded
tiles, their labels.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.events import GenerationEvent, Preview, Progress
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.phases import fraction_labels
from microdesigner.core.request import Request
from microdesigner.core.software import software
from microdesigner.core.verdict import judge_request
from microdesigner.core.version import __version__
from microdesigner.data.pool import Task
from microdesigner.data.processes import Processes, task_processes
from microdesigner.descriptors.report import DescriptorReport
from microdesigner.engine.latents import LatentBatch, initial_noises, latent_shape
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.sample_report import model_identity
from microdesigner.engine.sample_targets import sample_targets
from microdesigner.engine.streaming import windows
from microdesigner.engine.streaming.denoising import WindowedDenoising
from microdesigner.engine.streaming.fractions import TileLabels, matched, unmatched
from microdesigner.engine.streaming.measures import measured, places_of, tile_parts
from microdesigner.engine.streaming.overview import overview
from microdesigner.engine.streaming.parts import Parts, Work, decode_tile, label_tile, load, save, voxels
from microdesigner.engine.streaming.windows import Windows
from microdesigner.io.registry import TILED_FORMATS
from microdesigner.io.tiled import TiledVolume
from microdesigner.io.volumes import write
from microdesigner.models.autoencoder import FACTOR

BYTES_PER_VOXEL = 125
"""What making a film in one piece takes: 2.5 GB for 512×512×64 voxels, 0.45 GB of them for the program itself."""
MEMORY_SHARE = 0.25
NOT_REFINED = "the film is made tile by tile from its conditions: straight paths are measured, fractions exact"


@dataclass(frozen=True)
class FilmWritten:
    """Film `index` of a request lies in the file or folder `path`; `entry` is its entry of result.json."""

    index: int
    path: Path
    entry: dict[str, Any]


StreamEvent = GenerationEvent | FilmWritten


@dataclass(frozen=True)
class Crew:
    """Who computes: so many processes of one thread each, or the cluster of the Dask scheduler at an address, each on
    its device called `device`."""

    workers: int
    scheduler: str | None
    device: str


def streamed_size(size: Sequence[int]) -> bool:
    """Whether a film of `size` voxels, made in one piece, would take more than a quarter of this machine's memory.

    Of all memory that there is, not of what is free now: what a machine makes must not depend on its load.
    """
    return int(np.prod(size, dtype=np.int64)) * BYTES_PER_VOXEL > MEMORY_SHARE * psutil.virtual_memory().total


class StreamedFilm:
    """Film `index` of a `request` that the model accepts, written to `path` in the format called `form`.

    The model's `networks` are those that workers load by the name or folder `source`. What is computed on the way lies
    in PATH.parts/. `events` is called once. Raises InputError where the request or the format asks for what is not done
    tile by tile.
    """

    def __init__(
        self,
        networks: InferenceNetworks,
        source: str,
        request: Request,
        index: int,
        path: Path,
        form: str,
        crew: Crew,
    ) -> None:
        _check(request, form)
        self._networks, self._source, self._model = networks, source, model_identity(networks.bundle)
        self._request, self._index, self._path = request, index, path
        self._card, self._crew, self._tiled = networks.bundle.card, crew, TILED_FORMATS[form]
        self._size = request.size or self._card.shape
        shape = latent_shape(self._card, self._size)
        self._targets = sample_targets(self._card, request, index)
        self._windows = Windows(shape, networks.periodic)
        self._parts = Parts(path.with_name(path.name + ".parts").resolve(), shape)

    def events(self) -> Iterator[StreamEvent]:
        """Yield what happens, FilmWritten last; closing the iterator stops, and another one goes on from there.

        Raises InputError where the parts that lie there are of another request.
        """
        parts, periodic = self._parts, self._windows.periodic
        parts.claim(self._identity())
        requested = [*(condition.name for condition in self._card.conditions), *self._request.targets]
        batch, work = self._start()
        with task_processes(self._crew.workers, self._crew.scheduler) as processes:
            if not parts.latent.exists():
                denoising = WindowedDenoising(batch, self._request, work, self._windows, processes)
                save(parts.latent, (yield from denoising.latent()))
            missing = [tile for tile in parts.tiles if not parts.differences(tile).exists()]
            yield from self._done(processes, "decode", [(decode_tile, work, tile) for tile in missing])
            labels = yield from self._labels()
            yield self._overview(overview(parts, labels.bias))
            labelling = [(label_tile, parts, tile, labels.bias, *labels.settled(tile)) for tile in parts.tiles]
            yield from self._done(processes, "label", labelling)
            places = places_of(self._card.phase_names, requested)
            spacing = self._volume().spacing
            measuring = [(tile_parts, parts, tile, periodic, spacing, places) for tile in parts.tiles]
            found = yield from self._done(processes, "measure", measuring)
        entry = self._entry(labels, measured(dict(found), labels.counts, self._card.phase_names, requested))
        yield from self._written(entry)
        yield FilmWritten(self._index, self._path, entry)
        parts.remove()

    def _identity(self) -> dict[str, Any]:
        """What makes this film another."""
        request = {name: value for name, value in self._request.to_json().items() if name != "count"}
        cut = {"window": windows.WINDOW, "margin": windows.MARGIN, "ramp": windows.RAMP}
        made_by = {"model": self._model, "device": self._networks.device.type, "version": __version__}
        return {"request": request, "index": self._index, **made_by, **cut}

    def _start(self) -> tuple[LatentBatch, Work]:
        """The noise that the film starts from, on the CPU, and what workers must know."""
        start = initial_noises(self._request.seed + self._index, 1, self._parts.latent_shape)[0]
        batch = LatentBatch(self._networks, [self._targets.conditions], [start], device=torch.device("cpu"))
        conditions, known = tuple(batch.conditions[0].tolist()), tuple(batch.targeted[0].tolist())
        device = self._networks.device.type
        work = Work(self._source, self._model, device, self._crew.device, self._parts, conditions, known)
        return batch, work

    def _done(self, processes: Processes, stage: str, tasks: Sequence[Task]) -> Generator[Progress, None, list[Any]]:
        """The results, in any order, of a task for each tile that needs it."""
        total = len(self._parts.tiles)
        yield Progress(stage, total - len(tasks), total)
        found = []
        with closing(processes.results(tasks)) as results:
            for done, result in enumerate(results, total - len(tasks) + 1):
                found.append(result)
                yield Progress(stage, done, total)
        return found

    def _labels(self) -> Generator[Progress, None, TileLabels]:
        """The labels with the fractions that the request asks for."""
        names, strength = self._card.phase_names, self._request.refinement_strength
        if self._request.match != "none" and (asked := fraction_labels(self._request.targets, names)):
            return (yield from matched(self._parts, asked, len(names)))
        raw = yield from unmatched(self._parts, len(names))
        fractions = fraction_labels(self._targets.requested, names) if strength else {}
        if not fractions:
            return raw
        shares = raw.counts / raw.counts.sum()
        nearer = {
            label: float(shares[label] + strength * (value - shares[label])) for label, value in fractions.items()
        }
        return (yield from matched(self._parts, nearer, len(names)))

    def _overview(self, phases: PhaseArray) -> Preview:
        """A look at the whole film, written beside it too."""
        x, y, z = (edge * FACTOR for edge in self._volume().spacing)
        volume = Microstructure(phases, (x, y, z), self._card.lateral, self._card.phase_names)
        write(volume, self._path.with_name(self._path.name.partition(".")[0] + "-overview.vti"))
        return Preview(phases)

    def _entry(self, labels: TileLabels, report: DescriptorReport) -> dict[str, Any]:
        """The film's entry of result.json. No recipe is predicted: the predictor sees films of the trained size."""
        verdict = judge_request(self._card, self._targets.requested, self._size, self._request.voxel_nm)
        names = self._card.phase_names
        match: dict[str, Any] = {"bias": dict(zip(names, labels.total.round(4).tolist(), strict=True))}
        match |= {"tiles": len(self._parts.tiles), "not_refined": NOT_REFINED}
        return {
            "file": self._path.name,
            "seed": self._request.seed + self._index,
            "measured": report.values,
            "predicted": {},
            "process": {},
            "support": verdict.support,
            "match": match,
            "verdict": {"request": verdict.words},
        } | ({"reasons": report.reasons} if report.reasons else {})

    def _volume(self, **provenance: Any) -> TiledVolume:
        edges = self._request.voxel_nm or self._card.voxel_nm
        return TiledVolume(self._size, edges, self._card.lateral, self._card.phase_names, provenance)

    def _written(self, entry: dict[str, Any]) -> Iterator[Progress]:
        """Write the tiles of labels, with the provenance that makes the film again."""
        volume = self._volume(
            program=f"microdesigner {__version__}",
            software=software(),
            request=self._request.to_json(),
            model=self._model,
            index=self._index,
            sample=entry,
        )
        with self._tiled(volume, self._path) as put:
            for done, tile in enumerate(self._parts.tiles, 1):
                put(*voxels(tile), load(self._parts.labels(tile)))
                yield Progress("write", done, len(self._parts.tiles))


def _check(request: Request, form: str) -> None:
    if form not in TILED_FORMATS:
        raise InputError(f"A film of this size is written tile by tile; write it as {' or '.join(TILED_FORMATS)}.")
    if request.given is not None:
        raise InputError("A film with a given part is made in one piece; choose another format or a smaller size.")
    if request.candidates > 1:
        raise InputError(
            "A film that is made tile by tile has one candidate; set candidates to 1, or match to fractions."
        )
    if request.sampler == "ancestral":
        raise InputError(
            "The ancestral sampler takes too many steps for a film that is made tile by tile; take another."
        )
