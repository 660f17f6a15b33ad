"""What HDF5 files of other programs say of a dataset: ilastik, Fiji, DREAM.3D, ITK, Data Exchange, MATLAB 7.3.

Sources: https://ukoethe.github.io/vigra/doc-release/vigranumpy (axistags), https://github.com/ilastik/ilastik4ij
(element_size_um), http://www.dream3d.io (file format), https://dxfile.readthedocs.io (Data Exchange).
"""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from microdesigner.io.axes import letter_of
from microdesigner.io.labels import Voxel
from microdesigner.io.scans import Source
from microdesigner.io.units import in_nm

if TYPE_CHECKING:
    import h5py

_AXIS_TAGS, _LABELS, _ELEMENT_SIZE, _LONGEST = "axistags", "DIMENSION_LABELS", "element_size_um", 1 << 16
_MATLAB = "MATLAB_class"
# DREAM.3D's numbers of units of length (IGeometry::LengthUnit); the last two stand for none
_UNITS = {4: "pm", 5: "nm", 6: "um", 7: "mm", 8: "cm", 10: "m", 21: "Angstrom", 23: "inch", 100: "", 101: ""}


@dataclass(frozen=True)
class Layout:
    """`letters`: one per axis of the dataset; `directions` in space of x, y and z as they are stored; the rest as in
    `scans.Facts`."""

    letters: str
    axes_from: Source = "file"
    voxel_nm: Voxel | None = None
    voxel_from: Source = "file"
    edges_without_unit: Voxel | None = None
    value_names: dict[str, str] = field(default_factory=dict)
    directions: Any = None


def layout_of(file: "h5py.File", name: str) -> Layout:
    """The layout of the dataset at path `name`; without any word on axes they are x, y, z by convention."""
    dataset = file[name]
    dimensions = dataset.ndim
    if (dream3d := _dream3d(dataset)) is not None:
        return dream3d
    if name.startswith("ITKImage/") and "Spacing" in dataset.parent:  # x fastest; lengths have no unit
        x, y, z = (float(edge) for edge in dataset.parent["Spacing"][()])
        straight = dataset.parent["Directions"][()] if "Directions" in dataset.parent else None
        return Layout("zyx" + "c" * (dimensions - 3), edges_without_unit=(x, y, z), directions=straight)
    letters = _axis_tags(dataset) or _dimension_labels(dataset)
    if letters is None and _ELEMENT_SIZE in dataset.attrs:
        letters = "tczyx" if dimensions == 5 else "zyx" + "c" * (dimensions - 3)
    if letters is not None:
        return Layout(letters, voxel_nm=_element_size(dataset, letters))
    if name.startswith("exchange/"):  # Data Exchange: pictures of rotation angles or layers, z first
        return Layout("zyx" + "c" * (dimensions - 3), "convention")
    if _MATLAB in dataset.attrs:  # which stores the first index fastest
        return Layout("c" * (dimensions - 3) + "zyx", "convention")
    return Layout("xyz" + "c" * (dimensions - 3), "convention")


def _axis_tags(dataset: "h5py.Dataset") -> str | None:
    if _AXIS_TAGS not in dataset.attrs:
        return None
    try:
        entries = json.loads(text_of(dataset.attrs[_AXIS_TAGS]))["axes"]
        letters = "".join(str(entry["key"])[:1].lower() for entry in entries)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return letters if len(letters) == dataset.ndim and {"x", "y", "z"} <= set(letters) else None


def _dimension_labels(dataset: "h5py.Dataset") -> str | None:
    """HDF5's own labels of dimensions, or the attribute `axes` such as z:y:x. The labels are read as the attribute that
    they are: HDF5's call for them ends the process where they are stored as plain bytes."""
    words: list[str] = []
    if _LABELS in dataset.attrs:
        words = [text_of(word) for word in np.atleast_1d(dataset.attrs[_LABELS])]
    if not any(words) and "axes" in dataset.attrs:
        words = text_of(dataset.attrs["axes"]).replace(",", ":").split(":")
    letters = "".join(map(letter_of, words))
    return letters if len(letters) == dataset.ndim and {"x", "y", "z"} <= set(letters) else None


def _element_size(dataset: "h5py.Dataset", letters: str) -> Voxel | None:
    """Voxel edges by element_size_um, which holds one number per axis, or per spatial axis in their order."""
    if _ELEMENT_SIZE not in dataset.attrs:
        return None
    sizes = np.atleast_1d(np.asarray(dataset.attrs[_ELEMENT_SIZE], np.float64))
    axes = letters if len(sizes) == len(letters) else "".join(letter for letter in letters if letter in "xyz")
    if len(sizes) != len(axes):
        return None
    return _edges({axis: float(size) for axis, size in zip(axes, sizes, strict=True)}, "um")


def _dream3d(dataset: "h5py.Dataset") -> Layout | None:
    """DREAM.3D's cell arrays [z, y, x, component] under DataContainers/NAME (version 6) or DataStructure/NAME (NX),
    whose geometry records the spacing, and in NX the number of its unit."""
    container = dataset.parent.parent
    geometry = container.get("_SIMPL_GEOMETRY")
    letters = "zyx" + "c" * (dataset.ndim - 3)
    if geometry is not None and "SPACING" in geometry:
        return _spaced(letters, geometry["SPACING"][()], _length_unit(geometry), _phase_names(dataset))
    if "_SPACING" in container.attrs:
        return _spaced(letters, container.attrs["_SPACING"], _length_unit(container), _phase_names(dataset))
    return None


def _length_unit(geometry: "h5py.Group") -> str:
    """The unit of a geometry's lengths; empty where it has none."""
    stored = geometry.attrs.get("LengthUnit", geometry.attrs.get("Units", ""))
    text = text_of(stored)
    return _UNITS.get(int(text), text) if text.isdigit() else text


def _spaced(letters: str, spacing: Any, unit: str, names: dict[str, str]) -> Layout:
    """Where no unit is told, which is the rule in version 6, numbers are taken as nm: lengths of microstructures for
    this program are, and whoever uses the edges is told that they were taken so."""
    x, y, z = (float(edge) for edge in np.asarray(spacing).reshape(3))
    edges = _edges({"x": x, "y": y, "z": z}, unit or "nm")
    if edges is None:
        return Layout(letters, edges_without_unit=(x, y, z) if min(x, y, z) > 0 else None, value_names=names)
    return Layout(letters, voxel_nm=edges, voxel_from="file" if unit else "convention", value_names=names)


def _phase_names(dataset: "h5py.Dataset") -> dict[str, str]:
    """Names of the values 1, 2, ... of an array of phases by DREAM.3D's ensemble data; phase 0 is none."""
    if not dataset.name.rpartition("/")[2].lower().startswith("phase"):
        return {}
    for group in dataset.parent.parent.values():
        if hasattr(group, "get") and (stored := group.get("PhaseName")) is not None and stored.size < _LONGEST:
            names = [text_of(name) for name in np.asarray(stored).ravel()]
            return {str(number): name for number, name in enumerate(names) if number and name}
    return {}


def _edges(sizes: dict[str, float], unit: str) -> Voxel | None:
    x, y, z = (in_nm(sizes.get(axis, 0.0), unit) for axis in "xyz")
    return (x, y, z) if x and y and z else None


def text_of(value: Any) -> str:
    """An attribute or element as text, whether it is stored as text or as bytes."""
    value = np.asarray(value).ravel()[0] if np.size(value) else ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
