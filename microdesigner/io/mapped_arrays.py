"""Large arrays that processes share: each maps the file in which the numbers lie, so that memory holds them once.

An array that lies plainly in the user's file stays there. Any other goes into a temporary file of which every process
has a name of its own, deleted with the array.
"""

import contextlib
import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.slabs import MAPPED_BYTES, SLAB_BYTES, mapping_of, release

PREFIX, SUFFIX = "microdesigner-", ".array"
Buffer = bytes | bytearray | memoryview


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
    steps = _steps(plain.shape, values.itemsize)
    strides = tuple(steps[order.index(axis)] for axis in range(values.ndim))
    return Place(_temporary(_layers(plain)), 0, values.shape, strides, values.dtype.str, True)


def gathered(shape: tuple[int, ...], dtype: "np.dtype[Any]", parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
    """The array of `shape` whose numbers, the last axis fastest, come in `parts` one after the other.

    A large array lies in a temporary file, so that memory holds one part of it. Raises ValueError where the parts are
    fewer or more numbers than the array, as soon as they are, and OSError where the disk has no room.
    """
    size = int(np.prod(shape, dtype=object))
    counted = _counted(parts, size)
    if size * dtype.itemsize > MAPPED_BYTES:
        file = _temporary(part.astype(dtype, copy=False) for part in counted)
        return array_at(Place(file, 0, shape, _steps(shape, dtype.itemsize), dtype.str, True))
    flat, done = np.empty(size, dtype), 0
    for part in counted:
        flat[done : done + part.size] = part.reshape(-1)
        done += part.size
    return flat.reshape(shape)


def from_bytes(shape: tuple[int, ...], dtype: "np.dtype[Any]", parts: Iterable[Buffer]) -> NDArray[Any]:
    """As `gathered`, of the numbers' bytes."""
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    bytes_of_all = gathered((size,), np.dtype(np.uint8), (np.frombuffer(part, np.uint8) for part in parts))
    return bytes_of_all.view(dtype).reshape(shape)


def layered(stored: Any, chunk: tuple[int, ...] | None) -> Iterator[NDArray[Any]]:
    """The numbers of an array of a library, read along its first axis of several voxels, some `SLAB_BYTES` at a time;
    the layers of a `chunk`, which the library unpacks as a whole, are read together."""
    axis = next((n for n, edge in enumerate(stored.shape) if edge > 1), 0)
    together = chunk[axis] if chunk else 1
    layer = stored.dtype.itemsize * int(np.prod(stored.shape[axis + 1 :], dtype=object))
    step = -(-SLAB_BYTES // (layer * together)) * together
    for start in range(0, stored.shape[axis], step):
        yield np.asarray(stored[(*[slice(None)] * axis, slice(start, start + step))])


def array_at(place: Place) -> NDArray[Any]:
    """The array at a place, mapped for reading; a temporary file goes with it."""
    whole = _SharedFile(place.file, np.uint8, "r")
    whole.identity, whole.temporary = _identity(place.file), place.temporary
    if place.temporary:
        weakref.finalize(whole, _delete, place.file)
    return np.ndarray(place.shape, place.dtype, whole, place.offset, place.strides)


def adopted(place: Place) -> Place:
    """`place` where its file does not go with the process that made it: a temporary one gets a name of this process."""
    if not place.temporary:
        return place
    free = _free_name()
    Path(place.file).replace(free)
    return replace(place, file=free)


def _counted(parts: Iterable[NDArray[Any]], size: int) -> Iterator[NDArray[Any]]:
    """`parts`; raises ValueError at the first that is too much, and at the end where they are too few."""
    for part in parts:
        if (size := size - part.size) < 0:
            break
        yield part
    if size:
        raise ValueError("parts that do not make the array")


def _layers(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """`values` in some layers along their first axis at a time, of which a mapped file keeps no page."""
    step = max(1, SLAB_BYTES * len(values) // max(1, values.nbytes))
    for start in range(0, len(values), step):
        yield values[start : start + step]
        release(values)


def _temporary(parts: Iterable[NDArray[Any]]) -> str:
    """A new temporary file that holds `parts`."""
    with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=SUFFIX, delete=False) as target:
        try:
            for part in parts:
                target.write(np.ascontiguousarray(part).data)  # tofile tells of no full disk
            target.flush()
        except BaseException:
            _delete(target.name)
            raise
    return target.name


def _steps(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Bytes from one element to the next along each axis, the last one fastest."""
    return tuple(int(np.prod(shape[axis + 1 :], dtype=object)) * itemsize for axis in range(len(shape)))


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
        os.link(name, other := _free_name())
    except OSError:
        return None
    return other


def _free_name() -> str:
    """A name of a temporary file that is not there."""
    with tempfile.NamedTemporaryFile(prefix=PREFIX, suffix=SUFFIX) as free:
        return free.name


def _identity(file: str) -> tuple[int, ...]:
    found = Path(file).stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _delete(file: str) -> None:
    with contextlib.suppress(OSError):
        Path(file).unlink()
