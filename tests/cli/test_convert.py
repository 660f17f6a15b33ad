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
