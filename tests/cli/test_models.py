"""`models`: list, info, verify."""

import json
import shutil
from pathlib import Path

import pytest

from microdesigner.cli.main import main


@pytest.fixture
def home(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path))
    return shutil.copytree(tiny_folder, tmp_path / "models" / "tiny")


def test_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--json"]) == 0
    entries = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert entries["tiny"]["shape"] == [64, 64, 32]
    assert entries["tiny"]["process"] == ["phi", "chi", "log_time"]
    assert main(["models", "list"]) == 0
    assert "tiny  64×64×32" in capsys.readouterr().out


def test_list_goes_on_past_a_damaged_model(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(home, home.parent / "broken")
    (home.parent / "broken" / "model.json").write_text("{")
    assert main(["models", "list"]) == 0
    answer = capsys.readouterr()
    assert "tiny" in answer.out
    assert "broken" in answer.err


@pytest.mark.usefixtures("home")
def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "info", "tiny", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert set(card["parts"]) == {"vae", "fp", "ddpm"}
    assert all(part["parameters"] > 0 for part in card["parts"].values())
    assert main(["models", "info", "tiny"]) == 0
    out = capsys.readouterr().out
    assert "vol_frac_D  Donor fraction, trained on 0 to 1" in out
    assert "log10(dx²/M)" in out


def test_verify(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "tiny"]) == 0
    assert capsys.readouterr().out == "tiny: whole\n"
    part = home / "fp.safetensors"
    part.write_bytes(part.read_bytes()[:-1] + b"\x00\x01")
    assert main(["models", "verify"]) == 2
    assert "fp.safetensors" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["info", "verify"])
def test_an_unknown_name(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", action, "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["models"], ["models", "nonsense"], ["models", "info"]])
def test_a_mistake(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_papers_models_are_known_without_weights(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["models", "info", "paper-ch-3phase", "--json"]) == 0
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert [parts[part]["parameters"] for part in ("vae", "fp", "ddpm")] == [46_916_781, 657_927, 150_871_044]

    (tmp_path / "vae.pt").write_bytes(b"no weights")
    files = [argument for part in ("vae", "fp", "ddpm") for argument in (f"--{part}", str(tmp_path / "vae.pt"))]
    assert main(["models", "import", "--as", "paper-experimental", *files, "--name", "theirs"]) == 2
    assert "not a plain file of weights" in capsys.readouterr().err
