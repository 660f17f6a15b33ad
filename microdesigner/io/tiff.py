"""TIFF stacks (.tif, .tiff): one page [y, x] per layer of the film, with ImageJ's voxel edges in nm."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.io.labels import Voxel, check_size, parsed, record_of, voxel_of
from microdesigner.io.scans import Scan

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPageSeries

_KEY = "microdesigner"
# deflate packs no tighter, so a larger volume cannot be in the file
_BEST_COMPRESSION = 1100
_NM_PER_UNIT = {"nm": 1.0, "nanometer": 1.0, "um": 1e3, "µm": 1e3, "micron": 1e3, "\\u00B5m": 1e3, "mm": 1e6, "cm": 1e7}


def scan(path: Path) -> Scan:
    """Read a stack of one channel; pages are layers from the cathode up. Voxel edges need a unit."""
    from tifffile import TiffFile, logger

    logger().setLevel(logging.CRITICAL)  # it would print each damaged tag beside the one sentence raised here
    try:
        with TiffFile(path) as file:
            series = file.series[0]
            shape = _shape(path, series)
            check_size(path, shape, most=_BEST_COMPRESSION * path.stat().st_size)
            metadata = file.imagej_metadata or {}
            record = parsed(path, str(metadata[_KEY])) if _KEY in metadata else {}
            # tifffile passes over the pages that a shortened file has lost
            if metadata.get("images", shape[0]) != shape[0] or record.get("shape", [*shape[::-1]]) != [*shape[::-1]]:
                raise InputError(f"{path} has lost some of its layers; copy or export it again.")
            layers = series.asarray().reshape(shape)
            voxel = _voxel(path, file, metadata, record)
    except InputError:
        raise
    except Exception:  # noqa: BLE001 - tifffile has no common error: a damaged file ends in any of a dozen
        raise InputError(f"{path} is not a whole TIFF stack; copy or export it again.") from None
    return Scan(np.ascontiguousarray(layers.T), voxel, record, oriented=bool(record))


def write(microstructure: Microstructure, path: Path) -> None:
    """Write an ImageJ stack; origin, phase names and lateral boundary go into its description."""
    from tifffile import imwrite

    edges = microstructure.voxel_nm
    record = json.dumps(
        record_of(microstructure) | {"shape": microstructure.shape, "voxel_nm": microstructure.voxel_nm}
    )
    with atomic_path(path) as temporary:
        imwrite(
            temporary,
            # all six axes, or tifffile would take a film three voxels wide for colours
            np.ascontiguousarray(microstructure.phases.T)[None, :, None, :, :, None],
            imagej=True,
            photometric="minisblack",
            resolution=(1 / edges[0], 1 / edges[1]) if edges else None,
            metadata={"axes": "TZCYXS", _KEY: record} | ({"spacing": edges[2], "unit": "nm"} if edges else {}),
        )


def _shape(path: Path, series: "TiffPageSeries") -> tuple[int, int, int]:
    """Layers, rows and columns, also where tifffile leaves out edges of one voxel."""
    if set(series.axes) & set("CST"):
        raise InputError(f"{path} has several channels or times; export one channel of labels.")
    rows, columns = series.keyframe.imagelength, series.keyframe.imagewidth
    return series.size // max(rows * columns, 1), rows, columns


def _voxel(path: Path, file: "TiffFile", metadata: dict[str, Any], record: Any) -> Voxel | None:
    if isinstance(record, dict) and record.get("voxel_nm"):  # exact, where the tags hold ratios of 32-bit numbers
        return voxel_of(path, record["voxel_nm"])
    nm = _NM_PER_UNIT.get(str(metadata.get("unit", "")))
    if nm is None:
        return None
    x_per_unit, y_per_unit = file.pages.first.get_resolution(unit=1)
    return voxel_of(path, (nm / x_per_unit, nm / y_per_unit, nm * float(metadata.get("spacing", 1.0))))
