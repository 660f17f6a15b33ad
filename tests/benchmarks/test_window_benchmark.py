"""What `benchmark --gui` measures; how fast this machine is does not matter here."""

import math
from pathlib import Path

import pytest

from microdesigner.benchmarks import window as benchmark
from microdesigner.benchmarks.window import Figure
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, wait_until


def test_every_activity_is_measured_in_the_real_window(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(window)
    window.export(tmp_path / "example.vti")
    wait_until((tmp_path / "example.vti").is_file)
    monkeypatch.setattr(benchmark, "_example", lambda: tmp_path / "example.vti")
    monkeypatch.setattr(benchmark, "DRAG_S", 0.2)
    monkeypatch.setattr(benchmark, "VIEW_PIXELS", (400, 300))
    monkeypatch.setattr(benchmark, "EXPORTS", ("vti",))
    monkeypatch.setattr(benchmark._Session, "_verify", lambda self: Figure("longest gap, verify", 1.0, "ms", 100.0))
    figures = {figure.name: figure for figure in benchmark._Session(window, tmp_path).figures()}
    names = " ".join(figures)
    for what in ("window up", "3-D ready", "load", "dragging 64×64×32", "generate", "draft", "cancel answered"):
        assert what in names
    for what in ("verify", "export vti", "picture 8×", "movie", "surfaces 128×128×64", "translucent"):
        assert what in names
    assert all(math.isfinite(figure.value) and figure.value >= 0 for figure in figures.values())
    assert figures["dragging 64×64×32"].value > 0
    assert figures["the same without filling pixels, 64×64×32"].value > 0
    assert (tmp_path / "slices.gif").is_file()
    assert window.views.view.minimumWidth() < 400


def test_a_figure_is_a_document_entry() -> None:
    entry = Figure("dragging", 24.0, "frames/s", 20.0, at_least=True).to_json()
    assert entry == {"name": "dragging", "value": 24.0, "unit": "frames/s", "limit": 20.0, "at_least": True}
