"""What the three stages share: optimiser, schedule by progress, averaged weights, checkpoints, events."""

import math
import sys
import time
from abc import abstractmethod
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, WeightAveraging
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.compute import is_out_of_memory
from microdesigner.core.errors import MicrodesignerError
from microdesigner.training.checkpoints import check_checkpoint
from microdesigner.training.control import ControlCallback
from microdesigner.training.events import EventLog
from microdesigner.training.presets import Stage, StagePlan
from microdesigner.training.run import RunDirectory
from microdesigner.training.samples import Draw, SampleCallback

AVERAGING = 0.998
EVENT_SECONDS = 5.0
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
        """Share of the plan that is done, by steps or by its time box, whichever is further; 0..1."""
        by_steps = self.global_step / self.plan.steps
        by_time = self.seconds / (60 * self.plan.minutes) if self.plan.minutes else 0.0
        return min(1.0, max(by_steps, by_time))

    def end_soon(self) -> None:
        """Run the schedule to its end within `SECONDS_TO_END`."""
        if not self._ending:
            self._ending = True
            minutes = (self.seconds + SECONDS_TO_END) / 60
            self.plan = replace(self.plan, minutes=min(minutes, self.plan.minutes or minutes))

    def stop_clock(self, seconds: float) -> None:
        """Leave out seconds in which nothing was trained."""
        self._seconds_before -= seconds

    def training_step(self, batch: Any, index: int) -> Tensor:
        """One optimiser step; ends the fit when the time box is used up."""
        loss, figures = self.loss(batch)
        self.log_dict({"loss": loss, **figures})
        if self.trainer.strategy.reduce_boolean_decision(self.progress >= 1, all=False):
            self.trainer.should_stop = True
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        """Held-out figures, averaged by Lightning."""
        self.log_dict({f"val_{name}": value for name, value in self.validate(batch).items()}, batch_size=1)

    def optimizer(self) -> torch.optim.Optimizer:
        """AdamW."""
        return torch.optim.AdamW(self.parameters(), lr=self.plan.learning_rate, betas=(0.9, 0.99), weight_decay=0.01)

    def keeper(self) -> lightning.Callback:
        """What decides which weights the stage ends with: their running average."""
        return WeightAveraging(avg_fn=_ramped_average)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """The optimiser, its rate a warm-up and then a cosine over progress."""
        optimizer = self.optimizer()
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: _rate(self.progress, self.plan))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_fit_start(self) -> None:
        """The clock starts with the first step."""
        self._started = time.monotonic()

    def on_validation_start(self) -> None:
        """Validation comes seldom and in other shapes: compiling it too would cost minutes."""
        torch.compiler.set_stance("force_eager")

    def on_validation_end(self) -> None:
        """Training goes on as compiled."""
        torch.compiler.set_stance("default")

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the time used, so that a resumed run keeps its time box."""
        checkpoint["seconds"] = self.seconds

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on with the time used."""
        self._seconds_before = checkpoint["seconds"]


class EventCallback(lightning.Callback):
    """Writes steps and validations to the run's event log."""

    def __init__(self, log: EventLog, stage: Stage) -> None:
        self._log, self._stage = log, stage
        self._last = 0.0

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """A step event every few seconds."""
        if time.monotonic() - self._last < EVENT_SECONDS:
            return
        self._last = time.monotonic()
        left = module.seconds * (1 / max(module.progress, 1e-6) - 1)
        figures = {name: round(float(value), 6) for name, value in trainer.callback_metrics.items()}
        self._log.write(
            "step",
            stage=self._stage,
            step=trainer.global_step,
            steps=module.plan.steps,
            progress=round(module.progress, 4),
            seconds=round(module.seconds, 1),
            seconds_left=round(left, 1),
            **{name: value for name, value in figures.items() if not name.startswith("val_")},
        )

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """A validation event."""
        figures = {
            name: round(float(value), 6) for name, value in trainer.callback_metrics.items() if name.startswith("val_")
        }
        self._log.write("validation", stage=self._stage, step=trainer.global_step, **figures)


@dataclass(frozen=True)
class Devices:
    """How many accelerators (or CPU processes) per machine train together, and how many machines."""

    count: int = 1
    nodes: int = 1


@dataclass(frozen=True)
class Batches:
    """Training batches of any size, and the held-out ones, seen every so many steps."""

    training: Callable[[int], DataLoader[Any]]
    validation: DataLoader[Any]
    validate_every: int


def fit_stage(
    run: RunDirectory,
    stage: Stage,
    module: TrainingStage,
    batches: Batches,
    draw: Draw,
    devices: Devices,
) -> None:
    """Train `module`, resuming from its checkpoint where there is one; afterwards it holds the weights to keep.

    `draw` makes the sample of each validation. A batch that does not fit the memory is halved, and the event log says
    so; raises MicrodesignerError when not even one volume fits.
    """
    if torch.cuda.is_available():
        module.network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]  # as tensor cores want it
    if module.plan.compiled:
        module.network.compile()
    log, batch = run.events, module.plan.batch
    parameters = sum(p.numel() for p in module.network.parameters())
    log.write("stage", stage=stage, state="started", parameters=parameters, likelihood=module.likelihood)
    first = deepcopy(module.network.state_dict())
    while (trainer := _fitted(run, stage, module, batches, batch, draw, devices)) is None:
        if batch == 1:
            raise MicrodesignerError(f"Not even one volume at a time fits the memory in the stage {stage}.")
        batch //= 2
        log.write("memory", stage=stage, batch=batch)
        module.network.load_state_dict(first)
    run.finish_stage(stage, module.network)
    log.write("stage", stage=stage, state="finished", steps=trainer.global_step, seconds=round(module.seconds, 1))


def _fitted(
    run: RunDirectory,
    stage: Stage,
    module: TrainingStage,
    batches: Batches,
    batch: int,
    draw: Draw,
    devices: Devices,
) -> lightning.Trainer | None:
    """The trainer after its work; None when the memory did not suffice."""
    folder = run.stage_folder(stage)
    checkpoints = ModelCheckpoint(
        folder, "{step}", train_time_interval=timedelta(minutes=CHECKPOINT_MINUTES), save_top_k=1, monitor=None
    )
    callbacks = [
        checkpoints,
        module.keeper(),
        SampleCallback(run, stage, draw),
        EventCallback(run.events, stage),
        ControlCallback(run, stage),
    ]
    trainer = lightning.Trainer(
        accelerator="auto",
        devices=devices.count,
        num_nodes=devices.nodes,
        precision="bf16-mixed",
        benchmark=True,
        max_steps=module.plan.steps,
        val_check_interval=min(batches.validate_every, module.plan.steps),
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        log_every_n_steps=20,
        logger=CSVLogger(folder, name="", version="log"),
        callbacks=callbacks,
        enable_progress_bar=sys.stderr.isatty(),
        enable_model_summary=False,
        default_root_dir=folder,
    )
    checkpoint = run.checkpoint(stage)
    if checkpoint is not None:
        check_checkpoint(checkpoint, module)
    try:
        trainer.fit(module, batches.training(batch), batches.validation, ckpt_path=checkpoint, weights_only=True)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return None
    except SystemExit:  # Lightning's answer to an interruption
        raise KeyboardInterrupt from None
    return trainer


def _ramped_average(averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
    """Exponential average whose memory grows with training: the first weights are soon forgotten in a short run."""
    decay = min(AVERAGING, (1 + int(count)) / (10 + int(count)))
    return averaged + (1 - decay) * (current - averaged)


def _rate(progress: float, plan: StagePlan) -> float:
    if progress < plan.warm_up:
        return max(progress, 1e-3) / plan.warm_up
    return plan.final + (1 - plan.final) * 0.5 * (1 + math.cos(math.pi * progress))
