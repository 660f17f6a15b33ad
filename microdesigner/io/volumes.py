"""The two doors through which volumes enter and leave the program, whatever their format."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.core.steps import result_of
from microdesigner.io import isolation, labelling, zarr_store
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions
from microdesigner.io.registry import FOLDER, format_of, named_format, reader_of
from microdesigner.io.scans import Scan

_LONGEST_MESSAGE = 400


def read(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Microstructure:
    """Read a volume of phase labels in the format of its extension; a folder is a stack of slices.

    Parameters
    ----------
    path
        File of a format in `READERS`, or folder of slices.
    options
        What the user says where the file says nothing, or something else.

    Returns
    -------
    Microstructure
        Labels (x, y, z) with what the file says of voxel edges, boundary, phase names and origin; the rest is unknown.

    Raises
    ------
    InputError
        Whatever is wrong with the file: one sentence naming it and the remedy; MissingOptionError where only an option
        is missing.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> volume = Microstructure(np.zeros((4, 5, 6), np.uint8), voxel_nm=(2.0, 2.0, 1.0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(volume, Path(folder) / "film.vti")
    ...     again = read(Path(folder) / "film.vti")
    >>> again.shape, again.voxel_nm
    ((4, 5, 6), (2.0, 2.0, 1.0))
    """
    return result_of(reading(path, options))


def reading(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> labelling.Working:
    """`read` in steps, for large files.

    Parameters
    ----------
    path, options
        As `read` takes them.

    Yields
    ------
    Progress or Coarse
        Progress, and a coarse view as soon as there is one of a large volume; closing the generator stops.

    Returns
    -------
    Microstructure
        The volume, what `yield from` gives.

    Raises
    ------
    InputError
        As `read` does.
    """
    path = Path(path)
    scanned = yield from scanning(path, options)
    return (yield from labelling_of(path, scanned, options))


def scanning(path: Path, options: ImportOptions) -> Generator[Progress, None, Scan]:
    """The first step of `reading`: `scan` with progress."""
    return (yield from _guarded(path, _scanning(path, options)))


def labelling_of(
    path: Path, scanned: Scan, options: ImportOptions, standard: Sequence[str] = PHASE_NAMES
) -> labelling.Working:
    """The second step of `reading`: from the numbers of `scanned` to the volume; `standard`: see `labelling`."""
    return (yield from _guarded(path, labelling.labelling(path, scanned, options, standard)))


def scan(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Scan:
    """Read a volume of any numbers, labels or grey values, in the format of its extension.

    Parameters
    ----------
    path, options
        As `read` takes them; `flip`, `mapping` and `segmentation` come later, see `labelling`.

    Returns
    -------
    Scan
        Numbers (x, y, z) and what the file says of them; what it does not say is unknown.

    Raises
    ------
    InputError
        Whatever is wrong with the file: one sentence naming it and the remedy.
    """
    return result_of(_guarded(Path(path), _scanning(Path(path), options)))


def described(path: str | Path, options: ImportOptions = AS_THE_FILE_SAYS) -> tuple[Scan, Microstructure]:
    """What a file says of its volume, and the volume."""
    scanned = scan(path, options)
    return scanned, result_of(_guarded(Path(path), labelling.labelling(Path(path), scanned, options)))


def write(microstructure: Microstructure, path: str | Path, format: str | None = None) -> None:
    """Write a volume; the file is whole or absent.

    Parameters
    ----------
    microstructure
        The volume.
    path
        File to write; one that is there is replaced.
    format
        Name of a format in `FORMATS`, by default that of the extension.

    Raises
    ------
    InputError
        For an unknown format, a volume the format cannot hold, or a place that cannot be written.
    """
    path = Path(path)
    chosen = format_of(path) if format is None else named_format(format)
    try:
        chosen.write(microstructure, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from None


def _scanning(path: Path, options: ImportOptions) -> Generator[Any, None, Scan]:
    reader = reader_of(path, options)
    if not path.exists():
        raise InputError(f"{path} does not exist; check the name.")
    if path.is_dir() and reader is not FOLDER and path.suffix.lower() not in zarr_store.EXTENSIONS:
        raise InputError(f"{path} is a folder; give the file of a volume in it.")
    yield Progress("read", 0, 1)
    if isinstance(reader.scan, str):
        work = isolation.isolated(reader.scan, path, options)
        try:
            while True:
                next(work)
                yield Progress("read", 0, 1)  # the library tells nothing of its progress; here one may stop
        except StopIteration as end:
            found: Scan = end.value
        finally:
            work.close()
    else:
        found = reader.scan(path, options)
    yield Progress("read", 1, 1)
    if options.voxel_nm is None:
        return found
    return replace(found, voxel_nm=options.voxel_nm, voxel_from="option", edges_without_unit=None)


def _guarded(path: Path, work: Generator[Any, None, Any]) -> Generator[Any, None, Any]:
    """`work` with the errors of the system told in one sentence, and without what cannot be printed of a file."""
    try:
        return (yield from work)
    except InputError as error:
        error.args = (_printable(str(error)), *error.args[1:])
        raise
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); check the file and its permissions."
        ) from None
    except MemoryError:
        raise InputError(f"{path} is too large for this computer's memory; crop the volume.") from None


def _printable(message: str) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in message)
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 4] + " ..."
