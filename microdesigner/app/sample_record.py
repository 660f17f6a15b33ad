"""What is stored of a sample beside its voxels, in a history's row and in the files that carry it along."""

import contextlib
from collections.abc import Mapping
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from microdesigner.core.documents import Number, plain_number
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.result import Sample

Table = dict[str, dict[str, Number]]
Whole = Annotated[int, Meta(ge=0, le=2**63 - 1)]


def json_text(value: Any) -> str:
    """`value` as JSON; NumPy's numbers are numbers."""
    return msgspec.json.encode(value, enc_hook=plain_number).decode()


class SampleRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fields of a Sample without its volume."""

    seed: Whole = 0
    measured: dict[str, Number | None] = {}
    reasons: dict[str, str] = {}
    predicted: Table = {}
    process: Table = {}
    draws: dict[str, list[Number]] = {}
    support: Number | None = None
    match: dict[str, Any] = {}
    verdict: dict[str, Any] = {}

    @classmethod
    def of(cls, sample: Sample) -> "SampleRecord":
        """The record of `sample`."""
        return cls(
            sample.seed, sample.measured, sample.reasons, sample.predicted, sample.process, sample.draws,
            sample.support, sample.match, sample.verdict,
        )  # fmt: skip

    @classmethod
    def of_fields(cls, document: object) -> "SampleRecord":
        """A record of the entries of `document` that are what they should be; the others are left out."""
        entries = document if isinstance(document, Mapping) else {}
        values = {}
        for name, kind in get_type_hints(cls, include_extras=True).items():
            if name in entries:
                with contextlib.suppress(ValueError, OverflowError, RecursionError):
                    values[name] = msgspec.convert(entries[name], kind)
        return cls(**values)

    def sample(self, microstructure: Microstructure) -> Sample:
        """The sample with its volume; of parameters whose mean is unknown nothing is said."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        fields["process"] = {name: spread for name, spread in self.process.items() if "mean" in spread}
        return Sample(microstructure, **fields)
