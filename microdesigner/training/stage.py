"""What the three stages share: optimiser, schedule by progress, clock, averaged weights, seeds, checkpoints."""

import math
import time
from abc import abstractmethod
from dataclasses import replace
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn

from microdesigner.training import ranks
from microdesigner.training.presets import StagePlan
from microdesigner.training.weight_averaging import ExponentialMovingAverage

SECONDS_TO_END = 20.0
BETAS, WEIGHT_DECAY = (0.9, 0.99), 0.01


class TrainingStage(lightning.LightningModule):
    """A network in training. A subclass gives `loss` on a batch and `validate` on a held-out batch; it may choose
    another optimiser and other weights to end with. `likelihood` tells that the loss is a negative log likelihood."""

    likelihood = False

    def __init__(self, network: nn.Module, plan: StagePlan) -> None:
        super().__init__()
        self.network = network
        self.plan = plan
        self._seconds_before = 0.0
        self._started = time.monotonic()
        self._clock = 0.0
        self._ending = False

    @abstractmethod
    def loss(self, batch: Any) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss of a training batch and further figures to log."""

    @abstractmethod
    def validate(self, batch: Any) -> dict[str, Tensor]:
        """Figures of a held-out batch; `loss` among them."""

    @property
    def seconds(self) -> float:
        """Seconds trained so far, earlier sessions of a resumed run included."""
        return self._seconds_before + time.monotonic() - self._started

    @property
    def progress(self) -> float:
        """Share of the plan that is done, by steps or by its time limit, whichever is further; 0..1.

        The time is that at which the present step began, by the clock of the first process, see `set_clock`.
        """
        by_steps = self.global_step / self.plan.steps
        by_time = self._clock / (60 * self.plan.minutes) if self.plan.minutes else 0.0
        return min(1.0, max(by_steps, by_time))

    def set_clock(self, seconds: float) -> None:
        """Seconds trained when the present step began, the same in all processes."""
        self._clock = seconds

    def request_early_stop(self) -> None:
        """Run the schedule to its end within `SECONDS_TO_END`."""
        if not self._ending:
            self._ending = True
            minutes = (self._clock + SECONDS_TO_END) / 60
            self.plan = replace(self.plan, minutes=min(minutes, self.plan.minutes or minutes))

    def exclude_from_clock(self, seconds: float) -> None:
        """Leave out seconds in which nothing was trained."""
        self._seconds_before -= seconds

    def training_step(self, batch: Any, index: int) -> Tensor:
        """One optimiser step; ends the fit when the time limit is reached."""
        loss, figures = self.loss(batch)
        self.log_dict({"loss": loss.detach(), **figures})
        if self.progress >= 1:
            self.trainer.should_stop = True
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        """Held-out figures, averaged by Lightning over batches and processes."""
        figures = {f"val_{name}": value for name, value in self.validate(batch).items()}
        self.log_dict(figures, batch_size=1, sync_dist=ranks.world_size() > 1)

    def optimizer(self) -> torch.optim.Optimizer:
        """AdamW."""
        return torch.optim.AdamW(self.parameters(), lr=self.plan.learning_rate, betas=BETAS, weight_decay=WEIGHT_DECAY)

    def weight_averaging_callback(self, device: torch.device) -> lightning.Callback:
        """What decides which weights the stage ends with: their exponential moving average."""
        return ExponentialMovingAverage(device)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """The optimiser, its rate a warm-up and then a cosine over progress."""
        optimizer = self.optimizer()
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: _rate(self.progress, self.plan))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_fit_start(self) -> None:
        """The clock starts with the first step."""
        self._started = time.monotonic()

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        """Noise, times and masks belong to the step, so that a resumed run is as one never interrupted; they differ
        from process to process."""
        torch.manual_seed(random_seed(type(self).__name__, self.global_step))

    def on_validation_start(self) -> None:
        """Validation comes seldom and in other shapes: compiling it too would cost minutes."""
        torch.compiler.set_stance("force_eager")

    def on_validation_end(self) -> None:
        """Training goes on as compiled."""
        torch.compiler.set_stance("default")

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Store the time used, so that a resumed run stays within its time limit."""
        checkpoint["seconds"] = self.seconds

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on with the time used."""
        self._seconds_before = self._clock = checkpoint["seconds"]


def random_seed(purpose: str, step: int = 0) -> int:
    """A seed for what is random at step `step`, another one for each purpose and process."""
    entropy = [*purpose.encode(), step, ranks.world_size(), ranks.rank()]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0])


def _rate(progress: float, plan: StagePlan) -> float:
    if progress < plan.warm_up:
        return max(progress, 1e-3) / plan.warm_up
    return plan.final + (1 - plan.final) * 0.5 * (1 + math.cos(math.pi * progress))
