"""Files that the system asks for, as macOS does on a double click, before the window is there and after."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from microdesigner.gui.file_open_events import FileOpenEvents


def test_files_wait_for_the_window_and_are_opened_in_their_order(qapp: QApplication, tmp_path: Path) -> None:
    opened: list[Path] = []
    events = FileOpenEvents(qapp)
    for name in ("first.vti", "second.vti"):
        QApplication.sendEvent(qapp, QFileOpenEvent(str(tmp_path / name)))
    events.serve(opened.append)
    assert opened == [tmp_path / "first.vti", tmp_path / "second.vti"]
    QApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "third.vti"))))
    assert opened[2:] == [tmp_path / "third.vti"]
    QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("https://example.org/film.vti")))
    assert len(opened) == 3
    qapp.removeEventFilter(events)
    events.deleteLater()
