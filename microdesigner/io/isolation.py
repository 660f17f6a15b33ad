"""Readers whose library can crash or hang on a stranger's file, in a process with limits on memory and time.

One process serves one file after the other. It answers with JSON and plain numbers, never with objects, so that a
library that was taken over by a file cannot run code here. Large arrays come through a temporary file that both sides
map, or stay in the file that was read where they lie there plainly.
"""

import atexit
import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from microdesigner.core import child_process
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MAX_VOXELS
from microdesigner.core.processes import StopWatch
from microdesigner.core.slabs import MAPPED_BYTES
from microdesigner.io.mapped_arrays import PREFIX, Place, adopted, array_at
from microdesigner.io.options import ImportOptions, MissingOptionError
from microdesigner.io.reader_process import read_message, write_message
from microdesigner.io.scans import Facts, Scan

LEAST_SECONDS, BYTES_PER_SECOND = 10.0, 1 << 20  # of processor time
ATTEMPTS = 2
PATIENCE = 12  # times as long by the clock: on a busy machine processes wait
LEAST_MEMORY, MEMORY_PER_BYTE = 1 << 31, 24  # address space; libraries and their threads reserve much and touch little
MOST_MEMORY = 1 << 36
_TICK = 0.1
Answer = tuple[bytes, bytes] | None


def isolated(function: str, path: Path, options: ImportOptions) -> Generator[float, None, Any]:
    """Run `function` ("module:name") on `path` and `options` in the other process, yielding the seconds
    that have passed; closing the generator ends it. What the generator returns (`yield from`) is the function's Scan,
    or its answer of JSON's types.

    Raises what the reader raises, and InputError where the process crashes, or needs too much memory or time.
    """
    size = _size(path)
    seconds = LEAST_SECONDS + size / BYTES_PER_SECOND
    request = {"function": function, "path": str(path.absolute()), "options": msgspec.to_builtins(options)}
    request |= {"memory": min(LEAST_MEMORY + MEMORY_PER_BYTE * size, MOST_MEMORY), "seconds": seconds}
    for _ in range(ATTEMPTS):
        process = _taken()
        answer = found = None
        try:
            answer = yield from process.answer(request, PATIENCE * seconds)
            if answer is not None:
                return (found := _result(answer))
        finally:
            # it would answer to the wrong question; or its library keeps memory that the volume needs
            if answer is None or (isinstance(found, Scan) and found.values.nbytes > MAPPED_BYTES):
                process.end()
            else:
                _given_back(process)
        if not process.stood_still:
            break
    raise InputError(
        f"{path} cannot be read: it makes its library crash, or use more time or memory than a volume of its size "
        "may; it is damaged, so copy or export it again."
    )


class _Process:
    """The other process and its pipes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)  # goes with the process
        # the last: freed memory goes back to the system (glibc)
        own = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 17)}
        own |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name)
        self.owner = os.getpid()
        self.stood_still = False  # because a signal from outside stopped it
        self._process = subprocess.Popen(
            child_process.call("microdesigner.io.reader_process:serve"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=child_process.environment() | own, **child_process.hidden(),
        )  # fmt: skip

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.owner == os.getpid() and self._process.poll() is None

    def answer(self, request: dict[str, Any], seconds: float) -> Generator[float, None, Answer]:
        """Ask and wait, at most so long; returns the answer's two parts, None where there will be none."""
        answers: queue.Queue[Answer] = queue.Queue()
        threading.Thread(target=self._converse, args=(json.dumps(request).encode(), answers), daemon=True).start()
        started, watch = time.monotonic(), StopWatch()
        while time.monotonic() - started < seconds and not self.stood_still:
            try:
                return answers.get(timeout=_TICK)
            except queue.Empty:
                self.stood_still = bool(watch.standing([self._process.pid]))
                yield time.monotonic() - started
        return None

    def _converse(self, request: bytes, answers: "queue.Queue[Answer]") -> None:
        assert self._process.stdin
        assert self._process.stdout
        head = body = None
        with contextlib.suppress(OSError, ValueError):  # it has ended, or was ended
            write_message(self._process.stdin, request)
            head, body = read_message(self._process.stdout), read_message(self._process.stdout)
        answers.put(None if head is None or body is None else (head, body))

    def end(self) -> None:
        """End it at once."""
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()
            self._folder.cleanup()


_idle: list[_Process] = []


def _taken() -> _Process:
    """A process that nobody else asks."""
    while _idle:
        with contextlib.suppress(IndexError):  # another thread was quicker
            process = _idle.pop()
            if process.alive:
                return process
    return _Process()


def _given_back(process: _Process) -> None:
    """Keep one process for the next file."""
    _idle.append(process)
    while len(_idle) > 1:
        with contextlib.suppress(IndexError):
            _idle.pop(0).end()


@atexit.register
def _end() -> None:
    for process in _idle:
        process.end()


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*")) if path.is_dir() else path.stat().st_size


def _result(answer: tuple[bytes, bytes]) -> Any:
    document = json.loads(answer[0])
    if "error" in document:
        raise _error(document)
    if "value" in document:
        return document["value"]
    facts = msgspec.convert(document["facts"], Facts)
    place = msgspec.convert(document["place"], Place)
    number = np.dtype(place.dtype)
    if len(place.shape) != 3 or int(np.prod(place.shape, dtype=object)) > MAX_VOXELS or number.kind not in "biufc":
        raise InputError("A reader gave something else than a volume.")
    inline = np.ndarray(place.shape, number, bytearray(answer[1]), 0, place.strides) if not place.file else None
    values = array_at(adopted(place)) if inline is None else inline
    return Scan(values, **{name: getattr(facts, name) for name in facts.__dataclass_fields__})


def _error(document: dict[str, Any]) -> Exception:
    message = str(document["message"])
    if document["error"] == "MissingOptionError":
        return MissingOptionError(message, document["question"], tuple(document["found"]))
    if document["error"] == "OSError":
        return OSError(document["errno"], message)
    return MemoryError(message) if document["error"] == "MemoryError" else InputError(message)
