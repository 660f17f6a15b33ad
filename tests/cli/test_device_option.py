"""`--device` on every command that computes: a wrong name is one sentence, a reason to use the CPU is printed once."""

import json
from pathlib import Path

import pytest

from microdesigner.cli import benchmark
from microdesigner.cli.main import main
from microdesigner.compute import devices
from tests.tiny_dataset import write_tiny_dataset

NOTE = "An NVIDIA GPU is present, but the installed PyTorch computes on CPUs only."
FILM = ["--phi", "0.5", "--chi", "4", "--tau", "3", "--size", "16", "16", "16", "--phases", "field"]


@pytest.fixture
def commands(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A command line that would be served, for each of them."""
    monkeypatch.setattr(benchmark, "MODEL", str(tiny_folder))
    result, dataset = tmp_path / "result.json", tmp_path / "films.h5"
    result.write_text(
        json.dumps(
            {
                "schema": 1,
                "request": {"targets": {}},
                "samples": [{"file": "film.vti", "seed": 0, "measured": {}, "process": {}}],
            }
        )
    )
    write_tiny_dataset(dataset)
    return {
        "simulate": ["simulate", *FILM, "--out", str(tmp_path / "film.npy")],
        "dataset": ["dataset", "build", str(tmp_path / "set.h5"), "--series", "1", "--size", "16", "16", "16"],
        "generate": ["generate", "--model", str(tiny_folder), "--steps", "1", "--out", str(tmp_path / "films")],
        "evaluate": ["evaluate", "--model", str(tiny_folder), "--count", "2", "--out", str(tmp_path / "eval")],
        "verify": ["verify", str(result)],
        "benchmark": ["benchmark", "--quick"],
        "train": ["train", str(dataset), "--preset", "quick", "--out", str(tmp_path / "run")],
    }


@pytest.mark.parametrize("verb", ["simulate", "dataset", "generate", "evaluate", "verify", "benchmark", "train"])
def test_a_device_that_does_not_exist_is_one_sentence(
    verb: str, commands: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(tmp_path.iterdir())
    assert main([*commands[verb], "--device", "abacus"]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "no device 'abacus'" in answer.err
    assert verb == "train" or set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("verb", ["simulate", "generate"])
def test_why_the_cpu_computes_is_printed_once(
    verb: str, commands: dict[str, list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "unused_card", lambda: NOTE)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    assert main(commands[verb]) == 0
    assert capsys.readouterr().err.count(NOTE) == 1
    assert main([*commands[verb], "--device", "cpu"]) == 0
    assert NOTE not in capsys.readouterr().err


def test_the_desktop_is_not_measured_on_a_named_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--gui", "--device", "cpu"]) == 2
    assert "--device" in capsys.readouterr().err
