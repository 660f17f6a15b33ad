"""Exponential moving average (EMA) of the weights, with which a stage validates and ends."""

from collections.abc import Iterable
from typing import Any

import torch
from lightning.pytorch.callbacks import WeightAveraging
from torch import Tensor

EMA_DECAY = 0.998


class ExponentialMovingAverage(WeightAveraging):
    """The average lives on the training's device and is updated there, without a transfer or a synchronisation.

    The decay grows with the number of steps, so that a short training soon forgets its first weights.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__(device=device)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Take the step's weights in; the number of steps is counted on the CPU."""
        step = int(trainer.global_step)
        if step > self._latest_update_step and self._average_model is not None:
            ema_update(self._average_model.module.parameters(), pl_module.parameters(), step)
            self._latest_update_step = step

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """End with the average where nothing was left to train: Lightning takes it over after a step alone."""
        if self._average_model is not None:
            self._copy_average_to_current(pl_module)


@torch.no_grad()
def ema_update(averages: Iterable[Tensor], weights: Iterable[Tensor], step: int) -> None:
    """Move `averages` towards `weights` after optimiser step `step` (1, 2, ...): average += (1 - decay) (weight -
    average); the first step's weights are the first average."""
    share = 1.0 if step == 1 else 1 - ema_decay(step)
    torch._foreach_lerp_([*averages], [weight.detach() for weight in weights], share)


def ema_decay(step: int) -> float:
    """The decay at optimiser step `step`, at most `EMA_DECAY`."""
    return min(EMA_DECAY, step / (9 + step))
