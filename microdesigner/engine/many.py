"""Many requests at once: one sample at a time leaves most of a GPU idle, and its processors too."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.engine.generation import Generation
from microdesigner.engine.latents import denoised
from microdesigner.models.bundle import Bundle

SAMPLES_AHEAD = 64


def samples_of(bundle: Bundle, device: torch.device, requests: Sequence[Request]) -> Iterator[Sample]:
    """The first sample of each of `requests`, in order; each equals what its request gives by itself.

    All requests set values of the same conditions and differ in these values and in the seed alone. On a GPU they are
    denoised together, while threads decode, match and measure those before.
    """
    if not requests:
        return
    how, gpu = requests[0], device.type == "cuda"
    ahead = SAMPLES_AHEAD if gpu else 0
    waiting: deque[Future[Sample]] = deque()
    with ThreadPoolExecutor((os.cpu_count() or 1) if gpu else 1) as pool:
        each = max(1, Generation(bundle, device, how).batch // how.candidates)
        for start in range(0, len(requests), each):
            group = [Generation(bundle, device, request) for request in requests[start : start + each]]
            for generation, latents in zip(group, _latents(bundle, device, how, group), strict=True):
                waiting.append(pool.submit(_finished, generation, latents))
            while len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _latents(bundle: Bundle, device: torch.device, how: Request, group: Sequence[Generation]) -> Sequence[Tensor]:
    """Clean latents of each generation's candidates [candidates, channels, x, y, z]."""
    draws = [draw for generation in group for draw in generation.draws(0)]
    targets = [generation.targets for generation in group for _ in range(how.candidates)]
    steps = denoised(bundle, how, targets, draws, group[0].batch, device)
    return torch.split(torch.cat([step for step in steps if isinstance(step, Tensor)]), how.candidates)


def _finished(generation: Generation, latents: Tensor) -> Sample:
    stages = generation.sample(0, latents)
    while True:
        try:
            next(stages)
        except StopIteration as ended:
            sample: Sample = ended.value
            return sample
