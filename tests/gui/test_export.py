"""What is exported is what is shown."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from microdesigner.gui.main_window import MainWindow
from microdesigner.io import registry
from tests.gui.conftest import generate, wait_until


@pytest.mark.parametrize("suffix", ["vti", "vtk", "raw"])
def test_a_volume_comes_back_as_it_was(window: MainWindow, tmp_path: Path, suffix: str) -> None:
    generate(window)
    path = tmp_path / f"volume.{suffix}"
    window.export(path)
    wait_until(lambda: str(path) in window.statusBar().currentMessage())
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
