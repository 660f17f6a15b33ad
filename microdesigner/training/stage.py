"""What the three stages share: optimiser, schedule by progress, averaged weights, checkpoints, precision, devices."""

import logging
import math
import os
import sys
import time
import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.compute import compute_policy, is_out_of_memory, release_memory
from microdesigner.core.errors import MicrodesignerError
from microdesigner.training import ranks
from microdesigner.training.checkpoints import check_checkpoint
from microdesigner.training.events import read_events
from microdesigner.training.presets import Stage, StagePlan
from microdesigner.training.process_group import BatchTooLargeError
from microdesigner.training.run import RunDirectory
from microdesigner.training.run_callbacks import ControlCallback, EventCallback
from microdesigner.training.strategy import PlainStrategy
from microdesigner.training.validation_samples import SampleCallback, Sampler
from microdesigner.training.weight_averaging import ExponentialMovingAverage
from microdesigner.training.whole_files import WholeCheckpoints

CHECKPOINT_MINUTES = 2.0
SECONDS_TO_END = 20.0


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
        return torch.optim.AdamW(self.parameters(), lr=self.plan.learning_rate, betas=(0.9, 0.99), weight_decay=0.01)

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


@dataclass(frozen=True)
class Batches:
    """Training batches of any size from any step on, and the held-out ones, seen every so many steps."""

    training: Callable[[int, int], DataLoader[Any]]
    validation: DataLoader[Any]
    validate_every: int


def fit_stage(
    run: RunDirectory,
    stage: Stage,
    module: TrainingStage,
    batches: Batches,
    sample: Sampler,
    device: torch.device,
) -> None:
    """Train `module` on `device`, resuming from its checkpoint where there is one; afterwards it holds the weights to
    keep.

    `sample` makes the sample of each validation. A batch that does not fit the memory is halved, and the event log says
    so; raises MicrodesignerError when not even one volume fits. Of several processes the one that finds too little
    memory raises BatchTooLargeError: all start anew then.
    """
    if device.type == "cuda":
        memory_format = compute_policy(device).memory_format  # as tensor cores compute it
        module.network.to(memory_format=memory_format)  # type: ignore[call-overload]
    if module.plan.compiled:
        module.network.compile()
    log, batch = run.events, _first_batch(run, stage, module.plan.batch)
    parameters = sum(p.numel() for p in module.network.parameters())
    log.write("stage", stage=stage, state="started", parameters=parameters, likelihood=module.likelihood)
    first = deepcopy(module.network.state_dict())
    while (steps := _fitted(run, stage, module, batches, batch, sample, device)) is None:
        _release(module, device)
        if ranks.world_size() > 1:
            raise BatchTooLargeError(stage, batch)
        if batch == 1:
            raise MicrodesignerError(
                f"Not even one volume at a time fits the memory in the stage {stage}; close other programs that use "
                "the device and resume."
            )
        batch //= 2
        log.write("memory", stage=stage, batch=batch)
        module.network.load_state_dict(first)
    run.finish_stage(stage, module.network)
    log.write("stage", stage=stage, state="finished", steps=steps, seconds=round(module.seconds, 1))


def _first_batch(run: RunDirectory, stage: Stage, planned: int) -> int:
    """The planned batch, or the smaller one that an earlier session found to fit the memory."""
    events = read_events(run.path / "events.jsonl")
    found = [event["batch"] for event in events if event["event"] == "memory" and event["stage"] == stage]
    return min([planned, *found[-1:]])


def _release(module: TrainingStage, device: torch.device) -> None:
    """Give back what a training that failed holds: optimiser, average and activations hang on its trainer."""
    module.trainer = None  # type: ignore[assignment]
    module.zero_grad(set_to_none=True)
    module.to("cpu")
    release_memory(device)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's advice and advertisements; what a user needs is in the event log."""
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            yield
    finally:
        logger.setLevel(before)


@_quiet()
def _fitted(
    run: RunDirectory,
    stage: Stage,
    module: TrainingStage,
    batches: Batches,
    batch: int,
    sample: Sampler,
    device: torch.device,
) -> int | None:
    """The number of steps after the work; None when the memory did not suffice."""
    folder = run.stage_folder(stage)
    trainer = lightning.Trainer(
        **_placement(device),
        max_steps=module.plan.steps,
        val_check_interval=min(batches.validate_every, module.plan.steps),
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        log_every_n_steps=20,
        logger=CSVLogger(folder, name="", version="log"),
        plugins=[WholeCheckpoints()],
        callbacks=[
            ModelCheckpoint(
                folder, "{step}", train_time_interval=timedelta(minutes=CHECKPOINT_MINUTES), save_top_k=1, monitor=None
            ),
            module.weight_averaging_callback(device),
            SampleCallback(run, stage, sample),
            EventCallback(run.events, stage),
            ControlCallback(run, stage),
        ],
        enable_progress_bar=sys.stderr.isatty() and ranks.is_first(),
        enable_model_summary=False,
        default_root_dir=folder,
    )
    checkpoint = run.checkpoint(stage)
    step = 0 if checkpoint is None else check_checkpoint(checkpoint, module)
    try:
        trainer.fit(module, batches.training(batch, step), batches.validation, ckpt_path=checkpoint, weights_only=True)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return None
    except SystemExit:  # Lightning's answer to an interruption
        raise KeyboardInterrupt from None
    return int(trainer.global_step)


def _placement(device: torch.device) -> dict[str, Any]:
    """Lightning's options for this process's `device`, alone or as one of several."""
    accelerator = {"cuda": "gpu"}.get(device.type, device.type)
    precision = "bf16-mixed" if compute_policy(device).mixed_precision else "32-true"
    if (processes := ranks.world_size()) == 1:
        index = [device.index or 0] if device.type == "cuda" else 1
        return {"accelerator": accelerator, "devices": index, "precision": precision}
    nodes = int(os.environ["NODES"])
    placement = {"devices": processes // nodes, "num_nodes": nodes, "strategy": PlainStrategy()}
    return {"accelerator": accelerator, "precision": precision, **placement}


def _rate(progress: float, plan: StagePlan) -> float:
    if progress < plan.warm_up:
        return max(progress, 1e-3) / plan.warm_up
    return plan.final + (1 - plan.final) * 0.5 * (1 + math.cos(math.pi * progress))
