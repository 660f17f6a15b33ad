"""What an export writes is known before, and names keep their dots."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner.app.export_files import files_written, with_suffix
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import registry, volumes
from microdesigner.view3d.exports import write_surfaces
from microdesigner.view3d.surface_formats import SURFACE_FORMATS


@pytest.mark.parametrize(
    ("name", "suffix", "others", "expected"),
    [
        ("film", ".vti", (), "film.vti"), ("film.v1", ".vti", (), "film.v1.vti"), ("film.VTI", ".vti", (), "film.VTI"),
        ("film.tif", ".tiff", (".tif",), "film.tif"), ("my.v1", ".microdesigner", (), "my.v1.microdesigner"),
        (".hidden", ".csv", (), ".hidden.csv"),
    ],
)  # fmt: skip
def test_a_suffix_is_added_where_it_is_missing(name: str, suffix: str, others: tuple[str, ...], expected: str) -> None:
    assert with_suffix(Path("a.b") / name, suffix, others) == Path("a.b") / expected


@pytest.mark.parametrize("suffix", [entry.extensions[0] for entry in registry.FORMATS.values()])
def test_every_file_of_a_format_is_named(tmp_path: Path, suffix: str) -> None:
    phases = (np.indices((8, 8, 8))[0] % 2).astype(np.uint8)
    volume = Microstructure(phases, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor"))
    path = tmp_path / f"film.v1{suffix}"
    volumes.write(volume, path)
    assert set(tmp_path.iterdir()) == set(files_written(path, volume.phase_names))


@pytest.mark.parametrize("suffix", SURFACE_FORMATS)
def test_every_file_of_surfaces_is_named(tmp_path: Path, suffix: str) -> None:
    phases = (np.indices((8, 8, 8))[0] % 2).astype(np.uint8)
    volume = Microstructure(phases, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor"))
    path = tmp_path / f"film.v1{suffix}"
    written = write_surfaces(volume, path)
    assert set(written) == set(files_written(path, volume.phase_names)) == set(tmp_path.iterdir())
