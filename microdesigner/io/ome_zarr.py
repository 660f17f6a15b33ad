"""OME-Zarr (.ome.zarr), written: an image of labels in chunks, with coarser levels. Reading: see `zarr_store`.

Version 0.4 (Zarr 2), which every reader of the format knows. Source: https://ngff.openmicroscopy.org/0.4.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.paths import replace_folder, temporary_folder
from microdesigner.core.slabs import x_fastest
from microdesigner.io.labels import record_of
from microdesigner.io.tiled import PutTile, TiledVolume, described

VERSION, RECORD = "0.4", "microdesigner"
CHUNK = 256
"""Voxels along x and y of a chunk of the finest level; tiles that begin at multiples of it can be put in any order."""
COARSEST = 512
"""Voxels along x and y that the coarsest level has at most."""
MOST_LAYERS = 256


def write(microstructure: Microstructure, path: Path) -> None:
    """Write the labels with their coarser levels; the folder `path` is whole or absent."""
    with tiled(described(microstructure), path) as put:
        x, y, _ = microstructure.shape
        for i in range(0, x, CHUNK):
            for j in range(0, y, CHUNK):
                along_x, along_y = slice(i, min(i + CHUNK, x)), slice(j, min(j + CHUNK, y))
                put(along_x, along_y, microstructure.phases[along_x, along_y])


@contextmanager
def tiled(volume: TiledVolume, path: Path) -> Iterator[PutTile]:
    """A function that puts tiles, which begin at multiples of `CHUNK`, into the store; the folder `path` is there when
    the block ends.

    The store is written chunk by chunk, without zarr's library, which keeps threads of its own.
    """
    with temporary_folder(path.parent, path.stem) as folder:
        shapes = _shapes(volume.shape)
        levels = [_Level(folder / str(number), shape, CHUNK >> number) for number, shape in enumerate(shapes)]
        record = record_of(volume) | {"voxel_nm": volume.voxel_nm}
        _write_json(folder / ".zgroup", {"zarr_format": 2})
        _write_json(folder / ".zattrs", {"multiscales": [_multiscale(volume, shapes, path.name)], RECORD: record})

        def put(x: slice, y: slice, labels: PhaseArray) -> None:
            for number, level in enumerate(levels):
                if number:
                    labels = halved(labels)
                level.put(x.start >> number, y.start >> number, labels)

        yield put
        replace_folder(folder, path)


class _Level:
    """An array of `shape` voxels along x, y, z in the folder `path`, in chunks of so many along x and y."""

    def __init__(self, path: Path, shape: tuple[int, int, int], chunk: int) -> None:
        from numcodecs import Blosc

        x, y, z = shape
        self._path, self._codec = path, Blosc("zstd", clevel=5, shuffle=Blosc.BITSHUFFLE)
        self._chunk = min(z, MOST_LAYERS), min(y, chunk), min(x, chunk)
        path.mkdir()
        entries = {"shape": (z, y, x), "chunks": self._chunk, "dtype": "|u1", "order": "C", "fill_value": 0}
        entries |= {"compressor": self._codec.get_config(), "filters": None, "dimension_separator": "/"}
        _write_json(path / ".zarray", {"zarr_format": 2, **entries})

    def put(self, x: int, y: int, labels: PhaseArray) -> None:
        """Write the chunks of `labels` [x, y, z], which begin at a chunk and end at one or with the array."""
        layers = x_fastest(labels)
        for start in np.ndindex(*(-(-edge // chunk) for edge, chunk in zip(layers.shape, self._chunk, strict=True))):
            spans = (slice(i * edge, (i + 1) * edge) for i, edge in zip(start, self._chunk, strict=True))
            inside = layers[tuple(spans)]
            chunk = np.zeros(self._chunk, np.uint8)
            chunk[tuple(map(slice, inside.shape))] = inside
            k, j, i = start
            file = self._path / str(k) / str(j + y // self._chunk[1]) / str(i + x // self._chunk[2])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self._codec.encode(chunk))


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def halved(labels: PhaseArray) -> PhaseArray:
    """The labels [x, y, z] in half the resolution: of 2×2×2 voxels the label of most, of equally many the first."""
    x, y, z = (edge // 2 * 2 for edge in labels.shape)
    blocks = labels[:x, :y, :z].reshape(x // 2, 2, y // 2, 2, z // 2, 2)
    counts = [(blocks == label).sum((1, 3, 5)) for label in range(int(labels.max(initial=0)) + 1)]
    found: PhaseArray = np.argmax(counts, axis=0).astype(np.uint8)
    return found


def _shapes(shape: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """Voxels along x, y, z of each level, as long as all edges can be halved."""
    shapes = [shape]
    while max(shapes[-1][:2]) > COARSEST and min(shapes[-1]) > 1 and CHUNK >> len(shapes):
        x, y, z = shapes[-1]
        shapes.append((x // 2, y // 2, z // 2))
    return shapes


def _multiscale(volume: TiledVolume, shapes: list[tuple[int, int, int]], name: str) -> dict[str, Any]:
    """The entry `multiscales`: without voxel edges, lengths count voxels and have no unit."""
    edges = volume.spacing
    unit = {"unit": "nanometer"} if volume.voxel_nm else {}
    datasets = []
    for number in range(len(shapes)):
        scale = [edge * 2**number for edge in reversed(edges)]
        middle = [edge * (2**number - 1) / 2 for edge in reversed(edges)]
        transformations = [{"type": "scale", "scale": scale}, {"type": "translation", "translation": middle}]
        datasets.append({"path": str(number), "coordinateTransformations": transformations})
    axes = [{"name": axis, "type": "space", **unit} for axis in "zyx"]
    return {"version": VERSION, "name": name.partition(".")[0], "axes": axes, "datasets": datasets, "type": "mode"}
