"""One request on its way: noise, latents, voxels, measures, the choice among candidates, samples."""

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
from microdesigner.compute import compute_policy, is_out_of_memory
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Finished, GenerationEvent, Progress, SampleDone
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.request import Request
from microdesigner.core.result import Result, Sample
from microdesigner.core.verdict import judge_film, judge_request
from microdesigner.descriptors import sample_values
from microdesigner.engine.candidates import Candidate, Contest
from microdesigner.engine.latents import Draw, Step, candidate_draws, denoised, latent_shape
from microdesigner.engine.matching import fraction_labels, match_fractions, misfit
from microdesigner.engine.prediction import read_latent
from microdesigner.engine.preview import Previewer
from microdesigner.models.autoencoder import phase_labels
from microdesigner.models.bundle import Bundle
from microdesigner.models.tiling import decoded_in_tiles


class Generation:
    """Serves one request that the bundle's card has accepted; `events` is called once.

    Whoever denoises the latents of many requests together asks each request's Generation for its parts: `draw`,
    `candidate` and `finished`.
    """

    def __init__(self, bundle: Bundle, device: torch.device, request: Request) -> None:
        self._bundle, self._card, self._device, self._request = bundle, bundle.card, device, request
        self.targets = self._card.conditioned_on(request.targets)
        self._size = request.size or self._card.shape
        self._latent_shape = latent_shape(self._card, self._size)
        self.batch = compute_policy(device).batch_size(int(np.prod(self._size)))
        self._fractions = {} if request.match == "none" else fraction_labels(request.targets, self._card.phase_names)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._judged = judge_request(self._card, self.targets, self._size)

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
        for start in range(0, self._request.count, self.batch):
            indices = range(start, min(start + self.batch, self._request.count))
            contest = Contest(len(indices), self._request.candidates)
            for number, places in contest.rounds():
                latents = yield from self._latents([indices[place] for place in places], number)
                for place, latent in zip(places, latents, strict=True):
                    yield Progress("decode", indices[place], self._request.count)
                    contest.enter(place, self.candidate(indices[place], number, latent))
            for index, best in zip(indices, contest.kept, strict=True):
                samples.append(self.finished(index, best))
                yield Progress("measure", index + 1, self._request.count)
                yield SampleDone(index, samples[-1])
        yield Finished(
            Result(self._request, model_identity(self._bundle), self._device.type, dict(self._seconds), tuple(samples))
        )

    def _latents(self, indices: Sequence[int], number: int) -> Generator[GenerationEvent, None, Tensor]:
        """Denoise candidate `number` of these samples; returns latents [samples, channels, x, y, z]."""
        draws = [self.draw(index, number) for index in indices]
        previewer = Previewer(self._bundle.autoencoder) if indices[0] == number == 0 else None
        steps = denoised(self._bundle, self._request, [self.targets] * len(draws), draws, self.batch, self._device)
        while isinstance(step := self._next(steps), Step):
            yield Progress(step.stage, *self._done(step, indices[0], number))
            if previewer and step.stage == "denoise" and step.done < step.total and (p := previewer.look(step.latent)):
                yield p
        return step

    def _done(self, step: Step, index: int, number: int) -> tuple[int, int]:
        """Steps of this stage done and in all, counted per candidate; those that turn out not to be needed are
        skipped."""
        candidates = self._request.candidates
        before = index * candidates + number
        return before * step.total + step.done * step.latents, self._request.count * candidates * step.total

    def draw(self, index: int, number: int) -> Draw:
        """Where the latent of candidate `number` of sample `index` starts."""
        return candidate_draws(self._request.seed + index, number + 1, self._latent_shape)[number]

    def _next(self, steps: Iterator[Step | Tensor]) -> Step | Tensor:
        started = time.perf_counter()
        step = next(steps)
        stage = step.stage if isinstance(step, Step) else "denoise"
        self._seconds[stage] += time.perf_counter() - started
        return step

    def candidate(self, index: int, number: int, latent: Tensor) -> Candidate:
        """Candidate `number` of sample `index`: decoded from `latent` [channels, x, y, z], matched, measured."""
        phases, match = self._decoded(latent)
        sample = self._measured(phases, match, self._request.seed + index)
        error = misfit(sample.measured, self.targets, self._card.conditions)
        return Candidate(number, latent, sample, error)

    @torch.no_grad()
    def _decoded(self, latent: Tensor) -> tuple[PhaseArray, dict[str, Any]]:
        """Labels [x, y, z] of `latent` [channels, x, y, z] and, where fractions are made exact, what that took."""
        tiles = decoded_in_tiles(self._bundle.autoencoder, latent[None], self._card.lateral == "periodic")
        if not self._fractions:
            phases = np.empty(self._size, np.uint8)
            with self._timed("decode"):
                for x, y, logits in tiles:
                    phases[x, y] = phase_labels(logits)[0].cpu().numpy()
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
            asked = [*(condition.name for condition in self._card.conditions), *self._request.targets]
            report = sample_values(volume, asked)
        return Sample(volume, seed, report.values, report.reasons, match=match, support=self._judged.support)

    def finished(self, index: int, best: Candidate) -> Sample:
        """The sample of the candidate that is kept, with what the predictor says of its latent, and the provenance that
        makes it again."""
        sample, match = best.sample, dict(best.sample.match)
        with self._timed("predict"):
            reading = read_latent(self._bundle, best.latent, sample.seed, sample.measured)
        if self._request.candidates > 1:
            match |= {"candidate": best.number, "candidates": self._request.candidates}
        film = judge_film(self._card, sample.measured, reading.predicted, self._size)
        verdict = {"request": self._judged.words, **film.to_json()}
        sample = replace(
            sample, predicted=reading.predicted, process=reading.process, draws=reading.draws, match=match,
            verdict=verdict,
        )  # fmt: skip
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
