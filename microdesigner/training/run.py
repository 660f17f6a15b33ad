"""The run directory: everything a training needs to be resumed, followed and judged."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from msgspec.structs import replace

from microdesigner.core.errors import InputError
from microdesigner.core.paths import disk_full
from microdesigner.training import ranks
from microdesigner.training.config import CONFIG_FILE, TrainingConfig, check_resumable, read_config
from microdesigner.training.events import EventLog, read_events
from microdesigner.training.presets import Stage

if TYPE_CHECKING:
    from torch import nn

SECONDS_FOR_LOCK = 5.0


@dataclass(frozen=True)
class RunDirectory:
    """`config.json`, `events.jsonl`, `STAGE/` with checkpoints and logs, `STAGE.pt` when a stage is done, `latents.h5`,
    `samples/` drawn at validations, and the finished `bundle/` with its `evaluation/`.

    While the file `pause` exists training waits; once `stop` exists the stages come to their end soon, and once
    `interrupt` exists the process ends as by a signal. `lock` is held by the process that trains. Reading a run
    directory needs no torch.
    """

    path: Path

    @property
    def events(self) -> EventLog:
        """The run's event log."""
        return EventLog(self.path / "events.jsonl")

    @property
    def pause_request(self) -> Path:
        """File that makes training wait while it exists."""
        return self.path / "pause"

    @property
    def stop_request(self) -> Path:
        """File that makes every stage end soon once it exists."""
        return self.path / "stop"

    @property
    def interruption(self) -> Path:
        """File that ends the process soon, with a checkpoint, as a signal does; the process removes it."""
        return self.path / "interrupt"

    @property
    def samples(self) -> Path:
        """Volumes drawn at validations."""
        return self.path / "samples"

    @property
    def evaluation(self) -> Path:
        """The finished model's accuracy on held-out targets."""
        return self.path / "evaluation"

    @property
    def disk_full(self) -> bool:
        """Whether the disk has no room for another checkpoint of usual size."""
        return disk_full(self.path)

    @property
    def active(self) -> bool:
        """Whether a process trains here now; a killed one does not count."""
        if not self.path.is_dir():
            return False
        try:
            with FileLock(self.path / "lock", timeout=0):
                return False
        except Timeout:
            return True

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training here; raises InputError when one does already."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / "lock", timeout=SECONDS_FOR_LOCK)
        try:
            lock.acquire()
        except Timeout:
            raise InputError(
                f"Another process trains in {self.path} now; wait for it or choose another folder."
            ) from None
        try:
            yield
        finally:
            lock.release()

    @property
    def config(self) -> TrainingConfig:
        """What the run was started with; raises InputError when there is no run, or naming the entry that is wrong."""
        return read_config(self.path)

    @property
    def latents(self) -> Path:
        """Encoded data set."""
        return self.path / "latents.h5"

    @property
    def bundle(self) -> Path:
        """The finished model."""
        return self.path / "bundle"

    @property
    def installed(self) -> str | None:
        """Name of the model that came out of this run, once it is among the user's models."""
        events = read_events(self.path / "events.jsonl")
        return next((event["model"] for event in events if event["event"] == "installed"), None)

    def stage_folder(self, stage: Stage) -> Path:
        """Checkpoints and logs of a stage."""
        return self.path / stage

    def stage_weights(self, stage: Stage) -> Path:
        """Weights of a finished stage."""
        return self.path / f"{stage}.pt"

    def finish_stage(self, stage: Stage, network: "nn.Module") -> None:
        """Keep the weights of a finished stage."""
        if not ranks.is_first():
            return
        from microdesigner.training.whole_files import save_tensors

        save_tensors(network.state_dict(), self.stage_weights(stage))

    def checkpoint(self, stage: Stage) -> Path | None:
        """The newest checkpoint of an unfinished stage."""
        whole = [path for path in self.stage_folder(stage).glob("*.ckpt") if not path.name.startswith(".")]
        checkpoints = sorted(whole, key=lambda path: path.stat().st_mtime)
        return checkpoints[-1] if checkpoints else None

    def open(self, config: TrainingConfig, resume: bool) -> TrainingConfig:
        """Start the run or take it up again; returns the configuration that holds from now on.

        Raises InputError when there is a run and `resume` is false, and naming the entry in which `config` is another
        training than the one that was started.
        """
        if not (self.path / CONFIG_FILE).exists():
            config.write(self.path)
            return config
        if not resume:
            raise InputError(
                f"{self.path} holds a run already; add --resume to go on with it or choose another folder."
            )
        stored = read_config(self.path, config)
        check_resumable(stored, config, self.path)
        if not config.estimated_seconds:
            config = replace(config, estimated_seconds=stored.estimated_seconds)
        if config != stored:
            config.write(self.path)
        return config
