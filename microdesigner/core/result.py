"""What a generation gives back: volumes with what they measure and how they could be made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from microdesigner.core.documents import Line, Number, read_document
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.software import software

SCHEMA = 1
RESULT_FILE, JOURNAL_FILE = "result.json", "result.jsonl"
"""What a run writes into its folder: its result, and while it makes films a line for each."""
LARGEST_RESULT_BYTES = 1 << 30
_TO_TRY = ("best", "q50", "mean")
_REMEDY = "name a result.json that 'microdesigner generate' has written"
Spread = dict[str, Number]
HARDLY_DETERMINED = 0.5
"""Share of the trained range."""


@dataclass(frozen=True)
class Sample:
    """One generated volume.

    Parameters
    ----------
    microstructure
        The volume.
    seed
        The seed that alone makes this volume again.
    measured
        Descriptors of the voxels by name; None where a value does not exist.
    reasons
        Why, for each value that does not exist.
    predicted
        The feature predictor's descriptors: "mean" and "std" for each name.
    process
        The posterior of the recipe: "mean", "std", the quantiles "q05", "q50" and "q95", "interval_share" (see
        `parameter_note`) and "best", the value to try, for each parameter.
    draws
        Samples of that posterior, a list for each parameter, for plots.
    support
        The request's standing among the training data in 0..1, see `core.support`.
    match
        What matching did: the biases added to the logits, the candidate chosen.
    verdict
        Words for the request and for the film: "request", "words", "disagreement", see `core.verdict`.
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
    verdict: dict[str, Any] = field(default_factory=dict)

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
        optional = {"verdict": self.verdict, "reasons": self.reasons}
        return entry | {name: value for name, value in optional.items() if value}


def recipe_value(spread: Mapping[str, float]) -> float:
    """The value to try of a processing parameter whose entry in `process` is `spread`."""
    return next(spread[key] for key in _TO_TRY if key in spread)


def parameter_note(spread: Mapping[str, float]) -> str:
    """What must be said beside the value of a processing parameter whose entry in `process` is `spread`: that its 90 %
    interval spans most of what is possible; "" where it is determined."""
    share = spread.get("interval_share", 0.0)
    if share < HARDLY_DETERMINED:
        return ""
    return f"poorly determined: the 90 % interval spans {100 * min(share, 1):.0f} % of the trained range"


@dataclass(frozen=True)
class Result:
    """All samples of one request.

    Parameters
    ----------
    request
        What was asked for.
    model
        "name" and "sha256" of the model.
    device
        Type of the device: "cpu", "cuda" or "mps".
    seconds
        Time for each stage.
    samples
        The volumes; sample i was made from the seed of the request plus i.
    """

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
            "software": software(),
            "seconds": {stage: round(value, 4) for stage, value in self.seconds.items()},
            "samples": [sample.to_json(file) for sample, file in zip(self.samples, files, strict=True)],
        }


class SampleEntry(Struct, frozen=True):
    """A sample as result.json holds it; `file` is its volume's name beside the document."""

    file: Line
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
    measured: dict[str, Number | None]
    process: dict[str, Spread]
    predicted: dict[str, Spread] = {}
    reasons: dict[str, str] = {}
    support: Number | None = None
    match: dict[str, Any] = {}
    verdict: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if any(not set(_TO_TRY) & set(spread) for spread in self.process.values()):
            raise ValueError(f"process needs one of {', '.join(_TO_TRY)} for each parameter")

    @property
    def recipe(self) -> dict[str, float]:
        """The recipe to try, see `Sample.recipe`."""
        return {name: recipe_value(spread) for name, spread in self.process.items()}


class StoredRequest(Struct, frozen=True):
    """What a stored result's request set."""

    targets: dict[str, Number]


class ResultDocument(Struct, frozen=True):
    """A stored result.json, as far as it is read again."""

    schema: Literal[1]
    request: StoredRequest
    samples: Annotated[tuple[SampleEntry, ...], Meta(min_length=1)]


def read_result(path: Path) -> ResultDocument:
    """Read a result.json; raises InputError naming the file, the entry and the remedy."""
    return read_document(path, ResultDocument, "a result", _REMEDY, LARGEST_RESULT_BYTES)
