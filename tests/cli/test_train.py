"""`dataset` and `train` from the command line, and what they refuse."""

import json
from pathlib import Path

import pytest

from microdesigner.cli.main import main
from microdesigner.training.run import RunDirectory
from tests.tiny_dataset import write_tiny_dataset


def test_a_data_set_is_built_and_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "set.h5"
    options = ["--series", "3", "--snapshots", "3", "--size", "32", "32", "16", "--thicknesses", "1", "--workers", "1"]
    assert main(["dataset", "build", str(path), *options]) == 0
    capsys.readouterr()
    assert main(["dataset", "info", str(path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["shape"] == [32, 32, 16]
    assert document["phase_names"] == ["donor", "acceptor", "mixed"]
    low, high = document["ranges"]["vol_frac_D"]
    assert 0 < low <= high < 1


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["train", "{folder}/none.h5", "--out", "{folder}/run"], "none.h5 does not exist"),
        (["train", "{folder}/bad.h5", "--out", "{folder}/run"], "bad.h5 is not a readable data set"),
        (["train", "{folder}/bad.h5", "--out", "{folder}/run", "--preset", "huge"], "preset 'huge'"),
        (["train", "{folder}/bad.h5", "--out", "{folder}/run", "--stage", "gan"], "stage 'gan'"),
        (["train", "{folder}/bad.h5", "--out", "{folder}/run", "--denoiser", "gan"], "denoiser 'gan'"),
        (
            ["train", "{folder}/bad.h5", "--out", "{folder}/run", "--preset", "paper", "--denoiser", "unet"],
            "leave --denoiser out",
        ),
        (["train", "{folder}/bad.h5", "--out", "{folder}/run", "--minutes", "vae=soon"], "STAGE=NUMBER"),
        (["dataset", "build", "{folder}/new.h5", "--series", "0"], "--series"),
        (["dataset", "info", "{folder}/bad.h5"], "bad.h5"),
    ],
)
def test_wrong_input_is_one_sentence(
    options: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.h5").write_text("not HDF5")
    assert main([option.format(folder=tmp_path) for option in options]) == 2
    error = capsys.readouterr().err
    assert word in error
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_volumes_that_no_network_fits_are_refused_before_a_run_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = write_tiny_dataset(tmp_path / "set.h5", (16, 16, 32))
    assert main(["train", str(dataset), "--out", str(tmp_path / "run")]) == 2
    assert "16×16×32 voxels cannot be learned. Resize to multiples of 32" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_full_disk_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos")

    dataset = write_tiny_dataset(tmp_path / "set.h5")
    monkeypatch.setattr("microdesigner.cli.train._train", fail)
    monkeypatch.setattr(RunDirectory, "disk_full", True)
    assert main(["train", str(dataset), "--out", str(tmp_path / "run")]) == 1
    assert "is full; free some space and add --resume" in capsys.readouterr().err
