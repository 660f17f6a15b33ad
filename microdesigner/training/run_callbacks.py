"""What a run tells and obeys while a stage trains: events, and requests by files in its directory or by signals."""

import time
from typing import Any

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint

from microdesigner.training import process_group, ranks
from microdesigner.training.events import EventLog
from microdesigner.training.presets import Stage
from microdesigner.training.run import RunDirectory

EVENT_SECONDS, LEAST_SHARE = 5.0, 1 / 500
"""Least seconds between two step events, and least share of the time trained so far: a week makes some thousands of
events, which a window reads and draws at once."""
SECONDS_BETWEEN_LOOKS = 0.2


class EventCallback(lightning.Callback):
    """Writes steps and validations to the run's event log."""

    def __init__(self, log: EventLog, stage: Stage) -> None:
        self._log, self._stage = log, stage
        self._last = 0.0

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """A step event every few seconds, less often the longer the training."""
        least = max(EVENT_SECONDS, LEAST_SHARE * module.seconds)
        if not trainer.is_global_zero or time.monotonic() - self._last < least:
            return
        self._last = time.monotonic()
        left = module.seconds * (1 / max(module.progress, 1e-6) - 1)
        self._log.write(
            "step",
            stage=self._stage,
            step=trainer.global_step,
            steps=module.plan.steps,
            progress=round(module.progress, 4),
            seconds=round(module.seconds, 1),
            seconds_left=round(left, 1),
            **_figures(trainer, validation=False),
        )

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        """A validation event."""
        if trainer.is_global_zero:
            figures = _figures(trainer, validation=True)
            self._log.write("validation", stage=self._stage, step=trainer.global_step, **figures)


class ControlCallback(lightning.Callback):
    """Before each step all processes agree on the clock of the first, and after each on what was requested."""

    def __init__(self, run: RunDirectory, stage: Stage) -> None:
        self._run, self._stage = run, stage

    def on_train_start(self, trainer: Any, module: Any) -> None:
        """Lightning has put its own handlers in place, which would end one process while others wait for it."""
        if ranks.world_size() > 1:
            process_group.handle_signals()

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, index: int) -> None:
        """Progress, and with it the learning rate, is that of the first process."""
        (seconds,) = process_group.agree([module.seconds if ranks.is_first() else 0.0])
        module.set_clock(seconds)

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """Wait while there is a pause request; hurry once there is a stop request; end together when interrupted."""
        requests = (
            self._run.stop_request.exists(),
            self._run.pause_request.exists(),
            process_group.interruption_requested() or self._run.interruption.exists(),
        )
        stop, pause, interrupted = process_group.agree(requests)
        if interrupted:
            raise KeyboardInterrupt
        if stop:
            module.request_early_stop()
        elif pause:
            self._pause(trainer, module)

    def on_exception(self, trainer: Any, module: Any, exception: BaseException) -> None:
        """An interrupted stage goes on later from where it was."""
        if isinstance(exception, KeyboardInterrupt) and trainer.global_step > 0:
            self._save(trainer)

    def _pause(self, trainer: Any, module: Any) -> None:
        """A checkpoint first, so that a machine may be switched off while it waits."""
        self._save(trainer)
        started = time.monotonic()
        self._run.events.write("pause", stage=self._stage, step=trainer.global_step)
        while self._run.pause_request.exists() and not (
            self._run.stop_request.exists() or self._run.interruption.exists() or process_group.interruption_requested()
        ):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        module.exclude_from_clock(time.monotonic() - started)
        self._run.events.write("continue", stage=self._stage, step=trainer.global_step)

    def _save(self, trainer: Any) -> None:
        folder = self._run.stage_folder(self._stage)
        trainer.save_checkpoint(folder / f"waiting{ModelCheckpoint.FILE_EXTENSION}")


def _figures(trainer: Any, validation: bool) -> dict[str, float]:
    figures = {name: float(value) for name, value in trainer.callback_metrics.items()}
    return {name: round(value, 6) for name, value in figures.items() if name.startswith("val_") == validation}
