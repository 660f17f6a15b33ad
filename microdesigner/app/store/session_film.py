"""A session with its film in one file: a ZIP archive of the session's document and a VTI file, both as they are."""

import contextlib
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path, temporary_folder

DOCUMENT, FILM = "session.json", "film.vti"
_MAGIC = b"PK\x03\x04"
_DAMAGE = (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError, struct.error)


def write_archive(path: Path, document: str, film: Microstructure) -> None:
    """Write both so that the file is whole at any moment."""
    from microdesigner.io import volumes

    with atomic_path(path) as temporary, temporary_folder(path.parent, "session") as folder:
        volume = folder / FILM
        volumes.write(film, volume)
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(DOCUMENT, document)
            archive.write(volume, FILM)


def is_archive(path: Path) -> bool:
    """Whether the file holds a film beside its session."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def read_document_of(path: Path, largest: int) -> bytes:
    """The session's document; raises InputError naming the file when there is none of at most `largest` bytes."""
    with _part(path, DOCUMENT) as (archive, entry):
        if entry.file_size > largest:
            raise InputError(f"{path} holds no session, but something larger; choose another file.")
        return archive.read(entry)


@contextlib.contextmanager
def extracted_film(path: Path) -> Iterator[Path]:
    """The film as a file of its own for a while; raises InputError naming `path` when there is none."""
    with tempfile.TemporaryDirectory(prefix="microdesigner-") as folder:
        target = Path(folder) / FILM
        with _part(path, FILM) as (archive, entry), archive.open(entry) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
        yield target


@contextlib.contextmanager
def _part(path: Path, name: str) -> Iterator[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    """A part of the archive, which is no larger than its file: nothing in it is compressed."""
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(name)
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > path.stat().st_size:
                raise ValueError("its parts are compressed")
            yield archive, entry
    except InputError:
        raise
    except _DAMAGE as error:
        reason = "it is incomplete" if isinstance(error, KeyError | EOFError) else str(error)
        raise InputError(f"{path} cannot be read as a session with its film ({reason}); choose another file.") from None
