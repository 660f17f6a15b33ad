"""Errors that mean that the system lacks something are told by what it lacks, whatever raises them."""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from microdesigner.core import shortages
from microdesigner.core.shortages import FILES, MEMORY, THREADS, Shortage, shortage_of


def _error(number: int, path: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), path) if path else OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("error", "shortage"),
    [
        (MemoryError(), MEMORY),
        (_error(errno.ENOMEM), MEMORY),
        (_error(errno.EAGAIN), MEMORY),  # of fork
        (_error(errno.EMFILE), FILES),
        (RuntimeError("can't start new thread"), THREADS),
        (ImportError("libvtkCommonCore.so: failed to map segment from shared object"), MEMORY),
        (ImportError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory"), None),
        (_error(errno.ENOENT, "/a/film.vti"), None),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"), MEMORY),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), MEMORY),
        (RuntimeError("another"), None),
    ],
)
def test_what_is_lacking(error: Exception, shortage: Shortage | None) -> None:
    assert shortage_of(error) == shortage


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EACCES])
def test_a_place_that_takes_nothing_is_named_without_its_temporary_file(number: int) -> None:
    words = os.strerror(number).lower()
    named = str(shortage_of(_error(number, str(Path("films", ".film-1-2-abc.vti")))))
    assert named == f"films cannot be used ({words}); free some space or choose another place."
    assert str(shortage_of(_error(number))) == f"{words.capitalize()}; free some space or choose another place."


IMPORT = """
    import resource
    from microdesigner.core.shortages import shortage_of
    before = resource.getrlimit(resource.{limit})
    resource.setrlimit(resource.{limit}, ({most}, before[1]))
    shortage = shortage_of({error})
    resource.setrlimit(resource.{limit}, before)
    print(shortage.reason if shortage else None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize(
    "error", ["ImportError('cannot import name vtkRenderer')", "RuntimeError('could not create a primitive')"]
)
@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [("RLIMIT_NOFILE", 5, FILES.reason), ("RLIMIT_AS", 200 << 20, MEMORY.reason), ("RLIMIT_NOFILE", 500, "None")],
)
def test_a_library_that_cannot_go_on_for_want_of_something(error: str, limit: str, most: int, said: str) -> None:
    program = textwrap.dedent(IMPORT.format(error=error, limit=limit, most=most))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == said


def test_asking_leaves_nothing_open() -> None:
    free = os.dup(0)
    os.close(free)
    assert shortages.can_open(16)
    assert shortages.can_map(1 << 20)
    again = os.dup(0)
    os.close(again)
    assert again == free
