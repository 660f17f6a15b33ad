"""Newer versions are asked for at a place that is named, else of pip, and nobody answering is one sentence."""

import subprocess
import sys

import pytest

from microdesigner.app import updates


@pytest.fixture(autouse=True)
def _no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(updates.PLACE_VARIABLE, raising=False)
    monkeypatch.setattr(updates, "_place", lambda: "")


def answer_of_pip(monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception) -> list[list[str]]:
    asked: list[list[str]] = []

    def run(command: list[str], seconds: float) -> bytes:
        asked.append(command)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(updates, "run_hidden", run)
    return asked


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"microdesigner (99.0.1)\nAvailable versions: 99.0.1, 0.1.0\n", "Version 99.0.1 is out"),
        (b"microdesigner (0.0.9)\n", "This is the newest version"),
        (subprocess.CalledProcessError(1, "pip"), updates.NO_ANSWER),
        (subprocess.TimeoutExpired("pip", 60), updates.NO_ANSWER),
        (b"", updates.NO_ANSWER),
    ],
)
def test_pip_answers(answer: bytes | Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_of_pip(monkeypatch, answer)
    (sentence,) = updates.check()
    assert sentence.startswith(said)
    assert len(asked) == 1


def test_a_bundle_without_a_place_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_of_pip(monkeypatch, b"")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert list(updates.check()) == [updates.NO_PLACE]
    assert asked == []


def test_versions_count_as_numbers() -> None:
    assert updates._order("0.10.0") > updates._order("0.9.3")
