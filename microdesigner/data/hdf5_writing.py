"""HDF5 files written so that a full disk is one error: the library would complain many times, or end the process."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import h5py

from microdesigner.core.paths import check_room

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Sink(io.FileIO):
    """A file that remembers its first failure, and from then on takes what is written without keeping it."""

    failure: OSError | None = None

    def write(self, content: "ReadableBuffer", /) -> int:
        """Write all of `content`."""
        view = memoryview(content).cast("B")
        done = 0
        try:
            while self.failure is None and done < len(view):
                done += super().write(view[done:])
        except OSError as error:
            self.failure = error
        return len(view)

    def truncate(self, size: int | None = None, /) -> int:
        """Give the file its length."""
        try:
            return super().truncate(size) if self.failure is None else 0
        except OSError as error:
            self.failure = error
            return 0


@contextmanager
def written(path: Path, mode: Literal["w", "r+"] = "w") -> Iterator[tuple[h5py.File, Callable[[], None]]]:
    """The file `path`, which exists, made anew ("w") or changed ("r+"), and a check to make before each large piece.

    That raises MicrodesignerError where the disk is nearly full; it and the end raise OSError where something that was
    written could not be kept.
    """
    with _Sink(path, "r+") as sink:

        def check() -> None:
            check_room(path)
            if sink.failure is not None:
                raise sink.failure

        with h5py.File(sink, mode, libver="latest") as file:
            yield file, check
            file.flush()
        if sink.failure is not None:
            raise sink.failure
