"""Large arrays that processes share: each maps the file in which the numbers lie, so that memory holds them once.

An array that lies plainly in the user's file stays there. Any other goes into a temporary file of which every process
has a name of its own, deleted with the array.
"""

import contextlib
import os
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.io.slabs import SLAB_BYTES, mapping_of, release

PREFIX, SUFFIX = "microdesigner-", ".array"


@dataclass(frozen=True)
class Place:
    """Where an array lies: bytes from the start of `file` to its first element, steps in bytes; `temporary`: the file
    is for whoever maps it, who deletes it."""

    file: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str
    temporary: bool


class _SharedFile(np.memmap[Any, Any]):
    """A mapped file that is known again: another one may have its name by now."""

    identity: tuple[int, ...]
    temporary: bool


def place_of(values: NDArray[Any]) -> Place:
    """Where another process finds `values`; raises OSError where a temporary file is needed and cannot be written."""
    mapped = mapping_of(values)
    if mapped is not None and (file := _name_for_another(mapped)) is not None:
        start = values.__array_interface__["data"][0] - mapped.__array_interface__["data"][0] + mapped.offset
        temporary = file != str(mapped.filename)
        return Place(file, int(start), values.shape, values.strides, values.dtype.str, temporary)
    order = sorted(range(values.ndim), key=lambda axis: -abs(values.strides[axis]))
    plain = values.transpose(order)
    with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=SUFFIX, delete=False) as target:
        try:
            layers = max(1, SLAB_BYTES * len(plain) // max(1, plain.nbytes))
            for start in range(0, len(plain), layers):
                target.write(np.ascontiguousarray(plain[start : start + layers]).data)  # tofile tells of no full disk
                release(values)
            target.flush()
        except OSError:
            _delete(target.name)
            raise
    steps = np.cumprod([values.itemsize, *plain.shape[:0:-1]])[::-1]
    strides = tuple(int(steps[order.index(axis)]) for axis in range(values.ndim))
    return Place(target.name, 0, values.shape, strides, values.dtype.str, True)


def array_at(place: Place) -> NDArray[Any]:
    """The array at a place, mapped for reading; a temporary file goes with it."""
    whole = _SharedFile(place.file, np.uint8, "r")
    whole.identity, whole.temporary = _identity(place.file), place.temporary
    if place.temporary:
        weakref.finalize(whole, _delete, place.file)
    return np.ndarray(place.shape, place.dtype, whole, place.offset, place.strides)


def _name_for_another(mapped: "np.memmap[Any, Any]") -> str | None:
    """A name of the mapped file that another process may use; None where it has none any more."""
    name = str(mapped.filename)
    if not isinstance(mapped, _SharedFile):
        return name if Path(name).exists() else None
    try:
        if _identity(name) != mapped.identity:
            return None
        if not mapped.temporary:
            return name
        with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=SUFFIX) as free:
            other = free.name
        os.link(name, other)
    except OSError:
        return None
    return other


def _identity(file: str) -> tuple[int, ...]:
    found = Path(file).stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _delete(file: str) -> None:
    with contextlib.suppress(OSError):
        Path(file).unlink()
