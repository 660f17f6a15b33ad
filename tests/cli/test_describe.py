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
    io.write(Microstructure(np.ones((2, 2, 2), np.uint8), phase_names=("donor", "acceptor")), tmp_path / "film.vti")
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


def test_what_the_file_says_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = np.zeros((4, 3, 2), np.uint8)
    labels[0] = 255
    np.save(tmp_path / "film.npy", labels)
    assert run(tmp_path / "film.npy", "--json", "--voxel", 2, 2, 0.5, "um") == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["voxel_nm"] == [2000, 2000, 500]
    assert entry["phases"] == {"0": "donor", "1": "acceptor"}
    assert entry["labels"] == {"0": 18, "1": 6}
    assert entry["axes_from"] == "convention"


@pytest.mark.parametrize(
    ("options", "shape", "labels"),
    [
        (["--map", "1=0", "2=1"], [4, 3, 2], {"0": 18, "1": 6}),
        (["--map", "1=acceptor", "2=3:void"], [4, 3, 2], {"1": 18, "3": 6}),
        (["--map", "1=0", "2=1", "--axes", "zyx", "--flip", "z", "x"], [2, 3, 4], {"0": 18, "1": 6}),
        (["--segment", "threshold=1.5"], [4, 3, 2], {"0": 18, "1": 6}),
        (["--raw", 4, 3, 34, "uint8", "--segment", "otsu"], None, None),
    ],
)
def test_options_answer_what_the_file_leaves_open(
    options: list[object],
    shape: list[int] | None,
    labels: dict[str, int] | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = np.ones((4, 3, 2), np.uint8)
    values[0] = 2
    np.save(tmp_path / "film.npy", values)
    if shape is None:
        with pytest.raises(InputError, match="bytes"):
            run(tmp_path / "film.npy", "--json", *options)
        return
    with pytest.raises(InputError, match="--map 1=0 2=1"):
        run(tmp_path / "film.npy", "--json")
    assert run(tmp_path / "film.npy", "--json", *options) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["shape"], entry["labels"]) == (shape, labels)
    assert entry["axes_from"] == ("option" if "--axes" in options else "convention")
    if "2=3:void" in options:
        assert entry["phases"] == {"0": "donor", "1": "acceptor", "2": "mixed", "3": "void"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--voxel", "2", "ells"], "--voxel knows the units"),
        (["--voxel", "1", "2", "nm"], "--voxel takes one edge, or three"),
        (["--map", "1"], "--map needs VALUE=LABEL"),
        (["--map", "1=0", "1=1"], "mapped to two phases"),
        (["--axes", "zy"], "axes are the letters"),
        (["--raw", "4", "3", "x", "uint8"], "--raw takes three whole numbers"),
        (["--raw", "4", "3", "2", "word"], "numbers such as uint8"),
        (["--segment", "magic"], "--segment must be"),
    ],
)
def test_a_wrong_option_is_named(options: list[str], words: str, text_file: Path) -> None:
    with pytest.raises(InputError, match=words):
        run(text_file, *options)


def test_properties_come_with_units_constants_and_assumptions(
    text_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, constants = text_file.with_suffix(".vti"), tmp_path / "constants.json"
    io.write(Microstructure(io.read(text_file).phases, (1.0, 1.0, 2.0), "no-flux", ("donor", "acceptor")), film)
    constants.write_text('{"carrier_lifetime": 2e-6}', encoding="utf-8")
    words = (film, "--set", "properties", "--only", "exciton_dissociation_D,short", "--constants", constants)
    assert run(*words, "--json") == 0
    entry = json.loads(capsys.readouterr().out)[0]
    assert list(entry["descriptors"]) == ["exciton_dissociation_D", "short_circuit_current"]
    assert entry["units"] == {"short_circuit_current": "A/m²"}
    assert entry["constants"]["carrier_lifetime"] == {"value": 2e-6, "unit": "s", "source": "given"}
    assert "Koster" in entry["constants"]["generation_rate"]["source"]
    assert any("space charge" in words for words in entry["short_circuit_current_assumes"])
    assert run(*words) == 0
    out, err = capsys.readouterr()
    assert "A/m²" in out
    assert "constant carrier_lifetime: 2e-06 s (given)" in out
    assert "Properties" in err


def test_constants_without_properties_are_a_mistake(text_file: Path) -> None:
    with pytest.raises(InputError, match="--set properties"):
        run(text_file, "--only", "stiffness")


def test_representative_tells_how_many_films_and_how_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng, files = np.random.default_rng(0), []
    for number in range(3):
        labels = (rng.random((12, 12, 4)) > 0.4).astype(np.uint8)
        files.append(tmp_path / f"film{number}.vti")
        io.write(Microstructure(labels, (1.0, 1.0, 1.0), "periodic", ("donor", "acceptor")), files[-1])
    assert run(*files, "--representative", "ABS_f_D", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["interval"]["low"] < 0.4 < document["interval"]["high"]
    assert document["films_needed"] > 3
    assert [size["columns"] for size in document["sizes"]] == [12, 27]
    assert run(*files, "--representative", "exciton_dissociation") == 0
    assert "films for a mean within 1 %" in capsys.readouterr().out
    with pytest.raises(InputError, match="'speed'"):
        run(*files, "--representative", "speed")
    io.write(Microstructure(labels[:6], (1.0, 1.0, 1.0), "periodic", ("donor", "acceptor")), files[0])
    with pytest.raises(InputError, match="one size"):
        run(*files, "--representative", "ABS_f_D")
