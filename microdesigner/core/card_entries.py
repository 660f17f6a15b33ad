"""The entries of a model card as typed structures; what does not fit is refused with the entry's name."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from microdesigner.core.descriptor_spec import is_further, is_logarithmic
from microdesigner.core.documents import Line, Number
from microdesigner.core.phases import MOST_PHASES

Count = Annotated[int, Meta(ge=0, le=1 << 53)]
Edge = Annotated[int, Meta(ge=1, le=4096)]
Length = Annotated[float, Meta(gt=0, le=1e9)]
Hash = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Row = tuple[Number, ...]
Rows = Annotated[tuple[Row, ...], Meta(max_length=4096)]
MAX_SUPPORT_POINTS = 1024
"""Comparing every training film with every other takes memory for their number squared."""
MAX_PARAMETERS = 64
LARGEST = 1e9
PartName = Literal["vae", "fp", "ddpm"]


class Parameter(Struct, frozen=True):
    """A condition or processing parameter: its range in the training data and its histogram there (equal bins)."""

    name: Line
    low: Number
    high: Number
    histogram: Annotated[tuple[Count, ...], Meta(max_length=4096)] = ()
    unit: Line | None = None

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low lies above high")


Parameters = Annotated[tuple[Parameter, ...], Meta(max_length=MAX_PARAMETERS)]


class LatentEntry(Struct, frozen=True):
    """Channels of the latent, and voxels per latent voxel along an edge."""

    channels: Annotated[int, Meta(ge=1, le=4096)]
    factor: Annotated[int, Meta(ge=1, le=64)]


class PartEntry(Struct, frozen=True):
    """SHA-256 of a part's file (empty where the weights are not here) and its number of parameters."""

    sha256: Hash = ""
    parameters: Count | None = None


class SizeResponseEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """How the denoiser follows the domain size that conditions it, see `core.domain_sizes`."""

    offset: Annotated[float, Meta(ge=-100, le=100)] = 0.0
    slope: Annotated[float, Meta(gt=0, le=100)] = 1.0
    conditioning_error_std: Annotated[float, Meta(ge=0, le=10)] | None = None
    noise: Annotated[float, Meta(ge=0, le=10)] | None = None  # its name in cards before version 0.2.0

    def __post_init__(self) -> None:
        if self.noise is not None and self.conditioning_error_std is not None:
            raise ValueError("noise is the old name of conditioning_error_std; give one of them")

    @property
    def error_std(self) -> float:
        """Standard deviation of the conditioning error in ln(size), under either name."""
        return self.conditioning_error_std or self.noise or 0.0


class ResponseEntry(Struct, frozen=True):
    """A response surface, see `core.response`."""

    inputs: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=MAX_PARAMETERS)]
    outputs: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=MAX_PARAMETERS)]
    centre: Row
    scale: tuple[Length, ...]
    coefficients: Rows
    scatter: tuple[Length, ...]

    def __post_init__(self) -> None:
        inputs, outputs = len(self.inputs), len(self.outputs)
        terms = 1 + inputs + inputs * (inputs + 1) // 2
        if (len(self.centre), len(self.scale), len(self.scatter)) != (inputs, inputs, outputs):
            raise ValueError("centre and scale need a number per input, scatter one per output")
        if len(self.coefficients) != terms:
            raise ValueError(f"coefficients needs {terms} rows for {inputs} inputs")
        check_width(self.coefficients, outputs, "coefficients", "output")


class MeasuredFilmsEntry(Struct, frozen=True):
    """Films of the model: a row each with what was asked of it (`asked`, the domain size in nm among it) and what it
    measures (`measured`), see `core.further_targets`."""

    asked: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=MAX_PARAMETERS)]
    measured: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=MOST_PHASES + 1)]
    rows: Rows

    def __post_init__(self) -> None:
        if unknown := [name for name in self.measured if not is_further(name)]:
            raise ValueError(f"measured_films measures {unknown[0]}, which is no target")
        check_width(self.rows, len(self.asked) + len(self.measured), "rows of measured_films", "name")
        columns = [column for column, name in enumerate((*self.asked, *self.measured)) if is_logarithmic(name)]
        if any(row[column] <= 0 for row in self.rows for column in columns):
            raise ValueError("measured_films holds an area, tortuosity factor or domain size that is not above 0")
        if any(abs(value) > LARGEST for row in self.rows for value in row):
            raise ValueError(f"measured_films holds a value beyond {LARGEST:g}")


class Losses(Struct, frozen=True):
    """Pairs of step and loss on training and held-out films; a loss that was no number is None."""

    loss: tuple[tuple[Number, Number | None], ...] = ()
    val_loss: tuple[tuple[Number, Number | None], ...] = ()


class TrainingEntry(Struct, frozen=True):
    """What a model was trained on and how to build that again."""

    volumes: Count | None = None
    held_out_volumes: Count | None = None
    series: Count | None = None
    source: str = ""
    rebuild: Any = None
    checks: Any = None
    losses: dict[PartName, Losses] = {}


class AccuracyEntry(Struct, frozen=True):
    """A measured accuracy: per condition its figures of agreement, and how the films were made."""

    control: dict[str, dict[str, Number | None]] = {}
    count: Count = 0
    targets: str = ""


def check_width(rows: Sequence[Row], width: int, what: str, each: str) -> None:
    """Raise ValueError unless every row of the entry `what` has one number for `each` of `width` things."""
    if any(len(row) != width for row in rows):
        raise ValueError(f"every row of {what} needs one number per {each}, that is {width}")
