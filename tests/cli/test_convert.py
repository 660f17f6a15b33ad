"""The verb `convert`."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.cli import convert
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    convert.add_parser(parser.add_subparsers())  # type: ignore[arg-type]
    args = parser.parse_args(["convert", *map(str, words)])
    return int(args.run(args))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    labels = np.random.default_rng(5).integers(0, 3, (4, 5, 6)).astype(np.uint8)
    io.write(Microstructure(labels, (1.0, 2.0, 3.0), provenance={"seed": 5}), tmp_path / "film.vti")
    return tmp_path / "film.vti"


def test_formats_follow_the_extensions(film: Path) -> None:
    assert run(film, film.with_suffix(".tif")) == 0
    assert run(film.with_suffix(".tif"), film.with_name("back.raw")) == 0
    original, back = io.read(film), io.read(film.with_name("back.raw"))
    np.testing.assert_array_equal(back.phases, original.phases)
    assert (back.voxel_nm, back.provenance) == (original.voxel_nm, {"seed": 5})


def test_a_file_never_replaces_itself(film: Path) -> None:
    before = film.read_bytes()
    with pytest.raises(InputError, match="replace itself"):
        run(film, film.parent / "." / film.name)
    assert film.read_bytes() == before


def test_unknown_output_is_refused(film: Path) -> None:
    with pytest.raises(InputError, match=r"film\.bmp.*\.vti"):
        run(film, film.with_suffix(".bmp"))


def test_answers_are_written_into_the_file(tmp_path: Path) -> None:
    labels = np.random.default_rng(5).integers(1, 3, (4, 5, 6)).astype(np.uint8)
    np.save(tmp_path / "film.npy", labels)
    with pytest.raises(InputError, match="--map 1=0 2=1"):
        run(tmp_path / "film.npy", tmp_path / "film.vti")
    assert not (tmp_path / "film.vti").exists()
    options = ("--map", "1=0", "2=1", "--flip", "z", "--voxel", "2", "2", "5", "nm")
    assert run(tmp_path / "film.npy", tmp_path / "film.vti", *options) == 0
    back = io.read(tmp_path / "film.vti")
    np.testing.assert_array_equal(back.phases, labels[:, :, ::-1] - 1)
    assert (back.voxel_nm, back.phase_names) == ((2, 2, 5), ("donor", "acceptor"))


@pytest.mark.parametrize("extension", ["vti", "vtk", "tif", "ome.tif", "nrrd", "mhd", "mha", "raw", "h5", "dream3d"])
def test_nobody_writes_voxel_edges_that_nobody_told(extension: str, tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.random.default_rng(5).integers(0, 3, (4, 5, 6)).astype(np.uint8))
    assert run(tmp_path / "film.npy", tmp_path / f"film.{extension}") == 0
    assert io.read(tmp_path / f"film.{extension}").voxel_nm is None
    assert run(tmp_path / f"film.{extension}", tmp_path / "back.raw") == 0
    assert '"voxel_nm": null' in (tmp_path / "back.json").read_text(encoding="utf-8")
