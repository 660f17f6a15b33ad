"""Whether there is a newer version: asked when the user asks, never unasked, and nothing is told to anyone.

A place of releases, a folder or https address that holds `releases.json` as `make bundle` writes it, is named by the
environment variable MICRODESIGNER_RELEASES or by the project's URL "Releases". Where none is named and pip installed
the program, pip is asked.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata, util
from typing import Annotated, Literal

from msgspec import Meta, Struct

from microdesigner import __version__
from microdesigner.core.child_process import is_frozen, run_hidden
from microdesigner.core.documents import parse_document
from microdesigner.core.errors import InputError
from microdesigner.core.places import opened

PLACE_VARIABLE, PLACE_LABEL = "MICRODESIGNER_RELEASES", "Releases"
INDEX_FILE = "releases.json"
LARGEST_INDEX_BYTES = 1 << 20
SECONDS = 60.0
NO_PLACE = (
    "This installation names no place that tells of newer versions; look where you got it, or name that place "
    f"(a folder or https address) in the environment variable {PLACE_VARIABLE}."
)
NO_ANSWER = "Whether there is a newer version is not known: no package index answers; try again when you are online."


class Releases(Struct, frozen=True):
    """What a place of releases says: the newest version, and the SHA-256 of each of its files."""

    program: Literal["microdesigner releases"]
    version: Annotated[str, Meta(pattern=r"^\d{1,6}(\.\d{1,6}){0,3}\Z")]
    files: dict[str, str]


def check() -> Iterator[str]:
    """One sentence about newer versions; raises InputError where the place cannot be read."""
    place = _place()
    if place:
        yield _sentence(_published(place), f"get it from {place}")
    elif not is_frozen() and util.find_spec("pip"):
        version = _indexed()
        yield NO_ANSWER if version is None else _sentence(version, "get it by pip install --upgrade microdesigner")
    else:
        yield NO_PLACE


def _place() -> str:
    """The place of releases; empty where none is named."""
    try:
        addresses = metadata.metadata("microdesigner").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        addresses = []
    named = (address.partition(", ") for address in addresses)
    return os.environ.get(PLACE_VARIABLE) or next((where for label, _, where in named if label == PLACE_LABEL), "")


def _published(place: str) -> str:
    with opened(place, INDEX_FILE, "the releases at") as file:
        content = file.read(LARGEST_INDEX_BYTES + 1)
    if len(content) > LARGEST_INDEX_BYTES:
        raise InputError(f"{INDEX_FILE} of {place} is too large for a list of releases; check the place.")
    return parse_document(
        content, Releases, f"{INDEX_FILE} of {place}", "a list of releases", "check the place"
    ).version


def _indexed() -> str | None:
    """The newest version in the user's own package index; None where there is no answer."""
    command = [sys.executable, "-m", "pip", "index", "versions", "microdesigner", "--disable-pip-version-check"]
    try:
        answer = run_hidden(command, SECONDS).decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"^microdesigner \(([\d.]+)\)", answer, re.MULTILINE)
    return found[1] if found else None


def _sentence(newest: str, how: str) -> str:
    if _order(newest) > _order(__version__):
        return f"Version {newest} is out, this is {__version__}; {how}."
    return f"This is the newest version, {__version__}."


def _order(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part]
