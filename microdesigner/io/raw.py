"""Raw labels (NAME.raw, one byte per voxel, x fastest) with a JSON header beside them (NAME.json)."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.io import ising
from microdesigner.io.labels import check_size, parsed, record_of, voxel_of
from microdesigner.io.scans import Scan

ORDER = "x fastest"


def scan(path: Path) -> Scan:
    """Read NAME.raw by its header NAME.json, or a tomogram by NAME.xml; they must agree in size."""
    if path.with_suffix(".xml").is_file() and not path.with_suffix(".json").is_file():
        return ising.scan(path)
    header = _header(path)
    shape = tuple(header["shape"])
    size = path.stat().st_size
    check_size(path, shape, most=size)
    if size != np.prod(shape):
        raise InputError(f"{path} holds {size} bytes but its header declares {np.prod(shape)}; copy both files again.")
    phases = np.fromfile(path, np.uint8).reshape(shape, order="F")
    edges = voxel_of(path, header["voxel_nm"]) if header.get("voxel_nm") is not None else None
    return Scan(np.ascontiguousarray(phases), edges, header, oriented=True)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write NAME.raw and then its header NAME.json."""
    header = {"type": "uint8", "order": ORDER, "shape": microstructure.shape, "voxel_nm": microstructure.voxel_nm}
    document = json.dumps(header | record_of(microstructure), indent=1)
    # the outer file moves into place last, so a header always has its labels
    with atomic_path(path.with_suffix(".json")) as header_file, atomic_path(path) as labels_file:
        header_file.write_text(document, encoding="utf-8")
        labels_file.write_bytes(microstructure.phases.tobytes(order="F"))


def _header(path: Path) -> dict[str, Any]:
    beside = path.with_suffix(".json")
    try:
        header = parsed(beside, beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} needs its header {beside.name} in the same folder; copy it there.") from None
    except UnicodeDecodeError:
        raise InputError(f"{beside} is not a text file; copy the header again.") from None
    if not isinstance(header, dict):
        raise InputError(f"{beside} is not a header of raw labels; copy the header again.")
    if (header.get("type"), header.get("order")) != ("uint8", ORDER):
        raise InputError(f"{beside} must declare the type uint8 and the order '{ORDER}'; convert the labels first.")
    shape = header.get("shape")
    if not isinstance(shape, list) or not all(type(edge) is int for edge in shape):
        raise InputError(f"{beside} must give the shape as three whole numbers; add them.")
    return header
