"""A volume that no model of this program made gets its recipe and a verdict, as long as it is on show."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import volumes
from tests.gui import stand_in
from tests.gui.conftest import wait_until


def film(seed: int) -> Microstructure:
    return Microstructure(stand_in.volume((24, 24, 16), seed, {}), (2.0, 2.0, 2.0))


def recipe_labels(window: MainWindow) -> list[QLabel]:
    grid = window.results_panel.recipe._grid
    return [label for place in range(grid.count()) if isinstance(label := grid.itemAt(place).widget(), QLabel)]


def test_an_opened_volume_gets_its_recipe_and_a_verdict(window: MainWindow, tmp_path: Path) -> None:
    volumes.write(film(1), tmp_path / "scan.nrrd")
    window.open_path(tmp_path / "scan.nrrd")
    wait_until(lambda: window.sample is not None and bool(window.sample.process and window.sample.measured), 120)
    assert window.sample is not None
    assert window.sample.measured["vol_frac_D"] == pytest.approx((film(1).phases == 0).mean())
    panel = window.results_panel
    assert panel.recipe.values["chi"].text() == "<b>3.250</b>"
    labels = [label for label in recipe_labels(window) if "poorly determined" in label.text()]
    assert len(labels) == 1, "χ alone spans most of its range"
    assert "3.050 to 3.450" in labels[0].text()
    assert "spans 80 % of the trained range" in labels[0].toolTip()
    assert "unlike the training films" in panel.verdict.text()
    assert panel.verdict.isVisibleTo(panel)


def test_the_look_at_a_volume_ends_when_another_is_opened(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Microstructure] = []
    window.generation.analysed.connect(lambda volume, _: seen.append(volume))
    cancelled: list[int | None] = []
    cancel = window.generation._worker.cancel
    monkeypatch.setattr(
        window.generation._worker, "cancel", lambda number=None: (cancelled.append(number), cancel(number))
    )
    first, second = film(1), film(2)
    for volume in (first, second):
        window.workspace.show_sample(Request(model=""), Sample(volume, 0, {"vol_frac_D": 0.4}))
    wait_until(lambda: bool(seen), 120)
    wait_until(lambda: not window.generation._worker.busy)
    assert [volume is second for volume in seen] == [True]
    assert len(cancelled) == 1
    assert window.sample is not None
    assert window.sample.microstructure is second
    assert window.sample.process


def test_a_volume_that_the_model_cannot_read_says_why_it_has_no_recipe(window: MainWindow) -> None:
    two = Microstructure(np.indices((16, 16, 8))[0].astype(np.uint8) % 2, (2.0, 2.0, 2.0), phase_names=("d", "a"))
    window.workspace.show_sample(Request(model=""), Sample(two, 0, {"vol_frac_D": 0.5}))
    wait_until(lambda: "No recipe for this volume: The stand-in knows" in window.status_line.text(), 120)
    assert window.results_panel.recipe.isHidden()
    assert window.results_panel.verdict.isHidden()
