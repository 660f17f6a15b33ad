"""A session: what is asked for, what is shown and how it is looked at, in one small file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from microdesigner.app.store.session_film import is_archive, read_document_of, write_archive
from microdesigner.app.view_state import ViewState
from microdesigner.core.documents import parse_document, plain_number, read_document
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.request import Request

SUFFIX = ".microdesigner"
MAX_BYTES = 64 << 20  # of films from which a large part is kept
WHAT, REMEDY = "a session of this version", "choose another file"
_PROGRAM, _SCHEMA = "microdesigner session", 1


@dataclass(frozen=True)
class Session:
    """What the window shows.

    Attributes
    ----------
    request : Request
        What the sliders ask for.
    seed_locked : bool
        Whether the seed stays from one generation to the next.
    shown : Request or None
        Which made the stored sample on show.
    opened : Path or None
        The file on show; the session's own where it carries its film.
    view : ViewState or None
        How it is looked at.
    """

    request: Request
    seed_locked: bool = True
    shown: Request | None = None
    opened: Path | None = None
    view: ViewState | None = None

    def write(self, path: Path, film: Microstructure | None = None) -> None:
        """Write the session, with the `film` on show where it is to be there on every machine.

        The file is whole at any moment. Raises OSError where it cannot be written.
        """
        document: dict[str, Any] = {
            "program": _PROGRAM, "schema": _SCHEMA, "request": self.request.to_json(), "seed_locked": self.seed_locked,
            "shown": self.shown.to_json() if self.shown else None, "opened": str(self.opened) if self.opened else None,
            "view": self.view.to_json() if self.view else None,
        }  # fmt: skip
        text = json.dumps(document, indent=1, default=plain_number)
        if film is None:
            write_text_atomic(path, text)
        else:
            write_archive(path, text, film)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a session; raises InputError naming the file and the entry when it is none."""
        if carries_film := is_archive(path):
            content = read_document_of(path, MAX_BYTES)
            document = parse_document(content, _Document, str(path), WHAT, REMEDY)
        else:
            document = read_document(path, _Document, WHAT, REMEDY, MAX_BYTES)
        opened = path if carries_film else Path(document.opened) if document.opened is not None else None
        return cls(
            _request(document.request, path, "request"),
            document.seed_locked,
            _request(document.shown, path, "shown") if document.shown is not None else None,
            opened,
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
    """Where the session is stored while the program runs and until it runs again."""
    return user_data() / f"last{SUFFIX}"
