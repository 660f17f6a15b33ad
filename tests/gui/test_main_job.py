"""The main job with the real engine and the weights that ship: move a slider, generate, look, export."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from microdesigner.app.workers.engine import ENGINE
from microdesigner.core.paths import shipped
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import volumes
from tests.gui.conftest import generate, wait_until

MODEL = "ch-3phase"

pytestmark = pytest.mark.skipif(
    not (shipped("weights") / MODEL / "model.json").is_file(), reason="the model ch-3phase is not in weights/"
)


def test_from_slider_to_exported_file(home: Path, open_window: Callable[..., MainWindow], tmp_path: Path) -> None:
    window = open_window(ENGINE, MODEL)
    wait_until(lambda: "ready" in window.device.text(), 120)
    row = window.targets.rows["vol_frac_D"]
    row.slider.setValue(row.slider.value() + row.slider.maximum() // 50)
    window.request_model.set_options(quality="draft")
    generate(window)
    assert window.sample is not None
    assert window.sample.measured["vol_frac_D"] == pytest.approx(row.number.value(), abs=0.15)
    assert window.views.view.pixels()[..., :3].std() > 10
    assert set(window.results_panel.recipe.values) == {"phi", "chi", "log_time"}
    window.export(tmp_path / "volume.vti")
    wait_until(lambda: (tmp_path / "volume.vti").is_file())
    back = volumes.read(tmp_path / "volume.vti")
    np.testing.assert_array_equal(back.phases, window.sample.microstructure.phases)
