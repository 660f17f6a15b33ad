"""Folders of pictures: one layer each, in the order of their numbers. Nothing tells the distance between layers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io.axes import in_xyz
from microdesigner.io.damage import BEST_COMPRESSION
from microdesigner.io.labels import check_size
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan

PICTURES = (".png", ".bmp")
_MOST_STEP = 1 << 20
_MOST_PIXELS = 8 * BEST_COMPRESSION  # to a byte of a packed picture in black and white
SLICES = (".tif", ".tiff", *PICTURES)


def is_picture(path: Path) -> bool:
    """Whether a file is a picture, whose rows run downwards."""
    return path.suffix.lower() in PICTURES


def upright(volume: Microstructure, path: Path) -> Microstructure:
    """What was read from `path` as it lies in a film: a picture is a cross-section, whose lower edge is the film's
    lower face; all else lies as its axes say."""
    if not is_picture(path) or volume.shape[2] > 1:
        return volume
    x, y, z = volume.spacing
    edges = volume.voxel_nm and (x, z, y)
    return replace(volume, phases=volume.phases[:, ::-1].swapaxes(1, 2), voxel_nm=edges)


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key that counts: slice2 before slice10."""
    return [(int(word), "") if word.isdigit() else (-1, word) for word in re.split(r"(\d+)", text)]


def slice_files(folder: Path) -> list[Path]:
    """The pictures of one kind in `folder` in the order of their numbers; the kind of which there are most."""
    groups: dict[str, list[Path]] = {}
    for entry in folder.iterdir():
        kind = entry.suffix.lower().replace(".tiff", ".tif")
        if kind in SLICES and entry.is_file() and not entry.name.startswith("."):
            groups.setdefault(kind, []).append(entry)
    files = max(groups.values(), key=len, default=[])
    return sorted(files, key=lambda entry: natural(entry.name))


def scan(folder: Path, options: ImportOptions) -> Scan:
    """Read all pictures of `folder` as layers along z, from the cathode up."""
    files = slice_files(folder)
    if not files:
        raise InputError(f"{folder} is a folder without slices (PNG, BMP or TIFF); give the file of a volume.")
    _check_gaps(folder, files)
    first = _layer(files[0])
    check_size(folder, (len(files), *first.shape))
    layers = np.empty((len(files), *first.shape), first.dtype)
    for number, file in enumerate(files):
        layer = first if number == 0 else _layer(file)
        if layer.shape != first.shape:
            raise InputError(f"{file} is no slice of the size of {files[0].name}; keep one stack per folder.")
        if layer.dtype != layers.dtype:
            layers = layers.astype(np.result_type(layers, layer), copy=False)
        layers[number] = layer
    values, source = in_xyz(folder, layers, "zyx", options, "convention")
    return Scan(values, axes_from=source)


def picture(path: Path, options: ImportOptions) -> Scan:
    """Read one picture as a film of one layer."""
    values, source = in_xyz(path, _layer(path)[None], "zyx", options, "convention")
    return Scan(values, axes_from=source)


def _check_gaps(folder: Path, files: Sequence[Path]) -> None:
    """Raise InputError where the numbers of slices leave one out; those without a rule, such as dates, tell nothing."""
    keys = [natural(file.stem) for file in files]
    if len({tuple(word for number, word in key if number < 0) for key in keys}) != 1:
        return
    varying = [place for place, parts in enumerate(zip(*keys, strict=False)) if len(set(parts)) > 1]
    if len(varying) != 1:
        return
    steps = np.diff([key[varying[0]][0] for key in keys])
    usual = int(np.bincount(steps).argmax()) if steps.max() < _MOST_STEP else 0
    gaps = np.flatnonzero((steps > usual) & (steps % max(1, usual) == 0))
    if usual and gaps.size and 2 * np.count_nonzero(steps == usual) > len(steps):
        before, after = files[gaps[0]].name, files[gaps[0] + 1].name
        raise InputError(f"{folder} has no slice between {before} and {after}; add it, or number them without gaps.")


def _layer(path: Path) -> NDArray[Any]:
    """One picture [y, x] of one channel; colour pictures are taken where they are grey."""
    if is_picture(path):
        pixels = _pixels(path)
    else:
        from microdesigner.io import tiff

        layer = tiff.scan(path, ImportOptions()).values
        if layer.shape[2] != 1:
            raise InputError(f"{path} holds {layer.shape[2]} layers, in a folder of slices; keep one stack per folder.")
        pixels = layer[:, :, 0].T
    return _grey(path, pixels)


def _pixels(path: Path) -> NDArray[Any]:
    from PIL import Image, UnidentifiedImageError

    try:
        # from memory: a file would be asked for as many bytes as a damaged length declares
        with Image.open(BytesIO(path.read_bytes())) as image:
            check_size(path, (1, *image.size), most=_MOST_PIXELS * path.stat().st_size)
            if image.mode == "P":  # the numbers of colours are the labels
                return np.asarray(image)
            return np.asarray(image.convert("L") if image.mode == "1" else image)
    except (UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} is not a whole picture ({_brief(error)}); copy it again.") from None


def _grey(path: Path, pixels: NDArray[Any]) -> NDArray[Any]:
    if pixels.ndim == 2:
        return pixels
    colours: Sequence[int] = range(min(3, pixels.shape[2]))
    if pixels.ndim == 3 and all((pixels[:, :, n] == pixels[:, :, 0]).all() for n in colours):
        return pixels[:, :, 0]
    raise InputError(f"{path} is a picture in colour; export grey values or labels.")


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:80].rstrip(".")
