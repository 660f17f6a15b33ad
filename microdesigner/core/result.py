"""What a generation gives back: volumes with what they measure and how they could be made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request

SCHEMA = 1


@dataclass(frozen=True)
class Sample:
    """One generated volume.

    `measured` values come from the voxels (None: does not exist, see `reasons`); `predicted` are the feature
    predictor's descriptors {"mean", "std"}; `process` its recipe {"mean", "std", "q05", "q50", "q95", "best"};
    `draws` are posterior samples of the recipe, one list per parameter, for plots; `support` is the request's standing
    among the training data in 0..1; `match` reports what matching did (bias added to the logits, candidate chosen).
    """

    microstructure: Microstructure
    seed: int
    measured: dict[str, float | None]
    reasons: dict[str, str] = field(default_factory=dict)
    predicted: dict[str, dict[str, float]] = field(default_factory=dict)
    process: dict[str, dict[str, float]] = field(default_factory=dict)
    draws: dict[str, list[float]] = field(default_factory=dict)
    support: float | None = None
    match: dict[str, Any] = field(default_factory=dict)

    @property
    def recipe(self) -> dict[str, float]:
        """The recipe to try: that of the likely ones whose films measure on average most nearly what this film does;
        the medians where the model cannot tell."""
        return {name: recipe_value(spread) for name, spread in self.process.items()}

    def to_json(self, file: str) -> dict[str, Any]:
        """The sample's entry in result.json; `file` is the name of its volume."""
        entry: dict[str, Any] = {
            "file": file,
            "seed": self.seed,
            "measured": self.measured,
            "predicted": self.predicted,
        }
        entry |= {"process": self.process, "support": self.support, "match": self.match}
        return entry | ({"reasons": self.reasons} if self.reasons else {})


def recipe_value(spread: Mapping[str, float]) -> float:
    """The value to try of a processing parameter whose entry in `process` is `spread`."""
    return next(spread[key] for key in ("best", "q50", "mean") if key in spread)


@dataclass(frozen=True)
class Result:
    """All samples of one request with the model, device and seconds per stage that made them."""

    request: Request
    model: dict[str, str]
    device: str
    seconds: dict[str, float]
    samples: tuple[Sample, ...]

    def to_json(self, files: list[str]) -> dict[str, Any]:
        """The result.json document; `files` names the volume of each sample."""
        return {
            "schema": SCHEMA,
            "request": self.request.to_json(),
            "model": self.model,
            "device": self.device,
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "samples": [sample.to_json(file) for sample, file in zip(self.samples, files, strict=True)],
        }
