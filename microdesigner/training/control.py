"""What a run does when it is asked to wait or to come to its end, by files in its directory."""

import time
from typing import Any

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint

from microdesigner.training.presets import Stage
from microdesigner.training.run import RunDirectory

SECONDS_BETWEEN_LOOKS = 0.2


class ControlCallback(lightning.Callback):
    """Looks for `pause` and `stop` after every step; with several processes they all obey at the same step."""

    def __init__(self, run: RunDirectory, stage: Stage) -> None:
        self._run, self._stage = run, stage

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """Wait while there is a pause request; hurry once there is a stop request."""
        together = trainer.strategy.reduce_boolean_decision
        stop = together(self._run.stop_request.exists(), all=False)
        if stop:
            module.end_soon()
        elif together(self._run.pause_request.exists(), all=False):
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
        while self._run.pause_request.exists() and not self._run.stop_request.exists():
            time.sleep(SECONDS_BETWEEN_LOOKS)
        module.stop_clock(time.monotonic() - started)
        self._run.events.write("continue", stage=self._stage, step=trainer.global_step)

    def _save(self, trainer: Any) -> None:
        folder = self._run.stage_folder(self._stage)
        trainer.save_checkpoint(folder / f"waiting{ModelCheckpoint.FILE_EXTENSION}")
