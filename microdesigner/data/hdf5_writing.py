"""HDF5 files written so that a full disk is one error: the library would complain many times, or end the process."""

import io
from collections.abc import Iterator
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


class WrittenFile(h5py.File):
    """An HDF5 file that is being written."""

    def __init__(self, sink: _Sink, mode: Literal["w", "r+"]) -> None:
        super().__init__(sink, mode, libver="latest")
        self._sink = sink

    def check(self) -> None:
        """Raise MicrodesignerError where the disk is nearly full, OSError where what was written could not be kept."""
        check_room(Path(self._sink.name))
        if self._sink.failure is not None:
            raise self._sink.failure


@contextmanager
def written(path: Path, mode: Literal["w", "r+"] = "w") -> Iterator[WrittenFile]:
    """The file `path`, which exists, to be made anew ("w") or changed ("r+"); raises OSError where the disk takes no
    more. Let it `check` before each large piece."""
    with _Sink(path, "r+") as sink:
        with WrittenFile(sink, mode) as file:
            yield file
            file.flush()
        if sink.failure is not None:
            raise sink.failure
