"""What a trial measures, apart from how it is made: reading it needs no torch."""

from dataclasses import asdict, dataclass
from typing import Any

from microdesigner.training.presets import Stage


@dataclass(frozen=True)
class StageEstimate:
    """Seconds per step and for the whole plan, batch, parameters."""

    seconds_per_step: float
    seconds: float
    steps: int
    batch: int
    parameters: int


@dataclass(frozen=True)
class ResourceEstimate:
    """`stages` by name; seconds of the whole training with the encoding between the stages; the memory that a process
    with these networks takes (on the GPU, where there is one); the disk that the run directory takes, in bytes."""

    device: str
    stages: dict[Stage, StageEstimate]
    encoding_seconds: float
    seconds: float
    memory_bytes: int
    disk_bytes: int

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dictionary."""
        return asdict(self)
