"""Many requests at once: one sample at a time leaves most of a GPU idle, and its processors too."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import torch
from torch import Tensor

from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.engine.candidates import Candidate, Contest
from microdesigner.engine.generation import Generation
from microdesigner.engine.latents import denoised
from microdesigner.models.bundle import Bundle


def samples_of(bundle: Bundle, device: torch.device, requests: Sequence[Request]) -> Iterator[Sample]:
    """The first sample of each of `requests`, in order; each equals what its request gives by itself.

    All requests set values of the same conditions and differ in these values and in the seed alone. They are denoised
    in full batches, and on a GPU threads decode, match and measure a batch side by side.
    """
    if not requests:
        return
    batch = Generation(bundle, device, requests[0]).batch
    with ThreadPoolExecutor((os.cpu_count() or 1) if device.type == "cuda" else 1) as pool:
        for start in range(0, len(requests), batch):
            group = [Generation(bundle, device, request) for request in requests[start : start + batch]]
            for generation, best in zip(group, _kept(bundle, device, requests[0], group, pool), strict=True):
                yield generation.finished(0, best)


def _kept(
    bundle: Bundle, device: torch.device, how: Request, group: Sequence[Generation], pool: ThreadPoolExecutor
) -> list[Candidate]:
    """The best candidate of each generation's first sample."""
    contest = Contest(len(group), how.candidates)
    for number, places in contest.rounds():
        wanting = [group[place] for place in places]
        latents = _latents(bundle, device, how, wanting, number)
        tried = pool.map(Generation.candidate, wanting, repeat(0), repeat(number), latents)
        for place, candidate in zip(places, tried, strict=True):
            contest.enter(place, candidate)
    return contest.kept


def _latents(bundle: Bundle, device: torch.device, how: Request, group: Sequence[Generation], number: int) -> Tensor:
    """Clean latents [generations, channels, x, y, z] of each generation's candidate `number`."""
    draws = [generation.draw(0, number) for generation in group]
    targets = [generation.targets for generation in group]
    steps = denoised(bundle, how, targets, draws, group[0].batch, device)
    return torch.cat([step for step in steps if isinstance(step, Tensor)])
