"""Seconds per sample by batch size, split into denoising and decoding: the paper's Fig. 7."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from torch import Tensor

from microdesigner.core.documents import plain_number
from microdesigner.core.events import Progress
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.engine.latents import denoised, initial_noises, latent_shape
from microdesigner.evaluation.timing import Measurement, seconds_of
from microdesigner.models.autoencoder import phase_labels


def measure_batches(engine: Engine, batches: Sequence[int], steps: int) -> Iterator[Measurement]:
    """For each batch size, the time of denoising in `steps` evaluations and of decoding, per sample, after warm-up."""
    for batch in batches:
        _denoise(engine, batch, 1)
        denoising = seconds_of(partial(_denoise, engine, batch, steps), engine.device)
        latents = _denoise(engine, batch, 1)
        _decode(engine, latents[:1])
        decoding = seconds_of(partial(_decode, engine, latents), engine.device)
        for stage, seconds in (("denoise", denoising), ("decode", decoding)):
            yield Measurement("batches", f"batch {batch}, {steps} steps: {stage}", seconds / batch, "a sample")


def write_batches(engine: Engine, batches: Sequence[int], steps: int, path: Path) -> Iterator[Progress]:
    """Measure as `measure_batches` and write its rows to `path`."""
    rows = []
    for row in measure_batches(engine, batches, steps):
        rows.append(row.to_json())
        yield Progress("batches", len(rows), 2 * len(batches))
    write_text_atomic(path, json.dumps(rows, indent=1, default=plain_number) + "\n")


def _denoise(engine: Engine, batch: int, steps: int) -> Tensor:
    card = engine.card
    shape = latent_shape(card, card.shape)
    starts = [start for seed in range(batch) for start in initial_noises(seed, 1, shape)]
    request = Request(targets=card.middle, steps=steps, refinement_strength=0)
    results = denoised(engine.networks, request, [card.middle] * batch, starts, batch)
    return next(result for result in results if isinstance(result, Tensor))


def _decode(engine: Engine, latents: Tensor) -> None:
    for latent in latents:  # one by one, as the engine does
        phase_labels(engine.networks.decode(latent[None]))
