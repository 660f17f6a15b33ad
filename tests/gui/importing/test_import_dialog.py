"""Files of other programs opened with real keys and clicks: asked where they leave a question."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSlider, QWidget

from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.importing.import_dialog import ImportDialog
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import write
from tests.gui.conftest import is_drawn, wait_until

FILES = Path(__file__).parents[4] / "shared" / "data" / "files"
LABELS = (np.indices((14, 10, 8)).sum(axis=0) % 3 > 0).astype(np.uint8)  # [x, y, z], two phases
OpenFile = Callable[[Path], ImportDialog]
MINUTE = 120


@pytest.fixture
def ask(window: MainWindow) -> OpenFile:
    """Opens a file that is asked about; waits until the dialog has looked into it."""

    def open_file(path: Path) -> ImportDialog:
        window.open_path(path)
        wait_until(lambda: window.workspace.volume_loader.dialog is not None, MINUTE)
        dialog = window.workspace.volume_loader.dialog
        assert dialog is not None
        wait_until(lambda: dialog.survey is not None or bool(dialog.reading.open_question), MINUTE)
        return dialog

    return open_file


def tiff(path: Path, values: np.ndarray) -> Path:
    """A plain TIFF stack of `values` [x, y, z]."""
    tifffile.imwrite(path, values.transpose(2, 1, 0), photometric="minisblack")
    return path


def type_into(qtbot: object, field: QWidget, text: str) -> None:
    """Click into a field, select what it holds and type."""
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)  # type: ignore[attr-defined]


def press(qtbot: object, button: QPushButton) -> None:
    """Click a button that must be enabled."""
    wait_until(button.isEnabled, MINUTE)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]


def choose(qtbot: object, box: QComboBox, steps: int) -> None:
    """Go `steps` entries down with the arrow keys."""
    box.setFocus()
    for _ in range(steps):
        qtbot.keyClick(box, Qt.Key.Key_Down)  # type: ignore[attr-defined]


def opened(window: MainWindow) -> Microstructure:
    """The volume on show once it is drawn."""
    wait_until(lambda: is_drawn(window), MINUTE)
    assert window.sample is not None
    return window.sample.microstructure


def test_labels_0_and_255_are_two_phases_with_neutral_names(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    dialog = ask(tiff(tmp_path / "binary.tif", LABELS * 255))
    assert dialog.phases.names() == {0.0: "phase 0", 255.0: "phase 1"}
    assert dialog.voxel.given == "none"
    assert "not in the file" in dialog.voxel_source.text()
    for box, text in zip(dialog.voxel.boxes, ("2,5", "3.5", "5"), strict=True):
        type_into(qtbot, box, text)
    assert dialog.voxel.values() == (2.5, 3.5, 5.0), "comma and point mean the same"
    assert "your choice" in dialog.voxel_source.text()
    press(qtbot, dialog.open_button)
    volume = opened(window)
    assert volume.voxel_nm == (2.5, 3.5, 5.0)
    assert volume.phase_names == ("phase 0", "phase 1")
    np.testing.assert_array_equal(volume.phases, LABELS)


def test_labels_1_and_2_are_asked(window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path) -> None:
    dialog = ask(tiff(tmp_path / "classes.tif", LABELS + 1))
    assert not dialog.open_button.isEnabled()
    assert "1, 2 may mean any phases" in dialog.message.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert dialog.isVisible(), "nothing is taken for granted"
    for value, name in ((1.0, "acceptor"), (2.0, "donor")):
        line = dialog.phases.phases[value].lineEdit()
        assert line is not None
        type_into(qtbot, line, name)
    assert dialog.preview.shown is not None
    assert dialog.preview.shown.fractions["donor"] == pytest.approx(float((LABELS == 1).mean()))
    press(qtbot, dialog.open_button)
    volume = opened(window)
    assert volume.phase_names == ("donor", "acceptor")
    np.testing.assert_array_equal(volume.phases, 1 - LABELS)
    assert volume.voxel_nm is None, "what nobody said stays unknown"


def test_each_value_becomes_a_phase_of_its_own_by_one_click(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    dialog = ask(tiff(tmp_path / "classes.tif", LABELS * 5 + 2))
    press(qtbot, dialog.phases.apart)
    press(qtbot, dialog.open_button)
    assert opened(window).phase_names == ("value 2", "value 7")


def test_a_raw_file_alone_is_asked_for_its_layout(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    path = tmp_path / "plain.raw"
    path.write_bytes(LABELS.astype(">u2").tobytes(order="F"))
    dialog = ask(path)
    assert not dialog.open_button.isEnabled()
    assert "2240 bytes" in dialog.message.text()
    for box, text in zip(dialog.reading.voxels.boxes, ("14", "10", "8"), strict=True):
        type_into(qtbot, box, text)
    assert dialog.survey is None, "8-bit numbers are half as many bytes"
    choose(qtbot, dialog.reading.number, dialog.reading.number.findData(">u2"))
    wait_until(lambda: dialog.survey is not None, MINUTE)
    press(qtbot, dialog.open_button)
    np.testing.assert_array_equal(opened(window).phases, LABELS)


def test_grey_values_are_segmented_and_the_layer_follows(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(-20, 20, LABELS.shape)
    dialog = ask(tiff(tmp_path / "grey.tif", (60 + 100 * LABELS.astype(int) + noise).astype(np.uint8)))
    wait_until(lambda: dialog.preview.shown is not None and bool(dialog.preview.shown.limits), MINUTE)
    assert dialog.phases.names() == {0.0: "dark", 1.0: "bright"}
    shown = dialog.preview.shown
    assert shown is not None
    np.testing.assert_array_equal(shown.phases, LABELS[:, :, 4])
    assert shown.fractions["bright"] == pytest.approx(float(LABELS.mean()))
    drag_to_end(qtbot, dialog.layer)
    wait_until(lambda: dialog.survey is not None and dialog.survey.layer == 7, MINUTE)
    assert dialog.preview.shown is not None
    np.testing.assert_array_equal(dialog.preview.shown.phases, LABELS[:, :, 7])
    choose(qtbot, dialog.phases.method, 1)
    type_into(qtbot, dialog.phases.limits[0], "300")
    wait_until(lambda: dialog.preview.shown is not None and dialog.preview.shown.limits == (300.0,), MINUTE)
    assert dialog.preview.shown.fractions["dark"] == 1
    type_into(qtbot, dialog.phases.limits[0], "110,5")
    wait_until(lambda: dialog.preview.shown is not None and dialog.preview.shown.limits == (110.5,), MINUTE)
    press(qtbot, dialog.open_button)
    volume = opened(window)
    np.testing.assert_array_equal(volume.phases, LABELS)
    assert volume.phase_names == ("dark", "bright")


def drag_to_end(qtbot: object, slider: QSlider) -> None:
    """Go to the last layer with the key End."""
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_End)  # type: ignore[attr-defined]


def test_the_axes_and_the_cathodes_side_are_chosen(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    np.save(tmp_path / "film.npy", LABELS)
    dialog = ask(tmp_path / "film.npy")
    assert dialog.reading.axes_source.text() == "the file does not say"
    assert dialog.reading.axes.currentData() is None
    choose(qtbot, dialog.reading.axes, dialog.reading.axes.findData("zyx"))
    wait_until(lambda: dialog.survey is not None and dialog.survey.shape == (8, 10, 14), MINUTE)
    assert dialog.reading.axes_source.text() == "your choice"
    for box, text in zip(dialog.voxel.boxes, ("5", "3", "2"), strict=True):
        type_into(qtbot, box, text)
    choose(qtbot, dialog.cathode, dialog.cathode.findData("x+"))
    wait_until(lambda: dialog.survey is not None and dialog.survey.layers == 8, MINUTE)
    press(qtbot, dialog.open_button)
    volume = opened(window)
    assert volume.shape == (10, 14, 8)
    assert volume.voxel_nm == (3.0, 2.0, 5.0)
    np.testing.assert_array_equal(volume.phases, LABELS.transpose(1, 0, 2)[:, :, ::-1])


def test_a_unit_that_the_file_does_not_give_is_asked(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    lines = ["NRRD0004", "type: uchar", "dimension: 3", "sizes: 14 10 8", "spacings: 0.002 0.003 0.005"]
    path = tmp_path / "scan.nrrd"
    path.write_bytes("\n".join([*lines, "encoding: raw", "", ""]).encode() + LABELS.tobytes(order="F"))
    dialog = ask(path)
    assert [box.value() for box in dialog.voxel.boxes] == [0.002, 0.003, 0.005]
    assert not dialog.open_button.isEnabled()
    assert "unit" in dialog.message.text()
    choose(qtbot, dialog.voxel.unit, dialog.voxel.unit.findData("µm"))
    press(qtbot, dialog.open_button)
    assert opened(window).voxel_nm == (2.0, 3.0, 5.0)


def test_answers_are_remembered_until_the_file_changes(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    path = tiff(tmp_path / "classes.tif", LABELS + 1)
    dialog = ask(path)
    press(qtbot, dialog.phases.apart)
    type_into(qtbot, dialog.voxel.boxes[0], "4")
    assert "all three" in dialog.message.text()
    for box in dialog.voxel.boxes[1:]:
        type_into(qtbot, box, "4")
    press(qtbot, dialog.open_button)
    first = opened(window)
    window.open_path(path)
    wait_until(lambda: window.sample is not None and window.sample.microstructure is not first, MINUTE)
    again = opened(window)
    assert window.workspace.volume_loader.dialog is None, "the file is asked about once"
    assert (again.voxel_nm, again.phase_names) == ((4.0, 4.0, 4.0), ("value 1", "value 2"))
    window.workspace.volume_loader.open_with_options(path)
    wait_until(lambda: window.workspace.volume_loader.dialog is not None)
    asked = window.workspace.volume_loader.dialog
    assert asked is not None
    wait_until(lambda: asked.survey is not None, MINUTE)
    assert asked.phases.names() == {1.0: "value 1", 2.0: "value 2"}, "filled in as it was answered"
    assert asked.voxel.values() == (4.0, 4.0, 4.0)
    press(qtbot, asked.cancel)
    tiff(path, np.concatenate([LABELS, LABELS]) + 1)
    assert not ask(path).open_button.isEnabled(), "another file of that name is asked about again"


def test_cancelling_leaves_everything_as_it_was(
    window: MainWindow, ask: OpenFile, qtbot: object, tmp_path: Path
) -> None:
    own = tmp_path / "film.vti"
    write(Microstructure(LABELS, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor")), own)
    window.open_path(own)
    before = opened(window)
    path = tiff(tmp_path / "classes.tif", LABELS + 1)
    dialog = ask(path)
    press(qtbot, dialog.phases.apart)
    assert window.sample is not None
    assert window.sample.microstructure is before, "the former volume stays until the new one is there"
    assert window.current_sample.source == own
    press(qtbot, dialog.cancel)
    assert window.workspace.volume_loader.dialog is None
    assert window.sample.microstructure is before
    assert window.settings.recent_files() == [own]
    assert not ask(path).open_button.isEnabled(), "nothing was remembered"


def test_a_file_that_says_all_is_asked_about_only_on_demand(window: MainWindow, qtbot: object, tmp_path: Path) -> None:
    own = tmp_path / "film.vti"
    write(Microstructure(LABELS, (2.0, 2.0, 1.0), phase_names=("PTB7", "PCBM")), own)
    window.open_path(own)
    assert opened(window).phase_names == ("PTB7", "PCBM")
    assert window.workspace.volume_loader.dialog is None
    window.workspace.volume_loader.open_with_options(own)
    dialog = window.workspace.volume_loader.dialog
    assert dialog is not None
    wait_until(lambda: dialog.survey is not None, MINUTE)
    assert dialog.voxel_source.text() == dialog.cathode_source.text() == "from the file"
    assert list(dialog.phases.names().values()) == ["PTB7", "PCBM"]
    line = dialog.phases.phases[1.0].lineEdit()
    assert line is not None
    type_into(qtbot, line, "ICBA")
    press(qtbot, dialog.open_button)
    wait_until(
        lambda: window.sample is not None and window.sample.microstructure.phase_names == ("PTB7", "ICBA"), MINUTE
    )
    assert opened(window).voxel_nm == (2.0, 2.0, 1.0)


def test_reading_is_cancelled_and_closing_does_not_wait(window: MainWindow, tmp_path: Path, qtbot: object) -> None:
    path = tmp_path / "film.vti"
    write(Microstructure(LABELS, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor")), path)
    loader = window.workspace.volume_loader
    window.open_path(path)
    assert loader.bar.isVisible()
    qtbot.mouseClick(loader.bar.cancel, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))  # type: ignore[attr-defined]
    assert not loader.bar.isVisible()
    assert "cancelled" in window.status_line.text()
    assert window.sample is None
    window.open_path(path)  # and the window is closed while it is read


@pytest.mark.skipif(not FILES.is_dir(), reason="the files of other programs are not beside the project")
@pytest.mark.parametrize(
    ("name", "topic"),
    [("t11_1_2.tif", "phases"), ("h01_dream3d_as.h5", "unit"), ("w01_plain.raw", "bytes"), ("t19_png", "")],
)
def test_files_of_other_programs_are_asked_about(ask: OpenFile, tmp_path: Path, name: str, topic: str) -> None:
    copy = tmp_path / name
    (shutil.copytree if (FILES / name).is_dir() else shutil.copy)(FILES / name, copy)
    dialog = ask(copy)
    assert topic in dialog.message.text()
    assert dialog.open_button.isEnabled() == (not topic)
