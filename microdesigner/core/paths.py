"""Where things lie on disk, and how a file is written so that it is whole or absent."""

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.file_names import is_reserved
from microdesigner.core.processes import is_running, process_place

LEAST_FREE_BYTES = 64 << 20
LONGEST_STEM = 40
_PLACE = process_place()
_TEMPORARY = re.compile(rf"\..+-{_PLACE}-([1-9][0-9]{{0,9}})-\w{{8}}(\..*)?")
_swept: set[Path] = set()
"""Folders in which this process has looked for what killed ones left."""
_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(folder: str) -> Path:
    """Folder shipped with the program (`resources`, `weights`): in an installed package, beside it in a checkout."""
    installed = _PACKAGE / folder
    return installed if installed.is_dir() else _PACKAGE.parent / folder


def user_data() -> Path:
    """Folder of the user's own models, history and settings; `MICRODESIGNER_HOME` overrides it."""
    override = os.environ.get("MICRODESIGNER_HOME")
    if override:
        return Path(override)
    from platformdirs import user_data_path  # not on a bare machine lent for training, which sets the folder

    return user_data_path("microdesigner", appauthor=False)


def disk_full(folder: Path) -> bool:
    """Whether the disk of `folder` has no room for another checkpoint of usual size."""
    return shutil.disk_usage(folder).free < LEAST_FREE_BYTES


def check_room(path: Path) -> None:
    """Raise MicrodesignerError where the disk of the file `path` is nearly full; ask before each large piece of an
    HDF5 file, since that library may end the process where a write fails."""
    if disk_full(path.parent):
        raise MicrodesignerError(f"The disk of {path.parent} is full; free some space and start again.")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Temporary sibling that replaces `path` on success and is removed on failure, so no reader sees half a file.

    Raises InputError where `path` is the name of a device, which on Windows would take the bytes and leave no file.
    """
    if sys.platform == "win32" and is_reserved(path.name):
        raise InputError(f"{path.name} is a device of Windows and cannot be a file's name; choose another one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    handle, name = tempfile.mkstemp(prefix=_prefix(path.stem), suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def temporary_folder(parent: Path, stem: str) -> Iterator[Path]:
    """A hidden folder in `parent`, for the user alone, that is gone afterwards unless it was moved away."""
    _sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=_prefix(stem), dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_folder(folder: Path, path: Path) -> None:
    """Move `folder`, which lies beside `path`, there; what was there is moved away first and deleted afterwards."""
    with temporary_folder(path.parent, path.stem) as old:
        if path.is_dir():
            path.replace(old / path.name)
        else:
            path.unlink(missing_ok=True)
        mask = os.umask(0)
        os.umask(mask)
        folder.chmod(0o777 & ~mask)
        folder.replace(path)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files and folders that ended processes of this machine have left in `folder`."""
    with suppress(OSError):
        for entry in folder.iterdir():
            found = _TEMPORARY.fullmatch(entry.name)
            if found is None or is_running(int(found[1])):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with suppress(OSError):
                    entry.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove leftovers once, before this process leaves any."""
    if folder not in _swept:
        _swept.add(folder)
        remove_leftovers(folder)


def _prefix(stem: str) -> str:
    """Beginning of a hidden name that tells which process makes it."""
    return f".{stem[:LONGEST_STEM]}-{_PLACE}-{os.getpid()}-"


def file_sha256(path: Path) -> str:
    """The hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text_atomic(path: Path, text: str) -> None:
    """Write `text` as UTF-8 so that `path` is the old file or the new one, never a part."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes_atomic(path: Path, content: bytes) -> None:
    """Write `content` so that `path` is the old file or the new one, never a part."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
