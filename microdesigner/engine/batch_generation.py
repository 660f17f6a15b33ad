"""Many requests at once: one sample at a time leaves most of a GPU idle, and its processors too."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import torch
from torch import Tensor

from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.engine.candidates import BestOfN, Candidate
from microdesigner.engine.generation import Generation
from microdesigner.engine.latents import denoised
from microdesigner.engine.networks import InferenceNetworks


def generate_batch(networks: InferenceNetworks, requests: Sequence[Request]) -> Iterator[Sample]:
    """The first sample of each of `requests`, in order; each equals what its request gives by itself.

    All requests set values of the same conditions and differ in these values and in the seed alone. They are denoised
    in full batches, and on a GPU threads refine, decode and measure a batch side by side.

    Raises MicrodesignerError when a volume does not fit the memory.
    """
    if not requests:
        return
    first = Generation(networks, requests[0])
    batch = first.batch
    with first.memory_errors(), ThreadPoolExecutor(_threads(networks.device)) as pool:
        for start in range(0, len(requests), batch):
            group = [Generation(networks, request) for request in requests[start : start + batch]]
            for generation, best in zip(group, _best(networks, requests[0], group, pool), strict=True):
                yield generation.finished(0, best)


def _threads(device: torch.device) -> int:
    """Threads that refine side by side beside a GPU; few, as each needs room for a decoder's features."""
    return 1 if device.type == "cpu" else min(4, os.cpu_count() or 1)


def _best(
    networks: InferenceNetworks, how: Request, group: Sequence[Generation], pool: ThreadPoolExecutor
) -> list[Candidate]:
    """The best candidate of each generation's first sample."""
    contest = BestOfN(len(group), how.candidates)
    for number, slots in contest.rounds():
        unsatisfied = [group[slot] for slot in slots]
        latents = _latents(networks, how, unsatisfied, number)
        tried = pool.map(Generation.candidate, unsatisfied, repeat(0), repeat(number), latents)
        for slot, candidate in zip(slots, tried, strict=True):
            contest.submit(slot, candidate)
    return contest.best


def _latents(networks: InferenceNetworks, how: Request, group: Sequence[Generation], number: int) -> Tensor:
    """Clean latents [generations, channels, x, y, z] of each generation's candidate `number`."""
    starts = [generation.noise(0, number) for generation in group]
    targets = [generation.targets(0).conditions for generation in group]
    guidances = [guidance for generation in group for guidance in generation.guidances(0, number)]
    steps = denoised(networks, how, targets, starts, group[0].batch, guidances, group[0].known)
    return torch.cat([step for step in steps if isinstance(step, Tensor)])
