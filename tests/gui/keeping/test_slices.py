"""Pictures, and volumes of one layer, as slices that a film is built around: asked for, placed and kept."""

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.importing.import_dialog import ImportDialog
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import write
from tests.gui.conftest import generate, is_drawn, wait_until
from tests.gui.keeping.test_keeping import choose, click, request_of, type_in
from tests.gui.stand_in import SHAPE


def picture(path: Path, width: int = 32, height: int = 16) -> Path:
    """Black, but for its lower half."""
    pixels = np.zeros((height, width), np.uint8)
    pixels[height // 2 :] = 255
    Image.fromarray(pixels).save(path)
    return path


def ask(window: MainWindow, path: Path) -> ImportDialog:
    window.open_path(path)
    wait_until(lambda: window.workspace.volume_loader.dialog is not None)
    dialog = window.workspace.volume_loader.dialog
    assert dialog is not None
    wait_until(lambda: dialog.survey is not None and dialog.open_button.isEnabled())
    return dialog


def as_slice(dialog: ImportDialog) -> None:
    dialog.slice.use.setFocus()
    QTest.keyClick(dialog.slice.use, Qt.Key.Key_Down)
    assert dialog.slice.layer.isVisible()


def test_a_film_is_built_around_pictures(window: MainWindow, tmp_path: Path) -> None:
    window.request_model.set_options(quality="draft")
    dialog = ask(window, picture(tmp_path / "a.png"))
    assert not dialog.slice.layer.isVisible()
    as_slice(dialog)
    assert "32 × 16 pixels are scaled to 64 × 32 voxels" in dialog.slice.words.text()
    assert dialog.slice.plane.currentData() == 1
    type_in(dialog.slice.layer, "20")
    click(dialog.open_button)
    panel = window.workspace.keeping.panel
    wait_until(lambda: panel.stop.isVisible())
    told = "Keeping the layer y = 20 from a.png, scaled from 32×16 to 64×32 voxels, 1.56 %."
    assert panel.words.text() == told
    assert not window.history.model.entries
    other = ask(window, picture(tmp_path / "b.png", 64, 64))
    as_slice(other)
    choose(other.slice.plane, 2)
    click(other.open_button)
    wait_until(lambda: panel.piece.isVisible())
    assert panel.section.layer.value() == SHAPE[2] // 2
    type_in(panel.section.layer, "31")
    generate(window)
    assert window.sample is not None
    phases = window.sample.microstructure.phases
    np.testing.assert_array_equal(phases[:, 20, :16], 1)  # white, below
    np.testing.assert_array_equal(phases[:, 20, 16:31], 0)
    np.testing.assert_array_equal(phases[:, 32:, 31], 1)
    np.testing.assert_array_equal(phases[:, :32, 31], 0)
    scene = window.views.view.scene
    assert scene is not None
    assert scene.marked is not None
    assert scene.marked[:, 20].all()
    panel.piece.setFocus()
    QTest.keyClick(panel.piece, Qt.Key.Key_Up)
    click(panel.drop)
    given = request_of(window).given
    assert given is not None
    assert np.flatnonzero(given.mask.all((0, 1))).tolist() == [31]


def test_a_picture_opened_before_is_a_slice_again(window: MainWindow, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    dialog = ask(window, path)
    as_slice(dialog)
    click(dialog.open_button)
    panel = window.workspace.keeping.panel
    wait_until(lambda: panel.stop.isVisible())
    click(panel.stop)
    window.open_path(path)
    wait_until(lambda: panel.stop.isVisible())
    assert window.workspace.volume_loader.dialog is None


def test_a_volume_of_one_layer_is_offered_as_a_slice(window: MainWindow, tmp_path: Path) -> None:
    layer = np.zeros((64, 1, 32), np.uint8)
    layer[:, :, :5] = 2
    write(Microstructure(layer, (2.0, 2.0, 2.0)), tmp_path / "layer.vti")
    window.open_path(tmp_path / "layer.vti")
    wait_until(lambda: window.current_sample.source is not None and is_drawn(window))
    assert "Ctrl+K" in window.status_line.text()
    click(window.workspace.keeping.panel.offer)
    given = request_of(window).given
    assert given is not None
    np.testing.assert_array_equal(given.filled(9)[:, 32], layer[:, 0])
