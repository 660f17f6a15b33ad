"""Studies in the user's folder: each a process of `microdesigner design` and a folder that the window follows."""

import json
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

import msgspec
import numpy as np
from msgspec import Meta, Struct

from microdesigner.app.workers.process import lower_priority
from microdesigner.core.child_process import detached, environment, program
from microdesigner.core.claims import is_claimed
from microdesigner.core.documents import Line, Number, document_text, read_document
from microdesigner.core.errors import InputError
from microdesigner.core.material_constants import store_constants, stored_constants
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.result import JOURNAL_FILE, RESULT_FILE
from microdesigner.design.goals import Goal, parse_goals
from microdesigner.design.trials import Trial

STUDY_FILE, CONSTANTS_FILE = "study.json", "constants.json"
LOG_FILE = "log.txt"
SECONDS_TO_END = 10
_PROGRAM = "microdesigner: "
_NO_LATENT = np.empty(0)


class StudyOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """What a study was asked for: goals as text, the targets that all films share, how many films of which model."""

    goals: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=32)]
    model: Line
    budget: Annotated[int, Meta(ge=4, le=1000)] = 40
    seed: Annotated[int, Meta(ge=0, le=1 << 62)] = 0
    targets: dict[Line, Number] = {}
    size: tuple[int, int, int] | None = None

    @property
    def words(self) -> list[str]:
        """Its options for the command `design`."""
        fixed = [f"{name}={value!r}" for name, value in self.targets.items()]
        words = [*self.goals, "--model", self.model, "--budget", str(self.budget), "--seed", str(self.seed)]
        words += ["--target", *fixed] if fixed else []
        return words + (["--size", *map(str, self.size)] if self.size else [])


class Study:
    """One study in `folder`; raises InputError when its order cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.order = read_document(folder / STUDY_FILE, StudyOrder, "a study", "begin a new study")
        self.goals: tuple[Goal, ...] = parse_goals(self.order.goals)
        self._process: subprocess.Popen[bytes] | None = None
        self._read_bytes = 0
        self._trials: dict[int, Trial] = {}

    @classmethod
    def new(cls, order: StudyOrder, quantities: Sequence[str]) -> Self:
        """A study of its own folder, not started; raises InputError where a goal is none."""
        parse_goals(order.goals, quantities)
        folder = studies_folder() / f"{datetime.now():%Y-%m-%d %H-%M-%S}"
        folder.mkdir(parents=True)
        store_constants(stored_constants(), folder / CONSTANTS_FILE)  # those of now, whatever is chosen later
        write_text_atomic(folder / STUDY_FILE, document_text(order))
        return cls(folder)

    @property
    def alive(self) -> bool:
        """Whether a process makes its films now, whoever started it."""
        started_here = self._process is not None and self._process.poll() is None
        return started_here or is_claimed(self.folder / RESULT_FILE)

    @property
    def problem(self) -> str:
        """Why its process ended before its films were made, in one sentence; empty where it was stopped."""
        with suppress(OSError):
            text = (self.folder / LOG_FILE).read_text(encoding="utf-8", errors="replace")
            told = [line for line in re.split(r"[\r\n]+", text) if line.startswith(_PROGRAM)]
            if told and "interrupted" not in told[-1] and "there already" not in told[-1]:
                return told[-1].removeprefix(_PROGRAM)
        return ""

    def start(self, budget: int) -> None:
        """Make the films that are not there, `budget` in all, in a process that outlives a window that is killed."""
        self.order = msgspec.structs.replace(self.order, budget=budget)
        write_text_atomic(self.folder / STUDY_FILE, document_text(self.order))
        constants = ("--constants", str(self.folder / CONSTANTS_FILE))
        with (self.folder / LOG_FILE).open("wb") as log:
            self._process = subprocess.Popen(
                [*program(), "design", *self.order.words, *constants, "--out", str(self.folder)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, env=environment(), **detached(),
            )  # fmt: skip
        lower_priority(self._process.pid)

    def stop(self) -> None:
        """End its process soon; the films that are made stay, and `start` goes on with them."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self) -> None:
        """Wait until the process that was started here has ended, and end it by force where it takes too long."""
        if self._process is None:
            return
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def trials(self) -> list[Trial]:
        """The films made so far, in their order; what is new in the journal is read, and half a line is left."""
        with suppress(FileNotFoundError), (self.folder / JOURNAL_FILE).open("rb") as journal:
            journal.seek(self._read_bytes)
            for line in journal:
                if not line.endswith(b"\n"):
                    break
                self._read_bytes += len(line)
                with suppress(ValueError, KeyError, TypeError):
                    entry = json.loads(line)
                    if "sample" in entry:
                        self._trials[entry["index"]] = Trial.of_entry(entry["index"], entry["sample"], _NO_LATENT)
        return [self._trials[number] for number in sorted(self._trials)]

    def film(self, number: int) -> Path:
        """The file of a film."""
        return self.folder / f"sample-{number:04d}.vti"


def known_studies() -> list[Study]:
    """Every study in the user's folder that can be read, the newest first."""
    found = []
    for path in sorted(studies_folder().glob(f"*/{STUDY_FILE}"), reverse=True):
        with suppress(InputError):
            found.append(Study(path.parent))
    return found


def studies_folder() -> Path:
    """Where the desktop's studies lie."""
    return user_data() / "studies"
