"""The latent of a film larger than memory: a sampler whose denoiser is evaluated window by window, resumable.

The latent itself is small, 32 MiB of a film of 4096×4096×64 voxels; what does not fit are the features of the denoiser.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import count

import torch
from torch import Tensor

from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.data.processes import Processes
from microdesigner.engine.latents import LatentBatch
from microdesigner.engine.streaming.parts import Work, load, predict_windows, save
from microdesigner.engine.streaming.windows import Blend, Latent, Windows

GROUP = 8
"""Windows of a task."""


class WindowedDenoising:
    """Denoises the latent of `batch`, which holds one; `work` says for whom, `processes` who evaluates the denoiser."""

    def __init__(
        self, batch: LatentBatch, request: Request, work: Work, windows: Windows, processes: Processes
    ) -> None:
        self._batch, self._request, self._work, self._windows = batch, request, work, windows
        self._processes = processes
        self._counts = [len(windows.starts(step)) for step in range(request.steps)]

    def latent(self) -> Generator[Progress, None, Latent]:
        """The clean latent (channels, x, y, z).

        The sampler runs on the predictions that are on disk until it asks for one that is not; that is computed, and
        the sampler runs anew. So an interrupted film is the one that was not.
        """
        while True:
            try:
                *_, clean = self._batch.estimates(self._request, _Stored(self._work))
            except _MissingError as missing:
                yield from self._predicted(missing)
            else:
                latent: Latent = clean[0].numpy()
                return latent

    def _predicted(self, asked: "_MissingError") -> Iterator[Progress]:
        """Store what the denoiser predicts for the noisy latent of a step."""
        save(self._work.parts.noisy, asked.noisy)
        starts = self._windows.starts(asked.step)
        groups = [starts[first : first + GROUP] for first in range(0, len(starts), GROUP)]
        tasks = [(predict_windows, self._work, asked.time, place, group) for place, group in enumerate(groups)]
        blend, waiting, number = Blend(self._windows, starts), dict[int, list[Latent]](), 0
        done, total = sum(self._counts[: asked.step]), sum(self._counts)
        yield Progress("denoise", done, total)
        with closing(self._processes.results(tasks)) as results:
            for place, predicted in results:
                waiting[place] = predicted
                done += len(predicted)
                while number in waiting:  # in order, on which the last bits of a sum depend
                    for start, window in zip(groups[number], waiting.pop(number), strict=True):
                        blend.add(start, window)
                    number += 1
                yield Progress("denoise", done, total)
        save(self._work.parts.velocity(asked.step), blend.mean())


class _Stored:
    """The denoiser as far as its predictions are on disk, asked once per step."""

    def __init__(self, work: Work) -> None:
        self._work, self._steps = work, count()

    def __call__(self, noisy: Tensor, time: Tensor) -> Tensor:
        path = self._work.parts.velocity(step := next(self._steps))
        if not path.exists():
            raise _MissingError(step, float(time[0]), noisy[0].numpy())
        return torch.from_numpy(load(path))[None]


class _MissingError(Exception):
    """The prediction for a noisy latent (channels, x, y, z) at a step and its time is not on disk."""

    def __init__(self, step: int, time: float, noisy: Latent) -> None:
        super().__init__(step)
        self.step, self.time, self.noisy = step, time, noisy
