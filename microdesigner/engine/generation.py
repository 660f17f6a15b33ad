"""One request on its way: noise, latents, voxels, measures, the choice among candidates, samples."""

import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
from torch import Tensor

from microdesigner.compute import memory_errors
from microdesigner.core.events import Finished, GenerationEvent, Progress, SampleDone
from microdesigner.core.guidance_schedule import corrected_steps, fit_rounds
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.phases import fraction_labels
from microdesigner.core.quantity import size_words
from microdesigner.core.request import Request
from microdesigner.core.result import Result, Sample
from microdesigner.core.steps import result_of
from microdesigner.engine.candidates import BestOfN, Candidate
from microdesigner.engine.decoding import FilmDecoder
from microdesigner.engine.differentiable_descriptors import target_quantities, target_values
from microdesigner.engine.guidance import MeasuredGuidance
from microdesigner.engine.inpainting import KnownPartGuidance
from microdesigner.engine.latents import (
    Guidance,
    InitialNoise,
    Step,
    denoised,
    initial_noises,
    latent_shape,
)
from microdesigner.engine.matching import misfit
from microdesigner.engine.morphing import known_film
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.preview import Previewer
from microdesigner.engine.refinement import ROUNDS, Refinement
from microdesigner.engine.sample_report import SampleReport, model_identity
from microdesigner.engine.sample_targets import SampleTargets, film_targets, sample_targets


class Generation:
    """Serves one request that the bundle's card has accepted; `events` is called once.

    Whoever denoises the latents of many requests together asks each request's Generation for its parts: `noise`,
    `guidances`, `candidate` and `finished`.
    """

    def __init__(self, networks: InferenceNetworks, request: Request, keep_samples: bool = True) -> None:
        self._networks, self._request, self._keep_samples = networks, request, keep_samples
        self._bundle, self._card = networks.bundle, networks.bundle.card
        self._size = request.size or self._card.shape
        self._latent_shape = latent_shape(self._card, self._size)
        self.batch = networks.policy.batch_size(int(np.prod(self._size)))
        self.known = known_film(networks, request.given)
        names = self._card.phase_names
        fractions = {} if request.match == "none" else fraction_labels(film_targets(request, names), names)
        self._decoder = FilmDecoder(networks, self._size, fractions, self.known)
        self._targets: dict[int, SampleTargets] = {}
        _, asked = target_values(self._card, self.targets(0))
        self._quantities = target_quantities(self._card, asked, int(np.prod(self._size)))
        self._refines = request.refinement_strength > 0 and bool(self._quantities)
        self._guidances: dict[tuple[int, int], MeasuredGuidance] = {}  # of candidates that wait for their refinement
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._report = SampleReport(self._bundle, request, self._size, self._timed)
        self._previewer: Previewer | None = None  # of the first film

    def events(self, wanted: Sequence[int] | None = None) -> Iterator[GenerationEvent]:
        """Yield what happens, Finished last; of the samples `wanted`, in this order, None for all.

        However they end, a GPU's memory is given back. Raises MicrodesignerError when the volume does not fit it.
        """
        try:
            with self.memory_errors():
                yield from self._events(range(self._request.count) if wanted is None else wanted)
        finally:
            self._networks.give_back()

    def memory_errors(self) -> AbstractContextManager[None]:
        """Context in which a memory too small for the request's volumes is one sentence."""
        size = size_words(self._size)
        return memory_errors(f"A volume of {size} voxels", "lower its size", self._networks.device)

    def _events(self, wanted: Sequence[int]) -> Iterator[GenerationEvent]:
        samples: list[Sample] = []
        for start in range(0, len(wanted), self.batch):
            indices = wanted[start : start + self.batch]
            contest = BestOfN(len(indices), self._request.candidates)
            for number, slots in contest.rounds():
                latents = yield from self._latents([indices[slot] for slot in slots], number)
                for slot, latent in zip(slots, latents, strict=True):
                    candidate = yield from self._candidate(indices[slot], number, latent)
                    contest.submit(slot, candidate)
            for index, best in zip(indices, contest.best, strict=True):
                sample = self.finished(index, best)
                if self._keep_samples:
                    samples.append(sample)
                yield Progress("measure", index + 1, self._request.count)
                yield SampleDone(index, sample)
                self._targets.pop(index, None)  # a request may ask for a hundred thousand
        yield Finished(
            Result(
                self._request,
                model_identity(self._bundle),
                self._networks.device.type,
                dict(self._seconds),
                tuple(samples),
            )
        )

    def _latents(self, indices: Sequence[int], number: int) -> Generator[GenerationEvent, None, Tensor]:
        """Denoise candidate `number` of these samples; returns latents [samples, channels, x, y, z]."""
        starts = [self.noise(index, number) for index in indices]
        previewer = None
        if indices[0] == number == 0:
            previewer = self._previewer = Previewer(self._networks, self.targets(0).requested, self._request.given)
        targets = [self.targets(index).conditions for index in indices]
        guidances = [guidance for index in indices for guidance in self.guidances(index, number)]
        steps = denoised(self._networks, self._request, targets, starts, self.batch, guidances, self.known)
        while isinstance(step := self._next(steps), Step):
            yield Progress(step.stage, *self._done(step, indices[0], number))
            if previewer and (preview := previewer.look(step.latent, step.done, step.total)):
                yield preview
        return step

    def _done(self, step: Step, index: int, number: int) -> tuple[int, int]:
        """Steps of this stage done and in all, counted per candidate; those that turn out not to be needed are
        skipped."""
        candidates = self._request.candidates
        before = index * candidates + number
        return before * step.total + step.done * step.latents, self._request.count * candidates * step.total

    def targets(self, index: int) -> SampleTargets:
        """What sample `index` aims at."""
        if index not in self._targets:
            self._targets[index] = sample_targets(self._card, self._request, index)
        return self._targets[index]

    def noise(self, index: int, number: int) -> InitialNoise:
        """Where the latent of candidate `number` of sample `index` starts."""
        return initial_noises(self._request.seed + index, number + 1, self._latent_shape)[number]

    def guidances(self, index: int, number: int) -> list[Guidance]:
        """What guides candidate `number` of sample `index`, which its refinement will need; nothing where the denoiser
        is left alone, nor where only fractions are asked for, which biases give."""
        measured = self._measured_guidance(index, number)
        if self.known:
            return [KnownPartGuidance(self.known, fit_rounds(self._request), measured)]
        return [measured] if measured else []

    def _measured_guidance(self, index: int, number: int) -> MeasuredGuidance | None:
        steps, corrected = self._request.evaluations, corrected_steps(self._request)
        if not corrected or not any(quantity.shaped for quantity in self._quantities):
            return None
        values, _ = target_values(self._card, self.targets(index))
        guidance = MeasuredGuidance(self._networks, values, self._quantities, steps, corrected, self.known)
        self._guidances[index, number] = guidance
        return guidance

    def _next(self, steps: Iterator[Step | Tensor]) -> Step | Tensor:
        with self._timed("denoise"):
            step = next(steps)
            if isinstance(step, Tensor):
                self._networks.synchronize()  # a GPU answers before it is done
        return step

    def candidate(self, index: int, number: int, latent: Tensor) -> Candidate:
        """Candidate `number` of sample `index`: `latent` [channels, x, y, z] refined, decoded, matched, measured."""
        return result_of(self._candidate(index, number, latent))

    def _candidate(self, index: int, number: int, latent: Tensor) -> Generator[GenerationEvent, None, Candidate]:
        refinement = self._refinement(index, number, latent) if self._refines else None
        rounds = refinement.rounds() if refinement else iter(())
        while True:
            with self._timed("refine"):
                if (done := next(rounds, None)) is None:
                    break
            yield Progress("refine", *self._done(Step("refine", done, ROUNDS, 1, latent), index, number))
            if (
                index == number == 0
                and refinement
                and self._previewer
                and (look := self._previewer.refined(refinement))
            ):
                yield look
        yield Progress("decode", index, self._request.count)
        phases, match = self._phases(latent, refinement)
        if refinement:
            latent = refinement.latent
        requested = self.targets(index).requested
        sample = self._report.measured(phases, match, index, requested)
        error = misfit(sample.measured, requested, self._card.targets)
        return Candidate(number, latent, sample, error)

    def _refinement(self, index: int, number: int, latent: Tensor) -> Refinement:
        strength = self._request.refinement_strength
        values, _ = target_values(self._card, self.targets(index))
        guidance = self._guidances.pop((index, number), None)
        jacobian = guidance.jacobian if guidance else None
        return Refinement(self._networks, latent, values, self._quantities, strength, jacobian, self.known)

    def _phases(self, latent: Tensor, refinement: Refinement | None) -> tuple[PhaseArray, dict[str, Any]]:
        """Labels [x, y, z] of `latent` [channels, x, y, z] and, where fractions are made exact, what that took."""
        with self._timed("decode"):
            decoded = self._decoder.refined(refinement) if refinement else self._decoder.film(latent)
        if decoded.logits is None:
            return decoded.phases, {}
        with self._timed("match"):
            return self._decoder.matched(decoded)

    def finished(self, index: int, best: Candidate) -> Sample:
        """The sample of the best candidate, see `SampleReport.finished`."""
        return self._report.finished(index, best, self.targets(index).requested)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] += time.perf_counter() - started
