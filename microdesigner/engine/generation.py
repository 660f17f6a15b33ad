"""One request on its way: noise, latents, candidates, voxels, measures, samples."""

import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from microdesigner import __version__
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Finished, GenerationEvent, Progress, SampleDone
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.request import Request
from microdesigner.core.result import Result, Sample
from microdesigner.descriptors import sample_values
from microdesigner.engine.device import batch_size
from microdesigner.engine.latents import Draw, Step, candidate_draws, denoised, latent_shape
from microdesigner.engine.matching import fraction_labels, match_fractions, misfit
from microdesigner.engine.prediction import predicted_means, read_latent
from microdesigner.engine.preview import Previewer
from microdesigner.models.bundle import Bundle
from microdesigner.models.memory import is_out_of_memory
from microdesigner.models.tiling import decoded_in_tiles

FINALISTS = 4


class Generation:
    """Serves one request that the bundle's card has accepted; `events` is called once.

    Whoever denoises the latents of many requests together asks each request's Generation for its `draws` and `sample`.
    """

    def __init__(self, bundle: Bundle, device: torch.device, request: Request) -> None:
        self._bundle, self._card, self._device, self._request = bundle, bundle.card, device, request
        self.targets = self._card.conditioned_on(request.targets)
        self._size = request.size or self._card.shape
        self._latent_shape = latent_shape(self._card, self._size)
        self.batch = batch_size(device, int(np.prod(self._size)))
        self._fractions = {} if request.match == "none" else fraction_labels(request.targets, self._card.phase_names)
        self._finalists = min(FINALISTS, request.candidates)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        support = self._card.support
        self._support = support.value(self.targets) if support else None

    def events(self) -> Iterator[GenerationEvent]:
        """Yield what happens, Finished last; raises MicrodesignerError when the volume does not fit the memory."""
        try:
            yield from self._events()
        except (MemoryError, RuntimeError) as error:
            if is_out_of_memory(error):
                size = "×".join(map(str, self._size))
                raise MicrodesignerError(
                    f"A volume of {size} voxels does not fit the memory; lower its size."
                ) from error
            raise

    def _events(self) -> Iterator[GenerationEvent]:
        samples: list[Sample] = []
        for indices in self._groups():
            latents = yield from self._latents(indices)
            for index, candidates in zip(indices, torch.split(latents, self._request.candidates), strict=True):
                sample = yield from self.sample(index, candidates)
                samples.append(sample)
                yield SampleDone(index, sample)
        yield Finished(
            Result(self._request, model_identity(self._bundle), self._device.type, dict(self._seconds), tuple(samples))
        )

    def _groups(self) -> Iterator[range]:
        """Samples whose candidates fill about one batch, so that volumes arrive as early as they can."""
        each = max(1, self.batch // self._request.candidates)
        for start in range(0, self._request.count, each):
            yield range(start, min(start + each, self._request.count))

    def _latents(self, indices: range) -> Generator[GenerationEvent, None, Tensor]:
        """Denoise the candidates of these samples; returns latents [samples × candidates, channels, x, y, z]."""
        candidates = self._request.candidates
        draws = [draw for index in indices for draw in self.draws(index)]
        previewer = Previewer(self._bundle.autoencoder) if indices.start == 0 else None
        finished: list[Tensor] = []
        targets = [self.targets] * len(draws)
        steps = denoised(self._bundle, self._request, targets, draws, self.batch, self._device)
        while (step := self._next(steps)) is not None:
            if isinstance(step, Tensor):
                finished.append(step)
                continue
            before = indices.start * candidates + sum(map(len, finished))
            yield Progress("denoise", *_evaluations(step, before, self._request))
            if previewer and not finished and step.done < step.total and (preview := previewer.look(step.latent)):
                yield preview
        return torch.cat(finished)

    def draws(self, index: int) -> list[Draw]:
        """Where the latents of sample `index` start, one per candidate."""
        return candidate_draws(self._request.seed + index, self._request.candidates, self._latent_shape)

    def _next(self, steps: Iterator[Step | Tensor]) -> Step | Tensor | None:
        with self._timed("denoise"):
            return next(steps, None)

    def sample(self, index: int, candidates: Tensor) -> Generator[GenerationEvent, None, Sample]:
        """The best volume of `candidates` [n, channels, x, y, z], decoded, matched and measured."""
        best: tuple[float, int, Sample] | None = None
        finalists = self._promising(candidates)
        for rank, candidate in enumerate(finalists):
            yield Progress("decode", index * self._finalists + rank, self._request.count * self._finalists)
            phases, match = self._decoded(candidates[candidate])
            yield Progress("measure", index * self._finalists + rank, self._request.count * self._finalists)
            sample = self._measured(phases, match, self._request.seed + index)
            error = misfit(sample.measured, self.targets, self._card.conditions)
            if best is None or error < best[0]:
                best = (error, candidate, sample)
        yield Progress("measure", (index + 1) * self._finalists, self._request.count * self._finalists)
        assert best is not None, "there is at least one candidate"
        return self._finished(index, best[2], candidates[best[1]], best[1])

    def _promising(self, candidates: Tensor) -> Sequence[int]:
        """Indices of the candidates worth decoding, by what the feature predictor says of them."""
        if len(candidates) <= self._finalists:
            return range(len(candidates))
        exact = {f"{prefix}{name[0].upper()}" for name in self._card.phase_names for prefix in ("vol_frac_", "ABS_f_")}
        open_targets = {name: value for name, value in self.targets.items() if not self._fractions or name not in exact}
        with self._timed("predict"):
            means = predicted_means(self._bundle, candidates)
        errors = [misfit(mean, open_targets or self.targets, self._card.conditions) for mean in means]
        return sorted(range(len(errors)), key=errors.__getitem__)[: self._finalists]

    @torch.no_grad()
    def _decoded(self, latent: Tensor) -> tuple[PhaseArray, dict[str, Any]]:
        """Labels [x, y, z] of `latent` [channels, x, y, z] and, where fractions are made exact, what that took."""
        tiles = decoded_in_tiles(self._bundle.autoencoder, latent[None], self._card.lateral == "periodic")
        if not self._fractions:
            phases = np.empty(self._size, np.uint8)
            with self._timed("decode"):
                for x, y, logits in tiles:
                    phases[x, y] = logits[0].argmax(dim=0).to(torch.uint8).cpu().numpy()
            return phases, {}
        volume = np.empty((len(self._card.phase_names), *self._size), np.float32)
        with self._timed("decode"):
            for x, y, logits in tiles:
                volume[:, x, y] = logits[0].float().cpu().numpy()
        with self._timed("match"):
            matched = match_fractions(volume, self._fractions)
        bias = dict(zip(self._card.phase_names, (round(value, 4) for value in matched.bias), strict=True))
        return matched.phases, {"bias": bias, "changed": matched.changed / matched.phases.size}

    def _measured(self, phases: PhaseArray, match: dict[str, Any], seed: int) -> Sample:
        volume = Microstructure(phases, self._card.voxel_nm, self._card.lateral, self._card.phase_names)
        with self._timed("measure"):
            report = sample_values(volume)
        return Sample(volume, seed, report.values, report.reasons, match=match, support=self._support)

    def _finished(self, index: int, sample: Sample, latent: Tensor, candidate: int) -> Sample:
        """`sample` with what the predictor says of its latent, and the provenance that makes it again."""
        with self._timed("predict"):
            reading = read_latent(self._bundle, latent, sample.seed)
        match = dict(sample.match)
        if self._request.candidates > 1:
            match |= {"candidate": candidate, "candidates": self._request.candidates}
        sample = replace(sample, predicted=reading.predicted, process=reading.process, draws=reading.draws, match=match)
        entry = {key: value for key, value in sample.to_json("").items() if key != "file"}
        volume = sample.microstructure.with_provenance(
            program=f"microdesigner {__version__}",
            request=self._request.to_json(),
            model=model_identity(self._bundle),
            index=index,
            sample=entry,
        )
        return replace(sample, microstructure=volume)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] += time.perf_counter() - started


def model_identity(bundle: Bundle) -> dict[str, str]:
    """Name and hash by which results name the very weights that made them."""
    return {"name": bundle.card.name, "sha256": bundle.sha256}


def _evaluations(step: Step, before: int, request: Request) -> tuple[int, int]:
    """Denoiser evaluations done and in all, counted per latent; `before` latents are already clean."""
    done = before * step.total + step.done * step.latents
    return done, request.count * request.candidates * step.total
