"""A week of training: what the run directory and the page that follows it come to."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture.long_runs import Reading

STEPS_PER_SECOND, SECONDS_PER_VALIDATION = 4.0, 3600.0
HOPS = 0.5


class _Module:
    """The stage that a simulated clock trains."""

    def __init__(self, steps: int) -> None:
        self.seconds, self.plan = 0.0, type("Plan", (), {"steps": steps})()

    @property
    def progress(self) -> float:
        """Share done."""
        return self.seconds * STEPS_PER_SECOND / self.plan.steps


def training_week(folder: Path, count: int) -> Iterator[Reading]:
    """`count` simulated seconds; the events are written by the callback that writes them in a training, and the page
    follows them all the while. At the end a window opened anew must show the run as quickly as after a tenth."""
    os.environ |= {"MICRODESIGNER_HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    from PySide6.QtWidgets import QApplication

    from microdesigner.app.training_runs import new_run
    from microdesigner.gui.training.run_page import RunPage
    from microdesigner.training import run_callbacks
    from microdesigner.training.config import new_config
    from microdesigner.training.run_callbacks import EventCallback

    app = QApplication([])
    run = new_run(
        new_config(name="week", dataset="set.h5", conditions=("vol_frac_D",), process=(), preset="gpu", fingerprint="x")
    )
    log, draw = run.directory.events, random.Random(0)
    module = _Module(round(count * STEPS_PER_SECOND))
    now = 0.0
    run_callbacks.time = type("Clock", (), {"monotonic": staticmethod(lambda: now), "sleep": time.sleep})  # type: ignore[assignment]
    callback = EventCallback(log, "ddpm")
    trainer = type("Trainer", (), {"is_global_zero": True, "global_step": 0, "callback_metrics": {}})()
    log.write("process", pid=os.getpid(), device="CPU")
    log.write("stage", stage="ddpm", state="started", parameters=1000, likelihood=False)
    page = RunPage()
    page.show_run(run)
    validated = 0.0
    for number in range(1, round(count / HOPS) + 1):
        now = module.seconds = number * HOPS
        trainer.global_step = round(now * STEPS_PER_SECOND)
        trainer.callback_metrics = {"loss": draw.uniform(0.1, 1.0)}
        callback.on_train_batch_end(trainer, module, None, None, number)
        if now - validated >= SECONDS_PER_VALIDATION:
            validated = now
            trainer.callback_metrics = {"val_loss": draw.uniform(0.1, 1.0)}
            callback.on_validation_end(trainer, module)
            page.follow()
            app.processEvents()
        if number in (round(count / HOPS / 10), round(count / HOPS)):
            yield Reading.now(round(now), _opened_again(run))
    page.close_all()
    page.deleteLater()
    app.processEvents()


def _opened_again(run) -> float:  # type: ignore[no-untyped-def]
    """Processor seconds until another page shows the run."""
    from microdesigner.gui.training.run_page import RunPage

    started = time.process_time()
    page = RunPage()
    page.show_run(run)
    assert page.progress.stages["ddpm"].training.steps
    spent = time.process_time() - started
    page.close_all()
    page.deleteLater()
    return spent
