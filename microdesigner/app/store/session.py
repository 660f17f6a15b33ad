"""A session: what is asked for, what is shown and how it is looked at, in one small file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from microdesigner.app.view_state import ViewState
from microdesigner.core.documents import read_document
from microdesigner.core.errors import InputError
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.request import Request

SUFFIX = ".microdesigner"
MAX_BYTES = 1 << 20
REMEDY = "choose another file"
_PROGRAM, _SCHEMA = "microdesigner session", 1


@dataclass(frozen=True)
class Session:
    """`request` is what the sliders ask for; `shown` the request of the kept sample on show, or `opened` its file."""

    request: Request
    seed_locked: bool = True
    shown: Request | None = None
    opened: Path | None = None
    view: ViewState | None = None

    def write(self, path: Path) -> None:
        """Write the session so that the file is whole at any moment."""
        document: dict[str, Any] = {
            "program": _PROGRAM, "schema": _SCHEMA, "request": self.request.to_json(), "seed_locked": self.seed_locked,
            "shown": self.shown.to_json() if self.shown else None, "opened": str(self.opened) if self.opened else None,
            "view": self.view.to_json() if self.view else None,
        }  # fmt: skip
        write_text_atomic(path, json.dumps(document, indent=1))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a session; raises InputError naming the file and the entry when it is none."""
        document = read_document(path, _Document, "a session of this version", REMEDY, MAX_BYTES)
        return cls(
            _request(document.request, path, "request"),
            document.seed_locked,
            _request(document.shown, path, "shown") if document.shown is not None else None,
            Path(document.opened) if document.opened is not None else None,
            document.view,
        )


class _Document(msgspec.Struct, frozen=True):
    """A session as its file holds it."""

    program: Literal["microdesigner session"]
    schema: Literal[1]
    request: dict[str, Any] = {}
    seed_locked: bool = True
    shown: dict[str, Any] | None = None
    opened: Annotated[str, Meta(max_length=4096, pattern=r"^[^\x00]*\Z")] | None = None
    view: ViewState | None = None


def _request(document: dict[str, Any], path: Path, entry: str) -> Request:
    try:
        return Request.from_json(document)
    except InputError as error:
        raise InputError(f"The entry '{entry}' of {path} is no request: {error}") from None


def last_session() -> Path:
    """Where the session is kept while the program runs and until it runs again."""
    return user_data() / f"last{SUFFIX}"
