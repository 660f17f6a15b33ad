"""`benchmark` from the command line: a table, a document, or the sentence that the model is missing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from microdesigner.cli import benchmark
from microdesigner.cli.main import main
from microdesigner.evaluation import benchmark as measuring
from microdesigner.evaluation.timing import Measurement


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch, tiny_folder: Path) -> None:
    def descriptors(repeats: int) -> Iterator[Measurement]:
        yield Measurement("descriptors", "GraSPI table", 0.05)

    def solver(steps: int, device: torch.device) -> Iterator[Measurement]:
        yield Measurement("solver", "accepted step", 0.04, "ratio to its transforms", 2.2)

    monkeypatch.setattr(benchmark, "MODEL", str(tiny_folder))
    monkeypatch.setattr(benchmark, "STEPS", (1,))
    monkeypatch.setattr(measuring, "measure_descriptors", descriptors)
    monkeypatch.setattr(measuring, "measure_solver", solver)
    monkeypatch.setattr(measuring, "measure_processes", lambda model, device: iter(()))


@pytest.mark.usefixtures("instant")
def test_document_and_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--quick", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"device", "device_name", "torch_threads"} == set(document["machine"])
    assert {"descriptors", "solver", "start", "generation"} == {row["group"] for row in document["measurements"]}
    assert main(["benchmark", "--quick"]) == 0
    table = capsys.readouterr().out
    assert "threads" in table.splitlines()[0]
    assert "2.20 ratio to its transforms" in table


def test_a_missing_model_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "MODEL", "no-such-model")
    assert main(["benchmark"]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "no-such-model" in answer.err
    assert answer.err.count("\n") == 1
