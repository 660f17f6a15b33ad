"""Files of a place that others publish: a folder, or an https address."""

import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from microdesigner.core.errors import InputError

SECONDS_WITHOUT_ANSWER = 30.0


def opened(place: str, file: str, what: str) -> IO[bytes]:
    """The `file` at `place`, open for reading; raises InputError that names it, `what` it is of and the remedy."""
    remedy = "give a folder or an https:// address that holds one"
    try:
        if place.startswith("https://"):
            address = f"{place.rstrip('/')}/{file}"
            answer: IO[bytes] = urllib.request.urlopen(address, timeout=SECONDS_WITHOUT_ANSWER)
            if not answer.geturl().startswith("https://"):  # type: ignore[attr-defined]
                raise InputError(f"{place} leads to an address that cannot be trusted on its way; {remedy}.")
            return answer
        if "://" in place:
            raise InputError(f"{place} cannot be trusted on its way; {remedy}.")
        return (Path(place) / file).open("rb")
    except urllib.error.URLError as error:
        raise InputError(f"{file} of {what} {place} cannot be fetched ({error.reason}); {remedy}.") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(f"{file} of {what} {place} cannot be read ({reason}); {remedy}.") from None
