"""Zarr and OME-Zarr (folders called .zarr), read by zarr in a process of its own (see `isolation`).

Source: https://ngff.openmicroscopy.org (multiscales: axes with units, scales per level).
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.io.arrays import chosen
from microdesigner.io.axes import in_xyz, letter_of, three_of
from microdesigner.io.labels import Voxel, check_size, voxel_of
from microdesigner.io.mapped_arrays import gathered, layered
from microdesigner.io.ome_zarr import RECORD
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan
from microdesigner.io.units import in_nm

EXTENSIONS = (".zarr",)
_MOST_OBJECTS = 1000
_XARRAY = "_ARRAY_DIMENSIONS"


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read the finest level of the only image, or the array that is named."""
    try:
        return _scan(path, options)
    except (InputError, MemoryError, PermissionError):
        raise
    except Exception:  # noqa: BLE001 - zarr and its codecs have no common error
        raise InputError(f"{path} is not a whole Zarr store; copy or export it again.") from None


def _scan(path: Path, options: ImportOptions) -> Scan:
    import zarr

    root = zarr.open(str(path), mode="r")
    if isinstance(root, zarr.Array):
        return _of_array(path, root, {}, options, None, ())
    found: dict[str, Any] = {}
    images = {"": scales} if (scales := _multiscales(root)) else {}
    for name, entry in root.members(max_depth=None):
        if len(found) == _MOST_OBJECTS:
            break
        if isinstance(entry, zarr.Array):
            found |= {name: entry} if _is_volume(entry) else {}
        elif scales := _multiscales(entry, f"{name}/"):
            images[name] = scales
    levels = {level: noted for scales in images.values() for level, noted in scales.items()}
    main = images.get("") or (next(iter(images.values())) if len(images) == 1 else {})
    finest = next(iter(main), None)
    name = chosen(path, list(found), options, finest if finest in found else None)
    scanned = _of_array(path, found[name], levels.get(name, {}), options, name, tuple(found))
    record = root.attrs.get(RECORD) if name == finest else None
    if not isinstance(record, dict):
        return scanned
    known = voxel_of(path, record["voxel_nm"]) if record.get("voxel_nm") is not None else None
    return replace(scanned, record=record, phases_known=True, oriented=True, edges_without_unit=None, voxel_nm=known)


def _is_volume(array: Any) -> bool:
    return array.dtype.kind in "biuf" and array.ndim >= 3 and three_of(array.shape, "t" * array.ndim) is not None


def _multiscales(image: Any, prefix: str = "") -> dict[str, dict[str, Any]]:
    """Axes and scale of each level of an image by its path, the finest first; empty where the group is none."""
    attributes = dict(image.attrs)
    entries = attributes.get("ome", attributes).get("multiscales", [])
    found: dict[str, dict[str, Any]] = {}
    for level in entries[0].get("datasets", []) if entries else []:
        scales = [scale for part in (level, entries[0]) if (scale := _scale(part)) is not None]
        found[f"{prefix}{level['path']}"] = {"axes": entries[0].get("axes", []), "scale": _product(scales)}
    return found


def _scale(part: dict[str, Any]) -> list[float] | None:
    """The scale of a level, or of the whole, by which those of the levels are multiplied."""
    return next((t["scale"] for t in part.get("coordinateTransformations", []) if t.get("type") == "scale"), None)


def _product(scales: list[list[float]]) -> list[float] | None:
    return [math.prod(factors) for factors in zip(*scales, strict=True)] if scales else None


def _of_array(
    path: Path, array: Any, noted: dict[str, Any], options: ImportOptions, name: str | None, names: tuple[str, ...]
) -> Scan:
    check_size(path, (1, 1, int(np.prod(array.shape, dtype=object))))
    axes = noted.get("axes") or _dimension_names(array)
    letters = "".join(map(_letter, axes))
    axes_known = len(letters) == array.ndim and {"x", "y", "z"} <= set(letters)
    stored = letters if axes_known else "c" * (array.ndim - 3) + "zyx"
    numbers = gathered(array.shape, array.dtype, layered(array, array.shards or array.chunks))
    values, source = in_xyz(path, numbers, stored, options, "file" if axes_known else "convention")
    known, without_unit = _edges(axes, noted.get("scale")) if axes_known else (None, None)
    return Scan(
        values, voxel_nm=known, edges_without_unit=without_unit, axes_from=source, array=name, arrays=names
    )  # fmt: skip


def _dimension_names(array: Any) -> list[str]:
    """What the array itself calls its axes: by Zarr's version 3, or as xarray notes it in version 2."""
    names = getattr(array.metadata, "dimension_names", None) or array.attrs.get(_XARRAY)
    return [str(name or "") for name in names] if isinstance(names, list | tuple) else []


def _letter(axis: Any) -> str:
    return letter_of(str(axis["name"] if isinstance(axis, dict) else axis))


def _edges(axes: list[Any], scale: Any) -> tuple[Voxel | None, Voxel | None]:
    """Voxel edges in nm, or those of which one has no unit."""
    if not isinstance(scale, list) or len(scale) != len(axes):
        return None, None
    sizes, found = {}, {}
    for axis, size in zip(axes, scale, strict=True):
        letter = _letter(axis)
        sizes[letter] = float(size)
        found[letter] = in_nm(float(size), str(axis.get("unit", "")) if isinstance(axis, dict) else "")
    x, y, z = (found.get(axis) for axis in "xyz")
    if x and y and z:
        return (x, y, z), None
    edges = sizes["x"], sizes["y"], sizes["z"]
    return None, edges if min(edges) > 0 and all(map(math.isfinite, edges)) else None
