"""`dataset import` and `dataset info`: one command from files to a checked data set, one sentence where it cannot."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.cli.main import main
from microdesigner.data import build


@pytest.mark.parametrize(
    ("address", "open_to_all"), [("tcp://node1:8786", True), ("node1:8786", True), ("tls://node1:8786", False)]
)
def test_a_scheduler_of_others_is_warned_of_unless_it_is_reached_through_tls(
    address: str, open_to_all: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = list[object]()
    monkeypatch.setattr(build, "build_dataset", lambda *arguments: asked.append(arguments[4]) or iter(()))
    assert main(["dataset", "build", str(tmp_path / "set.h5"), "--scheduler", address]) == 0
    assert asked == [address]
    said = capsys.readouterr().err
    assert (f"{address} is open to everyone who reaches it and runs what they send" in said) is open_to_all
    assert ("use tls://" in said) is open_to_all


@pytest.fixture
def tomogram(tmp_path: Path) -> Path:
    grey = gaussian_filter(np.random.default_rng(0).normal(size=(48, 48, 16)), 1.5)
    np.save(tmp_path / "film.npy", grey)
    return tmp_path / "film.npy"


def test_a_tomogram_becomes_a_checked_data_set(
    tomogram: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "set.h5"
    command = [
        "dataset",
        "import",
        str(tomogram),
        "--out",
        str(out),
        "--voxel",
        "2",
        "--cathode",
        "z-",
        "--workers",
        "1",
    ]
    command += [
        "--segment",
        "fraction=0.4",
        "--stride",
        "8",
        "--resize",
        "32",
        "32",
        "32",
        "--map",
        "0=acceptor",
        "1=donor",
    ]
    assert main(command) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "grey values" in said.err
    assert "overlap" in said.err

    assert main(["dataset", "info", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["shape"] == [32, 32, 32]
    assert document["voxel_nm"] == [1.0, 1.0, 1.0]
    assert document["process"] == []
    assert document["origin"]["plan"]["mapping"] == [[0.0, 1], [1.0, 0]]
    assert {finding["name"] for finding in document["checks"]["findings"]} >= {"sizes", "amount", "split", "duplicates"}
    assert np.mean(document["ranges"]["ABS_f_D"]) == pytest.approx(0.6, abs=0.1)

    assert main(["dataset", "info", str(out)]) == 0
    assert "warning: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--voxel", "2", "--segment", "otsu"], "--cathode z-"),
        (["--cathode", "z-", "--segment", "otsu"], "--voxel 2 nm"),
        (["--voxel", "2", "--cathode", "z-"], "--segment otsu"),
        (["--segment", "magic"], "otsu3"),
        (["--segment", "threshold=dark"], "'dark'"),
        (["--map", "0=water"], "water"),
        (["--voxel", "2", "2"], "one edge, or three"),
        (["--window", "8", "8"], "--stride"),
        (["--stride", "4", "--height", "8"], "--window"),
        (["--workers", "0"], "--workers"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    options: list[str], words: str, tomogram: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dataset", "import", str(tomogram), "--out", str(tmp_path / "set.h5"), *options]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert words in last
    assert last.endswith(".")
    assert not (tmp_path / "set.h5").exists()


def test_a_data_set_is_never_overwritten(tmp_path: Path, tomogram: Path) -> None:
    (tmp_path / "set.h5").write_text("precious")
    assert main(["dataset", "import", str(tomogram), "--out", str(tmp_path / "set.h5")]) == 2
    assert (tmp_path / "set.h5").read_text() == "precious"


def test_a_damaged_part_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with h5py.File(tmp_path / "part.h5", "w") as file:
        for number in range(50):
            file[f"v{number}"] = np.random.default_rng(number).integers(2, size=(16, 16, 16)).astype(np.uint8)
    content = (tmp_path / "part.h5").read_bytes()
    for damaged in (content[: len(content) // 2], b"\0" * 3000):
        (tmp_path / "part.h5").write_bytes(damaged)
        arguments = ["--voxel", "1", "--cathode", "z-", "--workers", "1", "--out", str(tmp_path / "set.h5")]
        assert main(["dataset", "import", str(tmp_path / "part.h5"), *arguments]) == 2
        assert "part.h5" in capsys.readouterr().err
