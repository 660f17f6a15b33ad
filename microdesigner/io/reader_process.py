"""The process in which `isolation` lets readers work: it answers one request after the other."""

import contextlib
import importlib
import json
import os
import struct
import sys
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.io.mapped_arrays import Place, place_of
from microdesigner.io.options import ImportOptions, MissingOptionError
from microdesigner.io.scans import Facts, Scan

_INLINE_BYTES = 1 << 16
_LENGTH = struct.Struct("<Q")


def serve() -> None:
    """Answer requests from standard input until it ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with answers
    _no_limits_of_files()
    while (request := read_message(requests)) is not None:
        head, body = _served(json.loads(request))
        write_message(answers, json.dumps(head, ensure_ascii=False).encode("utf-8", "replace"))
        write_message(answers, body)


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


def write_message(pipe: IO[bytes], content: bytes) -> None:
    """Send `content`, its length before it."""
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> bytes | None:
    """What `write_message` sent; None where the other side has ended."""
    head = pipe.read(_LENGTH.size)
    return pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else None
