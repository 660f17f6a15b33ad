"""Readers whose library can crash or hang on a stranger's file, in a process with limits on memory and time.

One process serves one file after the other. It answers with JSON and plain numbers, never with objects, so that a
library that was taken over by a file cannot run code here. Large arrays come through a temporary file that both sides
map, or stay in the file that was read where they lie there plainly.
"""

import atexit
import contextlib
import importlib
import json
import os
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from microdesigner.core import child_process
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MAX_VOXELS
from microdesigner.core.processes import StopWatch
from microdesigner.io.mapped_arrays import PREFIX, Place, array_at, place_of
from microdesigner.io.options import ImportOptions, MissingOptionError
from microdesigner.io.scans import Facts, Scan

LEAST_SECONDS, BYTES_PER_SECOND = 10.0, 1 << 20  # of processor time
ATTEMPTS = 2
PATIENCE = 12  # times as long by the clock: on a busy machine processes wait
LEAST_MEMORY, MEMORY_PER_BYTE = 1 << 31, 24  # address space; libraries and their threads reserve much and touch little
MOST_MEMORY = 1 << 36
_INLINE_BYTES = 1 << 16
_LENGTH = struct.Struct("<Q")
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
    answer = None
    for _ in range(ATTEMPTS):
        process = _taken()
        try:
            answer = yield from process.answer(request, PATIENCE * seconds)
        finally:
            if answer is None:
                process.end()  # it would answer to the wrong question
            else:
                _given_back(process)
        if not process.stood_still:
            break
    if answer is None:
        raise InputError(
            f"{path} cannot be read: it makes its library crash, or use more time or memory than a volume of its size "
            "may; it is damaged, so copy or export it again."
        )
    return _result(answer)


class _Process:
    """The other process and its pipes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)  # goes with the process
        own = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        own |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name)
        self.owner = os.getpid()
        self.stood_still = False  # because a signal from outside stopped it
        self._process = subprocess.Popen(
            child_process.call("microdesigner.io.isolation:serve"),
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
            _write(self._process.stdin, request)
            head, body = _read(self._process.stdout), _read(self._process.stdout)
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
    values = array_at(place) if inline is None else inline
    return Scan(values, **{name: getattr(facts, name) for name in facts.__dataclass_fields__})


def _error(document: dict[str, Any]) -> Exception:
    message = str(document["message"])
    if document["error"] == "MissingOptionError":
        return MissingOptionError(message, document["question"], tuple(document["found"]))
    if document["error"] == "OSError":
        return OSError(document["errno"], message)
    return MemoryError(message) if document["error"] == "MemoryError" else InputError(message)


# ---- in the other process


def serve() -> None:
    """Answer requests from standard input until it ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with answers
    _no_limits_of_files()
    while (request := _read(requests)) is not None:
        head, body = _served(json.loads(request))
        _write(answers, json.dumps(head, ensure_ascii=False).encode("utf-8", "replace"))
        _write(answers, body)


def _served(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    _limit(request["memory"], request["seconds"])
    try:
        options = msgspec.convert(request["options"], ImportOptions)
        module, _, name = request["function"].partition(":")
        result = getattr(importlib.import_module(module), name)(Path(request["path"]), options)
        return _packed(result) if isinstance(result, Scan) else ({"value": result}, b"")
    except MissingOptionError as error:
        found = [entry if isinstance(entry, str) else float(entry) for entry in error.found]
        return {"error": "MissingOptionError", "message": str(error), "question": error.question, "found": found}, b""
    except InputError as error:
        return {"error": "InputError", "message": str(error)}, b""
    except OSError as error:
        return {"error": "OSError", "message": error.strerror or str(error), "errno": error.errno or 5}, b""
    except MemoryError as error:
        return {"error": "MemoryError", "message": str(error)}, b""


def _packed(scan: Scan) -> tuple[dict[str, Any], bytes]:
    values, content = scan.values, b""
    if values.nbytes > _INLINE_BYTES:
        place = place_of(values)
    else:
        values = np.ascontiguousarray(values)
        place, content = Place("", 0, values.shape, values.strides, values.dtype.str, False), values.tobytes()
    facts = {name: getattr(scan, name) for name in Facts.__dataclass_fields__}
    return {"facts": facts, "place": msgspec.to_builtins(place)}, content


def _limit(memory: int, seconds: float) -> None:
    """Bound the address space and the processor time of what follows, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        end = int(used.ru_utime + used.ru_stime + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _no_limits_of_files() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    return pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else None
