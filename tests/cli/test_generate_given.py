"""`generate --given`: films completed from a volume, a smaller one, a slice, and what cannot be kept."""

import json
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
import pytest

from microdesigner.cli.main import main
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.io.volumes import read, write

FRACTIONS = ("--target", "vol_frac_D=0.34", "vol_frac_M=0.33")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    phases = np.random.default_rng(1).integers(0, 3, (8, 8, 4)).astype(np.uint8).repeat(8, 0).repeat(8, 1).repeat(8, 2)
    write(Microstructure(phases, (1.0, 1.0, 2.0)), tmp_path / "film.vti")
    return tmp_path / "film.vti"


@pytest.fixture
def call(tiny_folder: Path, tmp_path: Path) -> Any:
    def run(*options: str) -> int:
        return main(["generate", "--model", str(tiny_folder), "--steps", "2", "--out", str(tmp_path / "out"), *options])

    return run


def made(tmp_path: Path) -> np.ndarray:
    return read(tmp_path / "out" / "sample-0000.vti").phases


def test_a_region_of_a_film_is_kept(call: Any, film: Path, tmp_path: Path) -> None:
    assert call("--given", str(film), "--keep", "x=0:32", "y=60", *FRACTIONS) == 0
    phases, source = made(tmp_path), read(film).phases
    assert (phases[:32] == source[:32]).all()
    assert (phases[:, 60] == source[:, 60]).all()
    assert (phases != source)[32:].any()


def test_the_result_remakes_the_film(call: Any, film: Path, tmp_path: Path) -> None:
    assert call("--given", str(film), "--keep", "x=0:32", *FRACTIONS) == 0
    first = made(tmp_path)
    document = json.loads((tmp_path / "out" / "result.json").read_text())["request"]
    assert read(tmp_path / "out" / "sample-0000.vti").provenance["request"] == document
    assert Request.from_json(document).given is not None
    (tmp_path / "request.json").write_text(json.dumps(document))
    film.unlink()
    assert main(["generate", str(tmp_path / "request.json"), "--out", str(tmp_path / "again")]) == 0
    assert (read(tmp_path / "again" / "sample-0000.vti").phases == first).all()


def test_a_smaller_volume_grows(call: Any, film: Path, tmp_path: Path) -> None:
    assert call("--given", str(film), "--size", "96", "64", "32") == 0
    assert made(tmp_path).shape == (96, 64, 32)
    assert (made(tmp_path)[:64] == read(film).phases).all()


def test_a_mask_in_a_file_tells_what_is_kept(call: Any, film: Path, tmp_path: Path) -> None:
    kept = np.zeros((64, 64, 32), np.uint8)
    kept[5:40, 3:60, 7:20] = 1
    np.save(tmp_path / "mask.npy", kept)
    assert call("--given", str(film), "--keep", str(tmp_path / "mask.npy"), *FRACTIONS) == 0
    assert (made(tmp_path) == read(film).phases)[kept > 0].all()


def test_a_picture_is_a_cross_section_with_its_lower_edge_at_the_lower_face(call: Any, tmp_path: Path) -> None:
    picture = np.random.default_rng(2).integers(0, 3, (32, 64)).astype(np.uint8)  # rows from the top, columns
    imageio.imwrite(tmp_path / "slice.png", picture)
    assert call("--given", str(tmp_path / "slice.png"), "--keep", "y=12") == 0
    assert (made(tmp_path)[:, 12] == picture[::-1].T).all()


def test_targets_can_be_of_the_new_part(call: Any, film: Path, tmp_path: Path) -> None:
    options = ("--given", str(film), "--keep", "x=0:32", "--targets-of", "new", "--match", "fractions")
    assert call(*options, "--target", "vol_frac_D=0.2", "vol_frac_M=0.3") == 0
    assert np.mean(made(tmp_path)[32:] == 0) == pytest.approx(0.2, abs=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--keep", "x=0:32"], ["--given"]),
        (["--given", "FILM"], ["nothing is left to generate", "larger"]),
        (["--given", "FILM", "--keep", "x=0:99"], ["x=0:99", "0 to 63"]),
        (["--given", "FILM", "--keep", "x=0:32", "--size", "32", "64", "32"], ["larger than the film"]),
        (["--given", "FILM", "--keep", "x=0:48", "--target", "vol_frac_D=0.05"], ["donor", "0.050"]),
        (["--given", "FILM", "--keep", "x=0:32", "--sampler", "ancestral"], ["sa-solver"]),
        (["--given", "FILM", "--keep", "x=0:32", "--size", "-64", "64", "32"], ["-64×64×32"]),
        (["--given", "FILM", "--keep", "x=0:32", "--size", "70", "64", "32"], ["multiple of 32"]),
        (["--given", "FILM", "--strength", "0"], ["between 0.05 and 1"]),
        (["--strength", "0.5"], ["--given"]),
        (["--given", "absent.vti"], ["absent.vti does not exist"]),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(
    call: Any, film: Path, tmp_path: Path, options: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*[str(film) if option == "FILM" else option for option in options]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert all(word in error for word in words), error
    assert not (tmp_path / "out" / "result.json").exists()
