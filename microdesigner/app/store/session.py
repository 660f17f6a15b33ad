"""A session: what is asked for, what is shown and how it is looked at, in one small file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from microdesigner.app.view_state import ViewState
from microdesigner.core.errors import InputError
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.request import Request

SUFFIX = ".microdesigner"
MAX_BYTES = 1 << 20
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
        """Read a session; raises InputError naming the file when it is none."""
        try:
            if path.stat().st_size > MAX_BYTES:
                raise InputError(f"{path} is too large for a session; open it as a volume instead.")
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read as a session ({error}); choose another file.") from None
        if not isinstance(document, dict) or (document.get("program"), document.get("schema")) != (_PROGRAM, _SCHEMA):
            raise InputError(f"{path} is no session of this version of the program; choose another file.")
        shown, opened, view = (document.get(name) for name in ("shown", "opened", "view"))
        return cls(
            Request.from_json(document.get("request", {})),
            document.get("seed_locked") is not False,
            Request.from_json(shown) if shown is not None else None,
            Path(opened) if isinstance(opened, str) else None,
            ViewState.from_json(view) if view is not None else None,
        )


def last_session() -> Path:
    """Where the session is kept while the program runs and until it runs again."""
    return user_data() / f"last{SUFFIX}"
