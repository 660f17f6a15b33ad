"""The gallery of all stored films, by mouse and keys."""

import csv
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDropEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMessageBox, QPushButton

from microdesigner.app.history_model import HistoryModel
from microdesigner.app.store.history import History
from microdesigner.app.store.history_rows import Entry
from microdesigner.app.view_state import DEFAULT_VIEW
from microdesigner.core.microstructure import ACCEPTOR
from microdesigner.core.request import Request
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.history.export_dialog import ExportDialog
from microdesigner.gui.history.gallery import Gallery
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.widgets.thumbnails import thumbnail
from microdesigner.io import registry, volumes
from microdesigner.view3d.palettes import colour_table
from tests.gui import stand_in
from tests.gui.conftest import wait_until

DONOR = (0.30, 0.35, 0.40, 0.45, 0.50)  # of seeds 1 to 5
CTRL, SHIFT, NONE = (getattr(Qt.KeyboardModifier, f"{name}Modifier") for name in ("Control", "Shift", "No"))


@pytest.fixture
def stored(stand_in_model: Path) -> History:
    """Five films, seed 5 the newest; seed 2 has a note, seed 3 a tag, seed 4 a star."""
    history = History(stand_in_model / "history")
    for seed, donor in enumerate(DONOR, 1):
        request = Request({"vol_frac_D": donor, "vol_frac_M": 0.2}, model=stand_in.MODEL, seed=seed)
        sample = stand_in.sample((16, 16, 8), request, seed)
        history.add(request, sample, thumbnail(sample.microstructure, colour_table(DEFAULT_VIEW.palette)))
    _, star, tag, note, _ = history.entries()
    history.update(replace(star, starred=True), replace(tag, tags=("paper",)), replace(note, note="for the paper"))
    return history


@pytest.fixture
def opened(stored: History, open_window: Callable[..., MainWindow]) -> MainWindow:
    """A window that shows the gallery of five films."""
    window = open_window()
    wait_until(lambda: "ready" in window.device.text())
    next(command for command in window.commands if command.title == "History of all films").run()
    wait_until(lambda: _seeds(window) == [5, 4, 3, 2, 1])
    wait_until(lambda: window.history.gallery.view.visualRect(window.history.gallery.films.index(4)).isValid())
    return window


def _seeds(window: MainWindow) -> list[int]:
    films = window.history.gallery.films
    return [films.entry(row).request.seed for row in range(films.rowCount())]


def _selected(window: MainWindow) -> list[int]:
    return [entry.request.seed for entry in window.history.gallery.view.selected()]


def _place(window: MainWindow, seed: int) -> QPoint:
    gallery = window.history.gallery
    index = gallery.films.index(_seeds(window).index(seed))
    gallery.view.scrollTo(index)
    return gallery.view.visualRect(index).center()


def _click(qtbot: object, window: MainWindow, seed: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    view = window.history.gallery.view
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, _place(window, seed))  # type: ignore[attr-defined]


def _press(qtbot: object, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    qtbot.keyClick(window.history.gallery.view, key, modifier)  # type: ignore[attr-defined]


def _push(qtbot: object, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]


def _answer(window: MainWindow, qtbot: object, text: str) -> None:
    """Write a text into the dialog that is open."""
    (dialog,) = (each for each in window.history.gallery.findChildren(QInputDialog) if each.isVisible())
    line = dialog.findChild(QLineEdit)
    line.clear()
    qtbot.keyClicks(line, text)  # type: ignore[attr-defined]
    qtbot.keyClick(line, Qt.Key.Key_Return)  # type: ignore[attr-defined]


def _shows(window: MainWindow, seed: int) -> bool:
    return window.sample is not None and window.sample.seed == seed


def test_a_click_shows_a_film_and_leaves_targets_and_page(opened: MainWindow, qtbot: object) -> None:
    before = opened.request_model.request()
    steps = opened.undo.count()
    _click(qtbot, opened, 2)
    wait_until(lambda: _shows(opened, 2))
    assert opened.request_model.request() == before
    assert opened.undo.count() == steps
    assert opened.history.gallery.isVisible()


def test_a_double_click_or_a_button_recalls_the_targets(opened: MainWindow, qtbot: object) -> None:
    view = opened.history.gallery.view
    _click(qtbot, opened, 2)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, NONE, _place(opened, 2))  # type: ignore[attr-defined]
    wait_until(lambda: _shows(opened, 2))
    request = opened.request_model.request()
    assert request is not None
    assert (request.targets["vol_frac_D"], request.seed) == (pytest.approx(DONOR[1]), 2)
    assert opened.tabs.tabText(opened.tabs.currentIndex()) == "Views"
    opened.history.panel.all.click()
    assert opened.history.gallery.isVisible()
    _click(qtbot, opened, 4)
    _push(qtbot, opened.history.gallery.recall)
    wait_until(lambda: _shows(opened, 4))
    request = opened.request_model.request()
    assert request is not None
    assert request.seed == 4


def test_arrows_move_and_enter_recalls(opened: MainWindow, qtbot: object) -> None:
    _click(qtbot, opened, 5)
    _press(qtbot, opened, Qt.Key.Key_Right)
    assert _selected(opened) == [4]
    _press(qtbot, opened, Qt.Key.Key_Return)
    wait_until(lambda: _shows(opened, 4))
    request = opened.request_model.request()
    assert request is not None
    assert request.seed == 4


def test_search_filters_and_order(opened: MainWindow, qtbot: object) -> None:
    bar = opened.history.gallery.filter
    qtbot.keyClicks(bar.search, "PAPER")  # type: ignore[attr-defined]
    wait_until(lambda: _seeds(opened) == [3, 2])
    _push(qtbot, bar.clear)
    wait_until(lambda: len(_seeds(opened)) == len(DONOR))
    _push(qtbot, bar.starred)
    wait_until(lambda: _seeds(opened) == [4])
    _push(qtbot, bar.starred)
    bar.tag.setCurrentText("paper")
    wait_until(lambda: _seeds(opened) == [3])
    bar.reset()
    bar.quantity.setCurrentIndex(bar.quantity.findData("vol_frac_D"))
    wait_until(lambda: len(_seeds(opened)) == len(DONOR))
    bar.low.setFocus()
    bar.low.selectAll()
    qtbot.keyClicks(bar.low, "0,39")  # type: ignore[attr-defined]
    wait_until(lambda: _seeds(opened) == [5, 4, 3])
    bar.reset()
    bar.sort.setCurrentIndex(bar.sort.findData("vol_frac_D"))
    _push(qtbot, bar.descending)
    wait_until(lambda: _seeds(opened) == [1, 2, 3, 4, 5])
    bar.date.setCurrentText("Today")
    bar.model.setCurrentText(stand_in.MODEL)
    wait_until(lambda: _seeds(opened) == [1, 2, 3, 4, 5])


def test_what_finds_nothing_says_so_and_can_be_cleared(opened: MainWindow, qtbot: object) -> None:
    gallery = opened.history.gallery
    qtbot.keyClicks(gallery.filter.search, "nothing like it")  # type: ignore[attr-defined]
    wait_until(lambda: gallery.no_films.title.isVisible())
    assert gallery.no_films.title.text() == "No film matches"
    _push(qtbot, gallery.no_films.show_all)
    wait_until(lambda: len(_seeds(opened)) == len(DONOR))
    assert not gallery.no_films.title.isVisible()


def test_deleted_films_go_to_the_trash_and_come_back_in_one_step(
    opened: MainWindow, stored: History, qtbot: object
) -> None:
    gallery = opened.history.gallery
    _click(qtbot, opened, 4)
    _click(qtbot, opened, 2, SHIFT)
    assert _selected(opened) == [4, 3, 2]
    _press(qtbot, opened, Qt.Key.Key_Delete)
    assert _seeds(opened) == [5, 1]
    assert opened.undo.undoText() == "Delete 3 results"
    _push(qtbot, gallery.trash)
    wait_until(lambda: _seeds(opened) == [4, 3, 2])
    _press(qtbot, opened, Qt.Key.Key_Delete)
    assert _seeds(opened) == [4, 3, 2]
    _click(qtbot, opened, 3)
    _push(qtbot, gallery.restore)
    wait_until(lambda: _seeds(opened) == [4, 2])
    opened.undo.undo()
    opened.undo.undo()
    wait_until(lambda: not gallery.no_films.title.isHidden() and _seeds(opened) == [])
    assert gallery.no_films.title.text() == "The trash is empty"
    _push(qtbot, gallery.trash)
    wait_until(lambda: _seeds(opened) == [5, 4, 3, 2, 1])
    opened.close()
    assert [entry.number for entry in stored.entries()] == [5, 4, 3, 2, 1]


def test_the_trash_is_emptied_only_after_a_question(opened: MainWindow, stored: History, qtbot: object) -> None:
    gallery = opened.history.gallery
    _click(qtbot, opened, 3)
    _press(qtbot, opened, Qt.Key.Key_Delete)
    _push(qtbot, gallery.trash)
    wait_until(lambda: _seeds(opened) == [3])
    for title, left in (("Cancel", 5), ("Remove for good", 4)):
        _push(qtbot, gallery.empty)
        question = opened.findChild(QMessageBox)
        _push(qtbot, next(b for b in question.findChildren(QPushButton) if b.text().replace("&", "") == title))
        wait_until(lambda left=left: len(list(stored.folder.glob("*.vti"))) == left)
        wait_until(lambda: opened.findChild(QMessageBox) is None)
    wait_until(lambda: _seeds(opened) == [])
    opened.undo.undo()  # of the deletion, which cannot be taken back any more
    assert len(opened.history.model.entries) == 4


def test_notes_tags_and_stars_of_many(opened: MainWindow, stored: History, qtbot: object) -> None:
    gallery = opened.history.gallery
    _click(qtbot, opened, 1)
    _press(qtbot, opened, Qt.Key.Key_F2)
    _answer(opened, qtbot, "thin domains")
    _press(qtbot, opened, Qt.Key.Key_A, CTRL)
    assert len(_selected(opened)) == len(DONOR)
    _push(qtbot, gallery.tags)
    _answer(opened, qtbot, "blend A, series")
    _push(qtbot, gallery.star)
    assert opened.undo.undoText() == "Star 4 results"
    assert _selected(opened) == [5, 4, 3, 2, 1]
    opened.close()
    entries = stored.entries()
    assert all(entry.starred and entry.tags == ("blend A", "series") for entry in entries)
    assert entries[-1].note == "thin domains"


def test_films_are_dragged_out_of_the_gallery_as_files(
    opened: MainWindow, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[QMimeData] = []
    monkeypatch.setattr(QDrag, "setMimeData", lambda _, mime: dragged.append(mime))
    monkeypatch.setattr(QDrag, "exec", lambda *_: Qt.DropAction.CopyAction)
    _click(qtbot, opened, 4)
    _click(qtbot, opened, 2, CTRL)
    ground, start = opened.history.gallery.view.viewport(), _place(opened, 2)
    qtbot.mousePress(ground, Qt.MouseButton.LeftButton, NONE, start)  # type: ignore[attr-defined]
    for step in (4, 20, 40):  # further than a trembling hand
        place = QPointF(start + QPoint(step, step))
        left = Qt.MouseButton.LeftButton
        there = QPointF(ground.mapToGlobal(place.toPoint()))
        move = QMouseEvent(QEvent.Type.MouseMove, place, there, Qt.MouseButton.NoButton, left, NONE)
        QApplication.sendEvent(ground, move)
    qtbot.mouseRelease(ground, Qt.MouseButton.LeftButton, NONE, start + QPoint(40, 40))  # type: ignore[attr-defined]
    (mime,) = dragged
    names = sorted(url.fileName() for url in mime.urls())
    assert [name[: len("stand-in-seed2")] for name in names] == ["stand-in-seed2", "stand-in-seed4"]
    films = [volumes.read(Path(url.toLocalFile())) for url in mime.urls()]
    assert all(film.shape == (16, 16, 8) for film in films)
    opened.request_model.set_options(seed=99)
    place, copy = QPointF(9, 9), Qt.DropAction.CopyAction
    single = QMimeData()
    single.setUrls([url for url in mime.urls() if "seed2" in url.fileName()])
    opened.dropEvent(QDropEvent(place, copy, single, Qt.MouseButton.LeftButton, NONE))
    wait_until(lambda: opened.request_model.state.options.seed == 2)
    wait_until(lambda: _shows(opened, 2))


def test_two_films_are_compared(opened: MainWindow, qtbot: object) -> None:
    _click(qtbot, opened, 5)
    assert not opened.history.gallery.compare.isEnabled()
    _click(qtbot, opened, 3, CTRL)
    _push(qtbot, opened.history.gallery.compare)
    titles = opened.results.comparison.titles
    wait_until(lambda: [title.text() for title in titles] == ["stand-in, seed 3", "stand-in, seed 5"])


def _export(opened: MainWindow, qtbot: object, folder: Path) -> ExportDialog:
    _push(qtbot, opened.history.gallery.export)
    dialog = opened.findChild(ExportDialog)
    dialog.folder.setText(str(folder))
    for box in (dialog.table, dialog.reports):
        box.setChecked(True)
    return dialog  # type: ignore[no-any-return]


def test_many_are_exported_and_files_that_exist_are_named_first(
    opened: MainWindow, qtbot: object, tmp_path: Path
) -> None:
    folder = tmp_path / "films.2026"
    for seed, modifier in ((2, NONE), (3, CTRL)):
        _click(qtbot, opened, seed, modifier)
    dialog = _export(opened, qtbot, folder)
    dialog.format.setCurrentIndex(dialog.format.findData("mhd"))
    _push(qtbot, dialog.export)
    wait_until(lambda: "Written: 2 films" in opened.status_line.text(), 120)
    stems = ("stand-in-seed2-2", "stand-in-seed3-3")
    suffixes = (".mhd", ".raw", ".json", ".html")
    written = {f"{stem}{suffix}" for stem in stems for suffix in suffixes} | {"films.csv"}
    assert {path.name for path in folder.iterdir()} == written
    assert volumes.read(folder / f"{stems[0]}.mhd").shape == (16, 16, 8)
    with (folder / "films.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["film"], row["note"], row["tags"]) for row in rows] == [
        (stems[1], "", "paper"), (stems[0], "for the paper", "")
    ]  # fmt: skip
    assert [float(row["target vol_frac_D"]) for row in rows] == [DONOR[2], DONOR[1]]

    (folder / "films.csv").write_text("mine", encoding="utf-8")
    wait_until(lambda: opened.history.gallery.export.isEnabled() and opened.findChild(ExportDialog) is None)
    _click(qtbot, opened, 5)
    dialog = _export(opened, qtbot, folder)
    _push(qtbot, dialog.export)
    question = dialog.findChild(QMessageBox)
    assert "films.csv" in question.text()
    assert "seed5" not in question.text()
    _push(qtbot, next(b for b in question.findChildren(QPushButton) if "Cancel" in b.text()))
    assert dialog.isVisible()
    dialog.reject()
    assert (folder / "films.csv").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in folder.iterdir()} == written


def test_a_folder_that_cannot_be_written_is_told(opened: MainWindow, qtbot: object, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _click(qtbot, opened, 5)
    _push(qtbot, _export(opened, qtbot, tmp_path / "file").export)
    wait_until(lambda: "choose another folder" in opened.error_bar.text.text(), 120)


@pytest.mark.parametrize("name", registry.FORMATS)
def test_all_files_of_a_format_are_known_beforehand(name: str, stored: History, tmp_path: Path) -> None:
    from microdesigner.app.workers.film_export import FilmExport, export_films

    entries = [(entry, f"film.{entry.number}") for entry in stored.entries()[:2]]
    plan = FilmExport(stored.folder, tmp_path / "out", entries, name, True)
    for _ in export_films(plan):
        pass
    assert sorted(path.name for path in plan.folder.iterdir()) == sorted(plan.names()) == sorted(plan.existing())


def test_the_share_of_mixed_voxels_is_asked_where_the_format_holds_none(
    opened: MainWindow, stored: History, qtbot: object, tmp_path: Path
) -> None:
    _click(qtbot, opened, 5)
    dialog = _export(opened, qtbot, tmp_path / "films")
    assert not dialog.mixed.isVisible()
    dialog.format.setCurrentIndex(dialog.format.findData("ising"))
    assert dialog.mixed.isVisible()
    dialog.mixed.setValue(1)
    dialog.reports.setChecked(False)
    _push(qtbot, dialog.export)
    wait_until(lambda: "Written: 1 film" in opened.status_line.text(), 120)
    (path,) = (tmp_path / "films").glob("*.ising.txt")
    film = stored.load(stored.entries()[0]).microstructure
    np.testing.assert_array_equal(volumes.read(path).phases, film.phases == ACCEPTOR)


def test_a_cancelled_export_leaves_whole_films(stored: History, tmp_path: Path) -> None:
    from microdesigner.app.workers.film_export import FilmExport, export_films

    entries = [(entry, f"film{entry.number}") for entry in stored.entries()]
    work = export_films(FilmExport(stored.folder, tmp_path / "out", entries, "vti"))
    for _ in range(3):
        next(work)
    work.close()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["film4.vti", "film5.vti"]


def test_a_missing_film_is_told_and_the_others_are_written(stored: History, tmp_path: Path) -> None:
    from microdesigner.app.workers.film_export import Exported, FilmExport, export_films

    entries = stored.entries()
    (stored.folder / entries[1].volume).unlink()
    films = [(entry, f"film{entry.number}") for entry in entries]
    *_, exported = export_films(FilmExport(stored.folder, tmp_path / "out", films, "vti"))
    assert isinstance(exported, Exported)
    assert exported.films == 4
    assert "does not exist" in exported.problems[0]


def test_captions_tell_values_and_pictures_are_shown(opened: MainWindow) -> None:
    films = opened.history.gallery.films
    index = films.index(_seeds(opened).index(2))
    from microdesigner.gui.history.film_list import CAPTION

    above, below = films.data(index, CAPTION)
    assert f"{films.entry(index.row()).measured['vol_frac_D']:.3f}" in above
    assert below == "for the paper"
    wait_until(lambda: not (films.data(index, Qt.ItemDataRole.DecorationRole) or QPixmap()).isNull())


def test_an_empty_history_invites(window: MainWindow) -> None:
    window.tabs.turn_to("History")
    assert window.history.gallery.no_films.title.text() == "No films yet"
    assert window.history.gallery.no_films.title.isVisible()


def test_ten_thousand_films_are_listed_in_half_a_second(stored: History, qtbot: object) -> None:
    (first, *_) = stored.entries()
    entries = [
        Entry(number, first.made, first.request, first.measured, first.volume) for number in range(10_000, 0, -1)
    ]
    model = HistoryModel()
    task = BackgroundTask()
    gallery = Gallery(model, task)
    qtbot.addWidget(gallery)  # type: ignore[attr-defined]
    gallery.resize(900, 700)
    asked: list[int] = []
    gallery.films.pictures_requested.connect(asked.extend)
    gallery.searched.connect(lambda query: gallery.take(query, [entry.number for entry in entries]))
    gallery.show()
    start = time.process_time()
    model.load(entries)
    gallery.view.doItemsLayout()
    gallery.grab()
    spent = time.process_time() - start
    assert gallery.films.rowCount() == len(entries)
    wait_until(lambda: bool(asked))
    assert len(asked) < 200, "only what is seen is asked for"
    gallery.view.selectAll()
    model.remove(gallery.view.selected()[:5])
    assert len(gallery.view.selected()) == len(entries) - 5
    assert spent < 0.5
