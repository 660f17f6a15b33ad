"""What a run's events add up to: curves, time left, samples, pairs, a log in words."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.training.presets import STAGES, Stage

STAGE_TITLES: dict[str, str] = {"vae": "Autoencoder", "fp": "Feature predictor", "ddpm": "Denoiser"}
LARGEST_FIGURE = 1e300
"""Beyond it no figure of a training is one: whole numbers of any length are JSON, too."""
LIKELIHOOD_STAGES = frozenset({"fp"})
"""Stages whose loss is a negative log likelihood where their events do not tell."""


@dataclass
class Curve:
    """Points that grow; a resumed stage replaces what it repeats."""

    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, step: int, value: float) -> None:
        """Append a point; points at or after `step` were before an interruption and go."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.values.pop()
        self.steps.append(step)
        self.values.append(value)

    def positive(self, exponential: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Steps and values as a log axis can show them."""
        steps, values = np.array(self.steps, np.float64), np.array(self.values, np.float64)
        values = np.exp(np.clip(values, -50, 50)) if exponential else values
        return steps[values > 0], values[values > 0]


@dataclass
class StageProgress:
    """One stage: its curves, share done, whether it ended, and the newest pairs of wanted and measured values.

    Where the loss is a negative log `likelihood` it may be negative: a log axis shows its exponential.
    """

    likelihood: bool = False
    training: Curve = field(default_factory=Curve)
    validation: Curve = field(default_factory=Curve)
    progress: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    finished: bool = False
    pairs: dict[str, list[tuple[float, float | None]]] = field(default_factory=dict)


class RunProgress:
    """Takes events in and answers what a window shows. `estimated` are seconds per stage before it starts."""

    def __init__(self, estimated: Mapping[Stage, float]) -> None:
        self.stages: dict[Stage, StageProgress] = {
            stage: StageProgress(likelihood=stage in LIKELIHOOD_STAGES) for stage in STAGES
        }
        self.current: str | None = None
        self.device = ""
        self.samples: list[str] = []
        self.accuracy: dict[str, dict[str, float | None]] = {}
        self.model: str | None = None
        self.note = ""
        self.log: list[str] = []
        self._estimated = dict(estimated)

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in one event; unknown ones are left to newer versions."""
        handler = getattr(self, f"_on_{event['event']}", None)
        if handler is not None:
            handler(event)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all stages are done, as far as they are known."""
        left = 0.0
        for name, stage in self.stages.items():
            if stage.finished:
                continue
            seconds = stage.seconds_left if stage.seconds_left is not None else self._estimated.get(name)
            if seconds is None:
                return None
            left += seconds
        return left

    @property
    def share(self) -> float:
        """Share of all training done, 0..1, each stage weighted by its time."""
        weights = {
            name: stage.seconds + (stage.seconds_left or 0.0) or self._estimated.get(name, 1.0)
            for name, stage in self.stages.items()
        }
        done = sum(weights[name] * (1.0 if stage.finished else stage.progress) for name, stage in self.stages.items())
        return done / max(sum(weights.values()), 1e-9)

    def _on_process(self, event: Mapping[str, Any]) -> None:
        self.device = event["device"]
        self.note = ""
        self._say(event, f"Training on {event['device']}.")

    def _on_stage(self, event: Mapping[str, Any]) -> None:
        stage = self.stages[event["stage"]]
        title = STAGE_TITLES[event["stage"]]
        self.current, self.note = event["stage"], ""
        stage.likelihood = event.get("likelihood", stage.likelihood)
        if event["state"] == "started":
            self._say(event, f"{title} starts, {event['parameters']:,} parameters.")
        else:
            stage.finished, stage.progress, stage.seconds_left = True, 1.0, 0.0
            self._say(event, f"{title} is done after {event['steps']} steps in {duration(event['seconds'])}.")

    def _on_step(self, event: Mapping[str, Any]) -> None:
        stage = self.stages[event["stage"]]
        stage.progress, stage.seconds, stage.seconds_left = event["progress"], event["seconds"], event["seconds_left"]
        loss = event.get("loss") if event.get("error") is None else event["error"]
        if loss is not None:
            stage.training.add(event["step"], loss)

    def _on_validation(self, event: Mapping[str, Any]) -> None:
        if event.get("val_loss") is not None:
            self.stages[event["stage"]].validation.add(event["step"], event["val_loss"])
            named = {name.removeprefix("val_"): value for name, value in event.items() if name.startswith("val_")}
            figures = ", ".join(
                f"{name} {value:.4g}"
                for name, value in named.items()
                if isinstance(value, float | int) and abs(value) <= LARGEST_FIGURE
            )
            self._say(event, f"{STAGE_TITLES[event['stage']]}, step {event['step']}: {figures}.")

    def _on_sample(self, event: Mapping[str, Any]) -> None:
        self.stages[event["stage"]].pairs = {name: [tuple(p) for p in pairs] for name, pairs in event["pairs"].items()}
        if event.get("file") is not None and event["file"] not in self.samples:
            self.samples.append(event["file"])

    def _on_memory(self, event: Mapping[str, Any]) -> None:
        self.note = f"The memory did not suffice, so the batch was halved to {event['batch']}."
        self._say(event, self.note)

    def _on_progress(self, event: Mapping[str, Any]) -> None:
        words = {
            "encode": "Encoding the data set",
            "domain sizes": "Measuring how coarse films come out",
            "evaluate": "Measuring the model on targets",
        }
        self.note = f"{words.get(event['stage'], event['stage'])}: {event['done']} of {event['total']}"

    def _on_pause(self, event: Mapping[str, Any]) -> None:
        self._say(event, f"Paused at step {event['step']}; a checkpoint is written.")

    def _on_continue(self, event: Mapping[str, Any]) -> None:
        self._say(event, "Continued.")

    def _on_evaluated(self, event: Mapping[str, Any]) -> None:
        self.accuracy = event["control"]
        self._say(event, f"Measured on {event['count']} targets.")

    def _on_installed(self, event: Mapping[str, Any]) -> None:
        self.model, self.note = event["model"], ""
        self._say(event, f"The model {event['model']} is ready.")

    def _say(self, event: Mapping[str, Any], sentence: str) -> None:
        self.log.append(f"{time.strftime('%H:%M:%S', time.localtime(event['time']))}  {sentence}")


def duration(seconds: float) -> str:
    """A time span in words: "40 s", "12 min", "3 h 20 min", "2 d 4 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
