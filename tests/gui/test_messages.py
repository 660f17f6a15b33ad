"""What failed is said until it succeeds, and whatever is dropped is answered."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, wait_until


def _drop(window: MainWindow, *urls: QUrl) -> bool:
    """Whether the window takes these addresses, which are dropped then."""
    data = QMimeData()
    data.setUrls(list(urls))
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = window.rect().center()
    enter = QDragEnterEvent(place, actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(place), actions, data, buttons, keys))
    return enter.isAccepted()


def _said(window: MainWindow) -> str:
    return window.error_bar.text.text() if window.error_bar.isVisible() else ""


def test_a_message_goes_when_the_same_work_succeeds(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    (tmp_path / "missing.txt").write_text("a file where a folder should be")
    window.export(tmp_path / "missing.txt" / "film.vti")
    wait_until(lambda: "film.vti" in _said(window))
    window.export(tmp_path / "film.vti")
    wait_until(lambda: (tmp_path / "film.vti").is_file() and not window.error_bar.isVisible())


def test_a_message_stays_when_other_work_succeeds(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    (tmp_path / "file").write_text("a file where a folder should be")
    written: list[Path] = []
    window.session.saved.connect(written.append)
    window.export(tmp_path / "file" / "film.vti")
    wait_until(lambda: "film.vti" in _said(window))
    window.session.save(tmp_path / "own.microdesigner")
    wait_until(lambda: bool(written))
    assert "film.vti" in _said(window)


def test_several_dropped_files_are_answered(window: MainWindow, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.vti", "b.vti", "c.vti")]
    assert _drop(window, *(QUrl.fromLocalFile(str(path)) for path in paths))
    assert "3 files were dropped" in _said(window)


def test_an_address_elsewhere_is_answered(window: MainWindow) -> None:
    assert _drop(window, QUrl("https://example.org/film.vti"))
    assert "https://example.org/film.vti is not on this computer" in _said(window)


def test_a_dropped_folder_without_a_volume_is_answered(window: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "note.txt").write_text("nothing to see")
    assert _drop(window, QUrl.fromLocalFile(str(folder)))
    wait_until(lambda: "letters" in _said(window))


def test_nothing_that_can_be_opened_is_refused(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("some text")
    event = QDragEnterEvent(
        window.rect().center(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()
