"""JSON documents of known form, read through typed schemas (msgspec): each mistake is one sentence that names the file
and the entry."""

import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np
from msgspec import Meta

from microdesigner.core.errors import InputError

LARGEST_BYTES = 64 << 20
Number = Annotated[float, Meta(ge=-1e300, le=1e300)]
"""A finite number: bounds refuse what is not a number, too."""
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z")]
"""Text on one line, fit to be shown."""
Kind = TypeVar("Kind")
_ENTRY = re.compile(r"^(?P<reason>.*) - at `(key in )?\$\.?(?P<entry>.*)`$", re.DOTALL)


def read_document(path: Path, kind: type[Kind], what: str, remedy: str, largest: int = LARGEST_BYTES) -> Kind:
    """The JSON file `path` as a `kind`; raises InputError naming the file, the entry and the `remedy`.

    `what` says what the file should be ("a model card"), `largest` bounds its size in bytes.
    """
    return parse_document(read_limited(path, what, remedy, largest), kind, str(path), what, remedy)


def read_limited(path: Path, what: str, remedy: str, largest: int = LARGEST_BYTES) -> bytes:
    """Content of the file `path`; raises InputError where it cannot be read or holds more than `largest` bytes."""
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise InputError(f"{path} cannot be read as {what} ({reason}); {remedy}.") from None
    if len(content) > largest:
        raise InputError(f"{path} is too large for {what} (over {largest >> 20} MiB); {remedy}.")
    return content


def parse_document(content: bytes | str, kind: type[Kind], source: str, what: str, remedy: str) -> Kind:
    """JSON text as a `kind`; raises InputError naming `source`, the entry and the `remedy`."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise _misfit(error, source, what, remedy) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError, OverflowError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InputError(f"{source} cannot be read as {what} ({reason}); {remedy}.") from None


def convert_document(document: object, kind: type[Kind], source: str, what: str, remedy: str) -> Kind:
    """Python values as JSON gives them as a `kind`; raises InputError naming `source`, the entry and the `remedy`."""
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise _misfit(error, source, what, remedy) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError, OverflowError) as error:
        raise InputError(f"{source} cannot be read as {what} ({error}); {remedy}.") from None


def document_text(document: Any) -> str:
    """`document` as indented JSON; NumPy's numbers are numbers, and those that JSON has no word for become null."""
    return msgspec.json.format(msgspec.json.encode(document, enc_hook=plain_number), indent=1).decode() + "\n"


def plain_number(value: object) -> Any:
    """Python's number for NumPy's, as encoders of JSON ask for; raises NotImplementedError for all else."""
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"a {type(value).__name__} in a document")


def _misfit(error: Exception, source: str, what: str, remedy: str) -> InputError:
    match = _ENTRY.match(str(error))
    reason, entry = (match["reason"], match["entry"]) if match else (str(error), "")
    where = f"the entry '{entry}' of {source}" if entry else source
    if missing := re.match(r"Object missing required field `(.*)`", reason):
        return InputError(f"{_capital(where)} lacks '{missing[1]}' and is not {what}; {remedy}.")
    reason = reason.replace("`", "")
    return InputError(f"{_capital(where)} is wrong for {what} ({reason[:1].lower()}{reason[1:]}); {remedy}.")


def _capital(text: str) -> str:
    return f"T{text[1:]}" if text.startswith("the entry") else text
