"""Rows of the history as they come from the database, each checked before it is used."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from microdesigner.app.store import given_parts
from microdesigner.core.documents import Number
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.verification import Verification

COLUMNS = "number, made, request, measured, volume, starred, note, tags, deleted IS NOT NULL"
UNREADABLE = (InputError, ValueError, OverflowError, RecursionError)
"""What reading a damaged row raises."""
_NAME = r"^[0-9a-f]{32}\.vti\Z"
VolumeName = Annotated[str, Meta(pattern=_NAME)]
"""Name of a volume's file, which cannot lead out of the history's folder."""


@dataclass(frozen=True)
class Entry:
    """A stored sample without its voxels: `request` makes this sample alone, with the known part of the film that is
    stored under the key `given` ("": none); `made` is the local time, `deleted` whether it is in the trash."""

    number: int
    made: datetime
    request: Request
    measured: dict[str, float | None]
    volume: str
    starred: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    deleted: bool = False
    given: str = ""

    def made_by(self, request: Request) -> bool:
        """Whether exactly `request` made it."""
        return self.given == given_parts.key_of(request.given) and self.request == replace(request, given=None)


class _Row(msgspec.Struct, array_like=True, frozen=True):
    """The columns that a list reads, as they come from the database."""

    number: int
    made: str
    request: str
    measured: str
    volume: VolumeName
    starred: int
    note: str
    tags: str
    deleted: int


class _Verified(msgspec.Struct, frozen=True):
    """A stored verification without its simulated volume."""

    file: str
    recipe: dict[str, Number]
    target: dict[str, Number]
    measured: dict[str, Number | None]
    simulated: dict[str, Number | None] = {}
    reason: str = ""


_MEASURED = msgspec.json.Decoder(dict[str, Number | None])


def entry_of(row: tuple[Any, ...]) -> Entry:
    """A row of `COLUMNS` as an entry; raises one of `UNREADABLE`."""
    columns = msgspec.convert(row, _Row)
    request, given = given_parts.read_light(columns.request)
    return Entry(
        columns.number,
        datetime.fromisoformat(columns.made).astimezone(),
        request,
        _MEASURED.decode(columns.measured),
        columns.volume,
        bool(columns.starred),
        columns.note,
        split_tags(columns.tags),
        bool(columns.deleted),
        given,
    )


def verification_of(text: str, volume: Microstructure | None) -> Verification:
    """A stored verification; raises one of `UNREADABLE`."""
    record = msgspec.json.decode(text, type=_Verified)
    return Verification(**{field: getattr(record, field) for field in record.__struct_fields__}, volume=volume)


def new_volume_name() -> str:
    """A name for a volume's file that no other has."""
    return f"{uuid.uuid4().hex}.vti"


def is_volume_name(name: object) -> bool:
    """Whether a volume of a history can be called so."""
    return isinstance(name, str) and re.match(_NAME, name) is not None


def join_tags(tags: Iterable[str]) -> str:
    """Tags as a column, in alphabetical order, each between line ends."""
    words = sorted({" ".join(tag.split()) for tag in tags} - {""})
    return "".join(f"\n{word}" for word in words) + "\n" if words else ""


def split_tags(column: str) -> tuple[str, ...]:
    """The tags in a column."""
    return tuple(str(column).split("\n")[1:-1])
