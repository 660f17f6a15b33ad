"""From an array as a file stores it to [x, y, z]."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Source

_WORDS = {
    "depth": "z", "plane": "z", "slice": "z", "layer": "z", "height": "y", "row": "y", "width": "x", "column": "x",
    "col": "x",
}  # fmt: skip
Oriented = tuple[NDArray[Any], Source]


def in_xyz(path: Path, values: NDArray[Any], stored: str, options: ImportOptions, source: Source = "file") -> Oriented:
    """A view [x, y, z] of `values`, and who says so: the user's `options.axes`, else `stored` by `source`.

    `stored` holds a letter per axis of `values`. Axes of one voxel beyond three are dropped, those that are not x, y
    or z first; raises InputError where more than three axes remain.
    """
    values, letters = _three(path, values, stored)
    if options.axes is not None:
        letters, source = options.axes, "option"
    elif sorted(letters) != ["x", "y", "z"]:
        usual = "".join(letter for letter in stored if letter in "xyz")
        letters = usual if source == "convention" and len(usual) == 3 else _guessed(letters)
    return values.transpose([letters.index(axis) for axis in "xyz"]), source


def three_of(shape: tuple[int, ...], letters: str) -> list[int] | None:
    """Which axes of `shape` remain when those of one voxel beyond three are dropped, those that are not x, y or z
    first; None where more than three axes have several voxels, or there are fewer than three axes."""
    spatial = list(range(len(shape)))
    others = [n for n in reversed(spatial) if letters[n] not in "xyz"]
    for axis in [*others, *(n for n in reversed(spatial) if n not in others)]:
        if len(spatial) > 3 and shape[axis] == 1:
            spatial.remove(axis)
    return spatial if len(spatial) == 3 else None


def _three(path: Path, values: NDArray[Any], letters: str) -> tuple[NDArray[Any], str]:
    spatial = three_of(values.shape, letters)
    if spatial is None:
        shape = size_words(values.shape)
        raise InputError(f"{path} is not a volume (its array is {shape}); give one array of three dimensions.")
    chosen = [spatial.index(n) if n in spatial else None for n in range(values.ndim)]
    squeezed = values[tuple(slice(None) if place is not None else 0 for place in chosen)]
    return squeezed, "".join(letters[n] for n in spatial)


def _guessed(letters: str) -> str:
    """Letters of axes of which some stand for no direction, such as pages or times: these take the missing ones."""
    missing = [axis for axis in "zyx" if axis not in letters]
    known = [letter for n, letter in enumerate(letters) if letter in "xyz" and letters.index(letter) == n]
    free = iter(missing)
    return "".join(letter if letter in known else next(free) for letter in letters)


def fortran(flat: NDArray[Any], shape: tuple[int, ...], options: ImportOptions, path: Path) -> Oriented:
    """Numbers that follow each other with x fastest, as a view [x, y, z]; `options.axes` names another order, the
    slowest axis first, of the same voxels along x, y and z."""
    axes = options.axes or "zyx"
    stored = tuple(shape["xyz".index(axis)] for axis in axes)
    return in_xyz(path, flat.reshape(stored), axes, options, "file")


def letter_of(word: str) -> str:
    """The letter of an axis by the name that a file gives it: what rows, columns and layers mean, else its first one;
    "?" for none."""
    name = word.strip().lower()
    return _WORDS.get(name.removesuffix("s"), name[:1] or "?")


def empty_checked(path: Path, shape: tuple[int, ...]) -> None:
    """Raise InputError for an array without voxels."""
    if 0 in shape:
        raise InputError(f"{path} is not a volume (its array is {'×'.join(map(str, shape))}); export it again.")


def whole_file(path: Path) -> memoryview:
    """The bytes of a file, mapped rather than read."""
    size = path.stat().st_size
    return mapped(path, np.dtype(np.uint8), 0, size).data if size else memoryview(b"")


def mapped(path: Path, dtype: "np.dtype[Any]", offset: int, count: int) -> NDArray[Any]:
    """`count` numbers of a file from byte `offset` on, mapped rather than read; the file must be long enough."""
    return np.memmap(path, dtype, "r", offset, (count,))
