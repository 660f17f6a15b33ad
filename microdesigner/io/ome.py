"""OME-TIFF (.ome.tif): the metadata of microscopy, with physical voxel sizes.

Source: https://docs.openmicroscopy.org/ome-model/latest/ome-tiff/specification.html
"""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.core.slabs import x_fastest
from microdesigner.io.labels import parsed, record_of
from microdesigner.io.scans import edge_facts
from microdesigner.io.units import in_nm

_DEFAULT_UNIT = "µm"  # by OME's schema
_OWN = "microdesigner "


def is_name(path: Path) -> bool:
    """Whether a file is an OME-TIFF by its name."""
    return path.name.lower().endswith((".ome.tif", ".ome.tiff"))


def facts(path: Path, xml: str, image: int) -> dict[str, Any]:
    """Entries of a Scan that OME's XML gives for the image of that number; empty where it gives none."""
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        return {}
    try:
        images = ElementTree.fromstring(xml).findall("{*}Image")
        pixels = images[image].find("{*}Pixels")
        note = images[image].findtext("{*}Description") or ""
    except (ElementTree.ParseError, IndexError, ValueError):
        return {}
    edges = [_edge(pixels, axis) for axis in "XYZ"] if pixels is not None else [None]
    known = (edges[0] or 0.0, edges[1] or 0.0, edges[2] or 0.0) if all(edges) else None
    if not note.startswith(_OWN):
        return {"voxel_nm": known}
    record = parsed(path, note.removeprefix(_OWN))
    return {"record": record, "phases_known": True, "oriented": True, **edge_facts(known, record)}


def write(microstructure: Microstructure, path: Path) -> None:
    """Write one image of labels; origin, phase names and lateral boundary go into its description."""
    from tifffile import imwrite

    metadata: dict[str, Any] = {"axes": "ZYX", "Description": _OWN + json.dumps(record_of(microstructure))}
    for axis, edge in zip("XYZ", microstructure.voxel_nm or (), strict=False):
        metadata |= {f"PhysicalSize{axis}": edge, f"PhysicalSize{axis}Unit": "nm"}
    with atomic_path(path) as temporary:
        layers = x_fastest(microstructure.phases)
        imwrite(temporary, layers, ome=True, photometric="minisblack", metadata=metadata)


def _edge(pixels: ElementTree.Element, axis: str) -> float | None:
    try:
        size = float(pixels.get(f"PhysicalSize{axis}", "nan"))
    except ValueError:
        return None
    return in_nm(size, pixels.get(f"PhysicalSize{axis}Unit", _DEFAULT_UNIT))
