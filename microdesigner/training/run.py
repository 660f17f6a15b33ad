"""The run directory: everything a training needs to be resumed, followed and judged."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from microdesigner.core.errors import InputError
from microdesigner.core.paths import atomic_path, disk_full, write_text_atomic
from microdesigner.training import ranks
from microdesigner.training.events import EventLog, read_events
from microdesigner.training.presets import DENOISERS, Preset, Stage

if TYPE_CHECKING:
    from torch import nn

SECONDS_FOR_LOCK = 5.0


@dataclass(frozen=True)
class RunDirectory:
    """`config.json`, `events.jsonl`, `STAGE/` with checkpoints and logs, `STAGE.pt` when a stage is done, `latents.h5`,
    `samples/` drawn at validations, and the finished `bundle/` with its `evaluation/`.

    While the file `pause` exists training waits; once `stop` exists the stages come to their end soon. `lock` is held
    by the process that trains. Reading a run directory needs no torch.
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
    def config(self) -> dict[str, Any]:
        """What the run was started with; raises InputError when there is no run."""
        try:
            document: dict[str, Any] = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path} holds no readable training run ({error}).") from None
        return document

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
        import torch

        with atomic_path(self.stage_weights(stage)) as temporary:
            torch.save(network.state_dict(), temporary)

    def checkpoint(self, stage: Stage) -> Path | None:
        """The newest checkpoint of an unfinished stage."""
        checkpoints = sorted(self.stage_folder(stage).glob("*.ckpt"), key=lambda path: path.stat().st_mtime)
        return checkpoints[-1] if checkpoints else None

    def open(self, dataset: Path, preset_name: str, preset: Preset, resume: bool) -> None:
        """Start the run or take it up again; raises InputError when it exists and `resume` is false, or differs."""
        config_path = self.path / "config.json"
        config = {"dataset": str(dataset.resolve()), "preset": preset_name, "plan": _jsonable(preset)}
        if not config_path.exists():
            write_text_atomic(config_path, json.dumps(config, indent=1))
            return
        if not resume:
            raise InputError(
                f"{self.path} holds a run already; add --resume to go on with it or choose another folder."
            )
        known = self.config
        if known["dataset"] != config["dataset"]:
            raise InputError(f"{self.path} was started on the data set {known['dataset']}; resume it on that one.")
        kind = known["plan"].get("denoiser", "unet")
        if kind != preset.denoiser:
            how = f"--preset {known['preset']}" + (f" --denoiser {kind}" if kind in DENOISERS else "")
            raise InputError(f"{self.path} was started on other networks; resume it with {how}.")


def _jsonable(preset: Preset) -> Any:
    return json.loads(json.dumps(asdict(preset)))
