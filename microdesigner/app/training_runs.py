"""Trainings in the user's folder: started in processes of their own, found again after a restart, steered by files."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

from microdesigner.app.workers.process import lower_priority
from microdesigner.core.child_process import detached, environment, program
from microdesigner.core.errors import InputError
from microdesigner.core.file_names import is_portable
from microdesigner.core.paths import user_data
from microdesigner.training.config import CONFIG_FILE, TrainingConfig
from microdesigner.training.events import read_events
from microdesigner.training.run import RunDirectory

RunState = Literal["running", "paused", "stopping", "interrupted", "finished"]
LOG_FILE = "log.txt"
_PROGRAM = "microdesigner: "


class TrainingRun:
    """One run directory with its configuration. Whoever holds this object may go away; the training does not notice.

    Raises InputError when `folder` holds no configuration that can be read.
    """

    def __init__(self, folder: Path) -> None:
        self.directory = RunDirectory(folder)
        self.config = self.directory.config
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Where everything about the run lies."""
        return self.directory.path

    @property
    def alive(self) -> bool:
        """Whether its process lives, whoever started it."""
        started_here = self._process is not None and self._process.poll() is None
        return started_here or self.directory.active

    @property
    def state(self) -> RunState:
        """What the run does now."""
        if self.alive:
            if self.directory.stop_request.exists():
                return "stopping"
            return "paused" if self.directory.pause_request.exists() else "running"
        return "finished" if self.directory.installed is not None else "interrupted"

    @property
    def unfinished(self) -> bool:
        """Whether its process lives and has something to do still; a model that is installed needs nothing more."""
        return self.alive and self.directory.installed is None

    @property
    def problem(self) -> str:
        """Why an interrupted run ended, in one sentence; empty where nobody knows more than that it did."""
        if self.directory.disk_full:
            return "The disk is full; free some space, then resume."
        lines = self.log.splitlines()
        return next((line.removeprefix(_PROGRAM) for line in reversed(lines) if line.startswith(_PROGRAM)), "")

    @property
    def log(self) -> str:
        """What the process wrote to its error channel, without progress bars that were written over."""
        try:
            text = (self.folder / LOG_FILE).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(line.rsplit("\r", 1)[-1] for line in text.split("\n"))

    def start(self) -> None:
        """Train, or go on from the last checkpoint, in a process that outlives this one."""
        self.directory.pause_request.unlink(missing_ok=True)
        self.directory.interruption.unlink(missing_ok=True)
        with (self.folder / LOG_FILE).open("wb") as log:
            self._process = subprocess.Popen(
                [*program(), "train", "--out", str(self.folder), "--install", "--resume"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=environment(),
                **detached(),
            )
        lower_priority(self._process.pid)

    def pause(self) -> None:
        """Wait after the present step, with a checkpoint written."""
        self.directory.pause_request.touch()

    def resume(self) -> None:
        """End a pause."""
        self.directory.pause_request.unlink(missing_ok=True)

    def stop(self) -> None:
        """Come to an end soon with a usable model, its accuracy measured; an interrupted run is taken up for it."""
        self.directory.stop_request.touch()
        if not self.alive:
            self.start()

    def interrupt(self) -> None:
        """End the process soon; what it has is kept in a checkpoint, and `start` goes on from there.

        A file asks for it, since Windows has no signal that a process could answer; elsewhere one makes it sooner.
        """
        self.directory.interruption.touch()
        if sys.platform == "win32":
            return
        pid = next(
            (e["pid"] for e in reversed(read_events(self.folder / "events.jsonl")) if e["event"] == "process"), None
        )
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        elif pid is not None and self.directory.active:
            os.kill(pid, signal.SIGTERM)

    def delete(self) -> None:
        """Remove the run directory; raises InputError while it trains. An installed model stays."""
        if self.alive:
            raise InputError(f"{self.config.name} trains now; stop it before you delete it.")
        shutil.rmtree(self.folder)


def new_run(config: TrainingConfig) -> TrainingRun:
    """A run directory for `config`, not started; raises InputError when its name is taken or cannot be one."""
    check_name(config.name)
    folder = runs_folder() / config.name
    folder.mkdir(parents=True)
    config.write(folder)
    return TrainingRun(folder)


def known_runs() -> list[TrainingRun]:
    """Every run in the user's folder that can be read, the newest first."""
    folders = sorted(runs_folder().glob(f"*/{CONFIG_FILE}"), key=lambda path: path.stat().st_ctime, reverse=True)
    runs = []
    for path in folders:
        with contextlib.suppress(InputError):
            runs.append(TrainingRun(path.parent))
    return runs


def check_name(name: str) -> None:
    """Raise InputError when `name` cannot name a new model: a model or run of that name is never overwritten."""
    if not (re.fullmatch(r"[\w][\w .+-]{0,63}", name) and is_portable(name)):
        raise InputError(
            "A model's name starts with a letter or digit, has letters, digits, spaces, '.', '+' or '-', ends with "
            "neither ' ' nor '.', and is not that of a device of Windows, such as CON or LPT1; choose another one."
        )
    if (runs_folder() / name).exists():
        raise InputError(f"There is a training called {name} already; choose another name.")
    if (user_data() / "models" / name).exists():
        raise InputError(f"There is a model called {name} already; choose another name.")


def runs_folder() -> Path:
    """Where the desktop's trainings lie."""
    return user_data() / "training"


def datasets_folder() -> Path:
    """Where the desktop's data sets lie."""
    return user_data() / "datasets"
