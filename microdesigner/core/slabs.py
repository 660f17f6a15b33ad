"""Large arrays in slabs, so that memory holds the array once and work can be stopped in between."""

import contextlib
import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

SLAB_BYTES = 1 << 20  # what is computed of a slab takes up to eight times as much
_BLOCK_EDGE = 16
MAPPED_BYTES = 1 << 26  # a larger array stays as it lies in the file


def slabs(values: NDArray[Any]) -> Iterator[tuple[slice, ...]]:
    """Indices of slabs of some `SLAB_BYTES` that together make `values`, across the axis whose steps are longest."""
    axis = int(
        np.argmax([abs(step) if edge > 1 else 0 for step, edge in zip(values.strides, values.shape, strict=True)])
    )
    layers = max(1, SLAB_BYTES * values.shape[axis] // max(1, values.nbytes))
    for start in range(0, values.shape[axis], layers):
        yield tuple(slice(start, start + layers) if n == axis else slice(None) for n in range(values.ndim))
        release(values)


def greatest(values: NDArray[Any]) -> int:
    """The greatest of whole numbers; of a mapped file no page stays in memory for it."""
    return max((int(values[part].max()) for part in slabs(values)), default=0)


def x_fastest(values: NDArray[Any]) -> NDArray[Any]:
    """The numbers of `values` [x, y, z] as files of most formats hold them: [z, y, x], one after the other. Large ones
    are turned in blocks, which takes a sixth of the time; without a copy where they lie so."""
    turned = values.T
    if turned.flags.c_contiguous:
        return turned
    found = np.empty(turned.shape, values.dtype)
    x, y, _ = values.shape
    for i in range(0, x, _BLOCK_EDGE):
        for j in range(0, y, _BLOCK_EDGE):
            block = values[i : i + _BLOCK_EDGE, j : j + _BLOCK_EDGE]
            found[:, j : j + _BLOCK_EDGE, i : i + _BLOCK_EDGE] = block.T
    return found


def release(values: NDArray[Any]) -> None:
    """Let the system drop the pages of a mapped file that have been read; they are read again when needed."""
    mapped = mapping_of(values)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            mapped._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


def mapping_of(values: NDArray[Any]) -> "np.memmap[Any, Any] | None":
    """The mapped file of which `values` is a view, if any."""
    base: Any = values
    found = None
    while base is not None:
        if isinstance(base, np.memmap):
            found = base
        base = base.obj if isinstance(base, memoryview) else getattr(base, "base", None)
    return found


def settled(values: NDArray[Any]) -> NDArray[Any]:
    """`values` in C order, but for large ones, which stay as they are."""
    return values if values.nbytes > MAPPED_BYTES else np.ascontiguousarray(values)
