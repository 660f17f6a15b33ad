"""What is exported is what is shown."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from microdesigner.gui.main_window import MainWindow
from microdesigner.io import registry
from tests.gui.conftest import generate, is_drawn, wait_until


@pytest.mark.parametrize("suffix", ["vti", "vtk", "raw"])
def test_a_volume_comes_back_as_it_was(window: MainWindow, tmp_path: Path, suffix: str) -> None:
    generate(window)
    path = tmp_path / f"volume.{suffix}"
    window.export(path)
    wait_until(lambda: str(path) in window.news.text())
    assert window.sample is not None
    back = registry.read(path)
    np.testing.assert_array_equal(back.phases, window.sample.microstructure.phases)
    assert back.voxel_nm == window.sample.microstructure.voxel_nm


def test_a_picture_is_written_twice_as_large(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    window.export(tmp_path / "views.png")
    image = QImage(str(tmp_path / "views.png"))
    assert image.width() == 2 * window.views.view.width()


def test_a_place_that_cannot_be_written_is_told(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    (tmp_path / "file").write_text("", encoding="utf-8")
    window.export(tmp_path / "file" / "volume.vti")
    wait_until(lambda: window.notice.isVisible())
    assert "volume.vti" in window.notice.text.text()


def test_a_file_brings_its_targets_back(window: MainWindow, tmp_path: Path) -> None:
    window.targets.rows["vol_frac_D"].number.setValue(0.31)
    window.targets.rows["tortuosity_A"].free.setChecked(True)
    window.targets.options.seed.setValue(5)
    generate(window)
    path = tmp_path / "volume.vti"
    window.export(path)
    wait_until(path.is_file)
    window.targets.rows["vol_frac_D"].number.setValue(0.5)
    window.targets.rows["tortuosity_A"].free.setChecked(False)
    window.targets.options.seed.setValue(6)
    window.files.open(path)
    wait_until(lambda: "Opened" in window.news.text())
    request = window.targets.request()
    assert request is not None
    assert request.targets["vol_frac_D"] == pytest.approx(0.31)
    assert "tortuosity_A" not in request.targets
    assert request.seed == 5
    assert "0.310" in window.outcome.measured.lines["vol_frac_D"][0].text()


def test_a_file_of_another_program_is_shown(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "labels.npy"
    np.save(path, np.indices((12, 10, 8)).sum(axis=0).astype(np.uint8) % 2)
    window.files.open(path)
    wait_until(lambda: is_drawn(window))
    assert window.views.view.scene is not None
    assert window.views.view.scene.phase_names == ("donor", "acceptor")


def test_a_damaged_file_is_told(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "broken.vti").write_text("no", encoding="utf-8")
    window.files.open(tmp_path / "broken.vti")
    wait_until(lambda: window.notice.isVisible())
    assert "broken.vti" in window.notice.text.text()
