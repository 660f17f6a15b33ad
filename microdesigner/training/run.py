"""The run directory: everything a training needs to be resumed, followed and judged."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from microdesigner.core.errors import InputError
from microdesigner.core.paths import atomic_path, write_text_atomic
from microdesigner.training.events import EventLog
from microdesigner.training.presets import Preset, Stage


@dataclass(frozen=True)
class RunDirectory:
    """`config.json`, `events.jsonl`, `STAGE/` with checkpoints and logs, `STAGE.pt` when a stage is done, `latents.h5`,
    and the finished `bundle/`."""

    path: Path

    @property
    def events(self) -> EventLog:
        """The run's event log."""
        return EventLog(self.path / "events.jsonl")

    @property
    def latents(self) -> Path:
        """Encoded data set."""
        return self.path / "latents.h5"

    @property
    def bundle(self) -> Path:
        """The finished model."""
        return self.path / "bundle"

    def stage_folder(self, stage: Stage) -> Path:
        """Checkpoints and logs of a stage."""
        return self.path / stage

    def stage_weights(self, stage: Stage) -> Path:
        """Weights of a finished stage."""
        return self.path / f"{stage}.pt"

    def finish_stage(self, stage: Stage, network: torch.nn.Module) -> None:
        """Keep the weights of a finished stage."""
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
        known = json.loads(config_path.read_text(encoding="utf-8"))
        if known["dataset"] != config["dataset"]:
            raise InputError(f"{self.path} was started on the data set {known['dataset']}; resume it on that one.")


def _jsonable(preset: Preset) -> Any:
    return json.loads(json.dumps(asdict(preset)))
