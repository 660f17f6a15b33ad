"""`microdesigner-desktop`, which Windows starts without a console."""

import ctypes
import sys
from types import SimpleNamespace

import pytest

from microdesigner.cli import desktop
from microdesigner.cli import main as program


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []
    user32 = SimpleNamespace(MessageBoxW=lambda owner, text, title, kind: shown.append(text))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=user32), raising=False)
    return shown


def test_without_a_console_the_sentence_is_a_box(boxes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    monkeypatch.setattr(sys, "argv", ["microdesigner-desktop", "missing.vti"])
    assert desktop.main() == 2
    (sentence,) = boxes
    assert sentence.startswith("missing.vti does not exist")


def test_a_good_end_is_silent(boxes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    monkeypatch.setattr(program, "main", lambda: 0)
    assert desktop.main() == 0
    assert boxes == []


def test_with_a_console_it_is_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["microdesigner-desktop", "missing.vti"])
    assert desktop.main() == 2
    assert "missing.vti does not exist" in capsys.readouterr().err
