"""What a simulation says of a predicted recipe."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import msgspec

from microdesigner.core.documents import Number, convert_document
from microdesigner.core.microstructure import Microstructure

Values = dict[str, float | None]


@dataclass(frozen=True)
class Verification:
    """The descriptors of one sample's simulated recipe beside those asked for and those of the generated volume.

    `recipe` holds φ, χ and log10 of the time in voxel²/M; `volume` is the simulated film. Where the recipe cannot be
    simulated, `reason` is a sentence, `simulated` is empty and there is no volume.
    """

    file: str
    recipe: dict[str, float]
    target: dict[str, float]
    measured: Values
    simulated: Values = field(default_factory=dict)
    reason: str = ""
    volume: Microstructure | None = None

    @property
    def errors(self) -> Values:
        """Simulated minus measured; None where either does not exist."""
        pairs = {name: (value, self.measured[name]) for name, value in self.simulated.items()}
        return {name: None if None in pair else pair[0] - pair[1] for name, pair in pairs.items()}  # type: ignore[operator]

    def to_json(self) -> dict[str, Any]:
        """A JSON-able entry, `error` being simulated minus measured."""
        return asdict(replace(self, volume=None)) | {"error": self.errors}

    @classmethod
    def from_json(cls, document: Mapping[str, Any], volume: Microstructure | None = None) -> Self:
        """Read such an entry back; raises InputError when it is none."""
        entry = convert_document(document, _Entry, "the verification", "a verification", "verify the sample again")
        return cls(**msgspec.structs.asdict(entry), volume=volume)


class _Entry(msgspec.Struct, frozen=True):
    file: str
    recipe: dict[str, Number]
    target: dict[str, Number]
    measured: dict[str, Number | None]
    simulated: dict[str, Number | None]
    reason: str

    def __post_init__(self) -> None:
        if not self.simulated.keys() <= self.measured.keys():
            raise ValueError("simulated names a descriptor that was not measured")
