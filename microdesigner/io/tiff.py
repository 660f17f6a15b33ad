"""TIFF stacks (.tif, .tiff): one page [y, x] per layer of the film, with ImageJ's voxel edges in nm; OME-TIFF too.

Read by tifffile and imagecodecs, in a process of its own (see `isolation`).
"""

import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.core.slabs import x_fastest
from microdesigner.io import ome
from microdesigner.io.arrays import chosen
from microdesigner.io.axes import in_xyz
from microdesigner.io.labels import Voxel, check_size, parsed, record_of, voxel_of
from microdesigner.io.mapped_arrays import gathered
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan, Source, edge_facts
from microdesigner.io.units import in_nm

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage, TiffPageSeries

_KEY = "microdesigner"
# deflate packs no tighter, so a larger volume cannot be in the file; other methods do
_BEST_COMPRESSION = 1100
_DEFLATE, _PLAIN = (8, 32946), 1
_MOST_PAGES = 1 << 17
_VOLUME_AND_COLOURS, _COLOURS = 4, 4  # axes; samples of a pixel
_BASELINE_TAGS = 532


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read all pages of one channel; pages are layers from the cathode up. Voxel edges need a unit."""
    from tifffile import TiffFile, logger

    problems = _Problems()
    logger().handlers, logger().propagate = [problems], False
    try:
        with TiffFile(path) as file:
            found = _scan(path, file, options)
        if problems.lost_tag:
            raise InputError(f"{path} has lost its description or part of its tags; copy or export it again.")
        return found
    except (InputError, MemoryError, PermissionError):
        raise
    except ImportError as error:  # tifffile raises it where a codec is missing
        raise InputError(f"{path} cannot be unpacked ({_brief(error)}); save it with another compression.") from None
    except Exception:  # noqa: BLE001 - tifffile has no common error: a damaged file ends in any of a dozen
        raise InputError(f"{path} is not a whole TIFF stack; copy or export it again.") from None


def write(microstructure: Microstructure, path: Path) -> None:
    """Write an ImageJ stack; origin, phase names and lateral boundary go into its description. Files called .ome.tif
    get OME's metadata instead."""
    from tifffile import imwrite

    if ome.is_name(path):
        return ome.write(microstructure, path)
    edges = microstructure.voxel_nm
    record = json.dumps(
        record_of(microstructure) | {"shape": microstructure.shape, "voxel_nm": microstructure.voxel_nm}
    )
    with atomic_path(path) as temporary:
        imwrite(
            temporary,
            # all six axes, or tifffile would take a film three voxels wide for colours
            x_fastest(microstructure.phases)[None, :, None, :, :, None],
            imagej=True,
            photometric="minisblack",
            resolution=(1 / edges[0], 1 / edges[1]) if edges else None,
            metadata={"axes": "TZCYXS", _KEY: record} | ({"spacing": edges[2], "unit": "nm"} if edges else {}),
        )
    return None


class _Problems(logging.Handler):
    """Notes what tifffile only logs: that a baseline tag, such as the description, points beyond the file's end."""

    lost_tag = False

    def emit(self, record: logging.LogRecord) -> None:
        """Look for the tag's number."""
        match = re.search(r"TiffTag (\d+)", record.getMessage())
        self.lost_tag |= match is not None and int(match[1]) <= _BASELINE_TAGS


def _scan(path: Path, file: "TiffFile", options: ImportOptions) -> Scan:
    series = [entry for entry in file.series if not entry.keyframe.is_reduced]
    names = tuple(entry.name or f"Image{number}" for number, entry in enumerate(series)) if file.is_ome else ()
    metadata = file.imagej_metadata or {}
    record = parsed(path, str(metadata[_KEY])) if _KEY in metadata else {}
    if len(names) > 1:
        one: TiffPageSeries | None = series[names.index(chosen(path, names, options))]
    else:
        one = series[0] if len(series) == 1 else None
    _check_pages(path, file, one, metadata)
    if one is not None:
        values, letters, said = _of_series(path, file, one)
    else:
        values, letters, said = _of_pages(path, file), "zyx", "convention"
    turned, source = in_xyz(path, values, letters, options, said)
    if isinstance(record, dict) and record.get("shape", list(turned.shape)) != list(turned.shape):
        raise InputError(f"{path} has lost some of its layers; copy or export it again.")
    if record:
        edges = voxel_of(path, record["voxel_nm"]) if record.get("voxel_nm") else None
        return Scan(
            turned, axes_from=source, record=record, phases_known=True, oriented=True, **edge_facts(edges, record)
        )
    if file.is_ome and (noted := ome.facts(path, file.ome_metadata or "", series.index(one) if one else 0)):
        return Scan(turned, axes_from=source, arrays=names if len(names) > 1 else (), **noted)
    return Scan(turned, voxel_nm=_imagej_edges(file, metadata), axes_from=source)


def _of_series(path: Path, file: "TiffFile", series: "TiffPageSeries") -> tuple[NDArray[Any], str, Source]:
    """Numbers of one series with a letter per axis; mapped where they are stored plainly, one after the other."""
    shape, axes = series.get_shape(squeeze=False), series.get_axes(squeeze=False)
    spatial = [n for n, edge in enumerate(shape) if edge > 1 or axes[n] in "YX"]
    if len(spatial) - sum(axes[n] == "S" for n in spatial) == 2:  # one layer
        spatial, shape, axes = [0, *(n + 1 for n in spatial)], (1, *shape), "Z" + axes
    letters = "".join(axes[n].lower() for n in spatial)
    if "s" in letters and len(spatial) == _VOLUME_AND_COLOURS:
        check_size(path, (1, 1, series.size), most=_COLOURS * _most_voxels(path, series.keyframe))
        colourless = tuple(shape[n] for n in spatial if axes[n] != "S")
        return _unpacked(path, series, colourless), letters.replace("s", ""), "convention"
    if any(axes[n] in "CS" for n in spatial) or len(spatial) > 3:
        raise InputError(f"{path} has several channels or times; export one channel of labels.")
    check_size(path, tuple(shape[n] for n in spatial), most=_most_voxels(path, series.keyframe))
    if series.dataoffset is not None and series.keyframe.compression == _PLAIN and series.keyframe.is_memmappable:
        number = np.dtype(file.byteorder + series.dtype.char)
        values: NDArray[Any] = np.memmap(path, number, "r", series.dataoffset, tuple(shape[n] for n in spatial))
    else:
        values = _unpacked(path, series, tuple(shape[n] for n in spatial))
    axes_known = (file.is_imagej or file.is_ome) and "z" in letters
    return values, letters, "file" if axes_known else "convention"


def _unpacked(path: Path, series: "TiffPageSeries", shape: tuple[int, ...]) -> NDArray[Any]:
    """Numbers of one series, page by page where it has several; those of missing pages are 0."""
    if len(series) == 1 or series.dataoffset is not None:
        return _grey(path, series.asarray(maxworkers=1), series.axes).reshape(shape)
    missing, axes = np.zeros(int(np.prod(shape)) // len(series), series.dtype), series.keyframe.axes
    pages = (missing if page is None else _grey(path, page.asarray(maxworkers=1), axes) for page in series)
    return gathered(shape, series.dtype, pages)


def _grey(path: Path, pixels: NDArray[Any], axes: str) -> NDArray[Any]:
    """Of a picture in colour the channel that all colours equal; a second or fourth one is transparency."""
    if "S" not in axes:
        return pixels
    colours = np.moveaxis(pixels, axes.index("S"), 0)
    channels = colours[: len(colours) - (len(colours) in (2, 4))]
    if not all(np.array_equal(channel, channels[0]) for channel in channels):
        raise InputError(f"{path} is in colour; export grey values or labels.")
    return channels[0]


def _of_pages(path: Path, file: "TiffFile") -> NDArray[Any]:
    """All pages of the file as layers, where tifffile would make several series of them."""
    pages = [page.aspage() for page in file.pages]
    pages = [page for page in pages if not page.is_reduced]
    sizes = sorted({(page.imagelength, page.imagewidth) for page in pages})
    if len(sizes) != 1:
        shown = " and ".join(f"{columns}×{rows}" for rows, columns in sizes[:2])
        raise InputError(f"{path} has pages of different sizes ({shown}); keep one stack per file.")
    check_size(path, (len(pages), *sizes[0]), most=sum(_most_voxels(path, page) for page in pages))
    number = np.result_type(*{page.dtype for page in pages if page.dtype})
    layers = (_grey(path, page.asarray(maxworkers=1), page.axes) for page in pages)
    return gathered((len(pages), *sizes[0]), number, layers)


def _check_pages(path: Path, file: "TiffFile", series: "TiffPageSeries | None", metadata: dict[str, Any]) -> None:
    """Raise InputError where pages or parts of them are missing, which tifffile passes over or fills with zeros."""
    size = path.stat().st_size
    lost = InputError(f"{path} has lost some of its layers; copy or export it again.")
    if len(file.pages) > _MOST_PAGES:
        raise InputError(f"{path} has more than {_MOST_PAGES} pages; split it.")
    pages = [page.aspage() for page in file.pages]
    if not _ends(path, file):
        raise lost
    declared = metadata.get("images", len(pages))
    stored_once = len(pages) == 1 and series is not None  # ImageJ writes large stacks behind a single page
    if series is not None and declared != (
        series.size // max(1, int(np.prod(pages[0].shape))) if stored_once else len(pages)
    ):
        raise lost
    for page in pages:
        if not page.databytecounts or 0 in page.databytecounts:
            raise lost
        ends = (offset + count for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False))
        if max(ends) > size or len(page.dataoffsets) != len(page.databytecounts):
            raise lost


def _ends(path: Path, file: "TiffFile") -> bool:
    """Whether the chain of pages ends by itself rather than where the file has been cut off."""
    place = file.pages.next_page_offset
    with path.open("rb") as content:
        content.seek(place or 0)
        return not any(content.read(file.tiff.offsetsize))


def _most_voxels(path: Path, page: "TiffPage") -> int:
    """How many voxels the file can hold at most, by its compression; methods without a known bound are bounded by
    what unpacking them gives."""
    size = path.stat().st_size
    if page.compression == _PLAIN:
        return 8 * size  # eight pixels to a byte in black and white pictures
    return _BEST_COMPRESSION * size if page.compression in _DEFLATE else 1 << 31


def _imagej_edges(file: "TiffFile", metadata: dict[str, Any]) -> Voxel | None:
    """Edges by ImageJ's entries: unit for x, yunit and zunit where they differ; resolution is in pixels per unit."""
    unit = str(metadata.get("unit", ""))
    page = file.pages.first
    if "XResolution" not in page.tags or "YResolution" not in page.tags:
        return None
    try:
        x_per_unit, y_per_unit = page.get_resolution(unit=1)
        lengths = (1 / x_per_unit, 1 / y_per_unit, float(metadata.get("spacing", 1.0)))
    except (ValueError, ZeroDivisionError, TypeError):
        return None
    units = (unit, str(metadata.get("yunit", unit)), str(metadata.get("zunit", unit)))
    x, y, z = (in_nm(length, word) for length, word in zip(lengths, units, strict=True))
    return (x, y, z) if x and y and z else None


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:120].rstrip(".")
