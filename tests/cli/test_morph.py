"""`generate --morph`: a series of films from one volume to another, and what is no way between two."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.cli.main import main
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.io.volumes import read, write


@pytest.fixture
def films(tmp_path: Path) -> list[str]:
    paths = []
    for seed, shape in ((1, (8, 8, 4)), (2, (8, 8, 4)), (3, (4, 8, 4))):
        phases = np.random.default_rng(seed).integers(0, 3, shape).astype(np.uint8)
        phases = phases.repeat(8, 0).repeat(8, 1).repeat(8, 2)
        write(Microstructure(phases, (1.0, 1.0, 2.0)), tmp_path / f"film{seed}.vti")
        paths.append(str(tmp_path / f"film{seed}.vti"))
    return paths


@pytest.fixture
def call(tiny_folder: Path, tmp_path: Path) -> Any:
    def run(*options: str) -> int:
        how = ("--model", str(tiny_folder), "--steps", "2", "--match", "fractions", "--refinement", "0")
        return main(["generate", *how, "--out", str(tmp_path / "out"), *options])

    return run


def test_a_series_begins_and_ends_with_the_films_and_each_is_made_again(
    call: Any, films: list[str], tmp_path: Path
) -> None:
    assert call("--morph", *films[:2], "--count", "3") == 0
    document = json.loads((tmp_path / "out" / "result.json").read_text())
    assert [entry["blend"] for entry in document["samples"]] == [0.0, 0.5, 1.0]
    made = [read(tmp_path / "out" / entry["file"]) for entry in document["samples"]]
    for volume, path in zip(made[::2], films, strict=False):
        assert np.mean(volume.phases != read(Path(path)).phases) < 1e-4
    asked = [entry["targets"]["vol_frac_D"] for entry in document["samples"]]
    assert asked[1] == pytest.approx((asked[0] + asked[2]) / 2)
    request = Request.from_json(made[1].provenance["request"])
    (tmp_path / "half.json").write_text(json.dumps(request.to_json()))
    assert main(["generate", str(tmp_path / "half.json"), "--out", str(tmp_path / "again")]) == 0
    assert (read(tmp_path / "again" / "sample-0000.vti").phases == made[1].phases).all()


def test_a_series_goes_on_where_it_was(
    call: Any, films: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--morph", *films[:2], "--count", "3", "--target", "vol_frac_D=0.4", "--strength", "0.3")
    assert call(*options) == 0
    before = (tmp_path / "out" / "sample-0001.vti").read_bytes()
    (tmp_path / "out" / "sample-0001.vti").unlink()
    capsys.readouterr()
    assert call(*options) == 0
    assert "2 of 3 films are there already" in capsys.readouterr().err
    assert (tmp_path / "out" / "sample-0001.vti").read_bytes() == before
    entries = json.loads((tmp_path / "out" / "result.json").read_text())["samples"]
    assert {entry["targets"]["vol_frac_D"] for entry in entries} == {0.4}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--morph", "A", "C"], ["64×64×32 and 32×64×32"]),
        (["--morph", "A", "B", "--count", "1"], ["2 to 400"]),
        (["--morph", "A", "B", "--strength", "1"], ["strength below 1"]),
        (["--morph", "A", "B", "--given", "A"], ["--morph", "leave those out"]),
        (["--morph", "A", "B", "--sweep", "vol_frac_D=0.2:0.6:3"], ["--morph", "leave those out"]),
        (["--morph", "A", "absent.vti"], ["absent.vti does not exist"]),
    ],
)
def test_what_is_no_way_is_one_sentence(
    call: Any, films: list[str], options: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*[films["ABC".index(option)] if option in "ABC" else option for option in options]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert all(word in error for word in words), error
