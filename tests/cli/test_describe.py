"""The verb `describe`."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.cli import describe
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    describe.add_parser(parser.add_subparsers())  # type: ignore[arg-type]
    args = parser.parse_args(["describe", *map(str, words)])
    return int(args.run(args))


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    """Two donor voxels that meet only across the sides."""
    labels = np.ones((4, 4, 2), np.uint8)
    labels[0, 0, 1] = labels[3, 3, 0] = 0
    io.write(Microstructure(labels), tmp_path / "film.txt")
    return tmp_path / "film.txt"


def test_json_document(text_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(text_file, text_file, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document) == 2
    assert document[0]["file"] == str(text_file)
    assert document[0]["shape"] == [4, 4, 2]
    assert document[0]["descriptors"] == {"ABS_f_D": 2 / 32, "CT_f_D_tort1": 1.0, "CT_f_A_tort1": 1.0}
    assert document[0]["reasons"] == {}


def test_periodic_overrides_the_file(text_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for options in ([], ["--periodic"]):
        run(text_file, "--json", "--set", "graspi", *options)
        counts.append(json.loads(capsys.readouterr().out)[0]["descriptors"]["STAT_CC_D"])
    assert counts == [2, 1]


def test_full_set_adds_the_statistics(text_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film = text_file.with_suffix(".vti")
    io.write(Microstructure(io.read(text_file).phases, (1.0, 1.0, 2.0), "no-flux", ("donor", "acceptor")), film)
    assert run(film, "--set", "full", "--json") == 0
    entry = json.loads(capsys.readouterr().out)[0]
    assert entry["voxel_nm"] == [1, 1, 2]
    assert entry["descriptors"]["euler_D"] == 2
    assert entry["descriptors"]["specific_surface_DA"] > entry["descriptors"]["specific_surface_isotropic_DA"] > 0
    assert entry["descriptors"]["tortuosity_factor_D"] is None
    assert "no path" in entry["reasons"]["tortuosity_factor_D"]
    assert {name for name, value in entry["descriptors"].items() if value is None} == entry["reasons"].keys()


def test_lengths_are_null_where_the_file_records_no_voxel_edges(
    text_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(text_file, "--set", "full", "--json") == 0
    entry = json.loads(capsys.readouterr().out)[0]
    assert entry["voxel_nm"] is None
    for name in ("specific_surface_DA", "mean_chord_x_A", "domain_size_A", "DISS_f10_D", "ABS_wf_D"):
        assert entry["descriptors"][name] is None
        assert "voxel edges are unknown" in entry["reasons"][name]
    assert entry["descriptors"]["euler_D"] == 2


def test_missing_value_is_null_in_json_and_dashes_in_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    io.write(Microstructure(np.ones((2, 2, 2), np.uint8), phase_names=("d", "a")), tmp_path / "film.vti")
    run(tmp_path / "film.vti", "--json")
    entry = json.loads(capsys.readouterr().out)[0]
    assert entry["descriptors"]["CT_f_D_tort1"] is None
    assert entry["reasons"] == {"CT_f_D_tort1": "no donor voxel touches the anode"}
    run(tmp_path / "film.vti")
    assert "CT_f_D_tort1  -- (no donor voxel touches the anode)" in capsys.readouterr().out


def test_one_bad_file_prints_nothing(text_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=r"gone\.vti"):
        run(text_file, text_file.with_name("gone.vti"))
    assert capsys.readouterr().out == ""
