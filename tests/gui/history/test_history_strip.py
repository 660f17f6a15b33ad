"""The strip of kept results."""

import time
from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDrag, QDropEvent
from pytestqt.qtbot import QtBot

from microdesigner.app.history_model import HistoryModel
from microdesigner.app.store.history_rows import Entry
from microdesigner.core.request import Request
from microdesigner.gui.history.film_list import FilmList
from microdesigner.gui.history.panel import LATEST, HistoryPanel
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.targets.live_draft import REST_MS
from microdesigner.gui.widgets.thumbnails import thumbnail
from tests.gui import stand_in
from tests.gui.conftest import generate, is_drawn, wait_until


@pytest.fixture
def strip(window: MainWindow) -> HistoryPanel:
    """A strip with the results of seeds 3 and 4 at different targets; the newer one is shown."""
    window.request_model.set_options(quality="draft")
    for count, (seed, donor) in enumerate(((3, 0.3), (4, 0.5)), 1):
        window.targets.options.seed.setValue(seed)
        window.targets.rows["vol_frac_D"].number.setValue(donor)
        generate(window)
        wait_until(lambda count=count: window.history.panel.list.count() == count)
    return window.history.panel


def test_pictures_are_kept_only_of_films_that_can_come_into_sight(qtbot: QtBot) -> None:
    request = Request(model="any")
    png = thumbnail(stand_in.sample((8, 8, 8), request, 0).microstructure, np.zeros((3, 3), np.uint8))
    model = HistoryModel()
    entries = [Entry(number, datetime(2026, 1, 1), request, {}, f"{number}.vti") for number in range(3 * LATEST)]
    panel, films = HistoryPanel(model), FilmList(model)
    qtbot.addWidget(panel)
    model.load(entries)
    numbers = [entry.number for entry in entries]
    panel.show_pictures(dict.fromkeys(numbers, png))
    assert len(panel._icons) == LATEST
    films.show(numbers, trash=False)
    films.take_pictures(dict.fromkeys(numbers, png))
    assert not films._pictures, "none was in sight"
    with qtbot.waitSignal(films.pictures_requested) as asked:
        assert films.data(films.index(2), Qt.ItemDataRole.DecorationRole) is None
    assert asked.args == [[numbers[2]]]
    films.take_pictures({numbers[2]: png})
    assert not films.data(films.index(2), Qt.ItemDataRole.DecorationRole).isNull()


def _asked(window: MainWindow) -> tuple[float, int]:
    request = window.request_model.request()
    assert request is not None
    return request.targets["vol_frac_D"], request.seed


def _act(panel: HistoryPanel, row: int, title: str) -> None:
    menu = panel.menu(panel.list.item(row))
    next(action for action in menu.actions() if action.text() == title).trigger()


def test_enter_shows_an_old_result_with_its_targets(window: MainWindow, strip: HistoryPanel, qtbot: object) -> None:
    assert window.sample is not None
    newer = window.sample.microstructure.phases
    strip.list.setCurrentRow(1)
    qtbot.keyClick(strip.list, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    wait_until(lambda: window.sample is not None and window.sample.seed == 3 and is_drawn(window))
    assert window.sample is not None
    assert (window.sample.microstructure.phases != newer).any()
    assert _asked(window) == (pytest.approx(0.3), 3)
    assert set(window.results_panel.recipe.values) == {"phi", "chi", "log_time"}


def test_parts_of_a_result_can_be_recalled(window: MainWindow, strip: HistoryPanel) -> None:
    _act(strip, 1, "Recall the seed only")
    assert _asked(window) == (pytest.approx(0.5), 3)
    window.targets.options.seed.setValue(9)
    _act(strip, 1, "Recall all but the seed")
    assert _asked(window) == (pytest.approx(0.3), 9)
    _act(strip, 0, "Recall everything")
    assert _asked(window) == (pytest.approx(0.5), 4)


def test_stars_notes_and_deletions_last_until_the_next_start(
    window: MainWindow, strip: HistoryPanel, open_window: Callable[..., MainWindow], qtbot: object
) -> None:
    _act(strip, 1, "Star")
    window.workspace.history_model.set_note(strip.entry(1), "keep this one")
    assert strip.list.item(1).text().startswith("★")
    assert "keep this one" in strip.list.item(1).toolTip()
    strip.list.setCurrentRow(0)
    qtbot.keyClick(strip.list, Qt.Key.Key_Delete)  # type: ignore[attr-defined]
    assert strip.list.count() == 1
    window.close()
    again = open_window().history.panel
    wait_until(lambda: again.list.count() == 1)
    entry = again.entry(0)
    assert (entry.starred, entry.note, entry.request.seed) == (True, "keep this one", 3)


def test_a_deleted_result_comes_back(
    window: MainWindow, strip: HistoryPanel, open_window: Callable[..., MainWindow], qtbot: object
) -> None:
    before = [strip.entry(row) for row in range(2)]
    strip.list.setCurrentRow(1)
    qtbot.keyClick(strip.list, Qt.Key.Key_Delete)  # type: ignore[attr-defined]
    assert strip.list.count() == 1
    window.undo.undo()
    assert [strip.entry(row) for row in range(2)] == before
    wait_until(lambda: not strip.list.item(1).icon().isNull())
    window.undo.redo()
    window.undo.undo()
    window.close()
    again = open_window().history.panel
    wait_until(lambda: again.list.count() == 2)
    assert [again.entry(row) for row in range(2)] == before


def test_every_sample_is_kept_but_live_drafts_are_not(window: MainWindow) -> None:
    window.targets.options.count.setValue(3)
    generate(window)
    wait_until(lambda: window.history.panel.list.count() == 3)
    seeds = [window.history.panel.entry(row).request.seed for row in range(3)]
    assert seeds == [2, 1, 0]
    window.targets.options.live.setChecked(True)
    window.targets.rows["vol_frac_D"].number.setValue(0.5)
    wait_until(lambda: window.generation.running)
    wait_until(lambda: not window.generation.running)
    assert window.history.panel.list.count() == 3


def test_thumbnails_are_coloured_pictures(
    window: MainWindow, strip: HistoryPanel, open_window: Callable[..., MainWindow]
) -> None:
    wait_until(lambda: not strip.list.item(0).icon().isNull())
    image = strip.list.item(0).icon().pixmap(72, 72).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colours) > 20
    again = open_window().history.panel
    wait_until(lambda: again.list.count() == 2 and not again.list.item(1).icon().isNull())


def test_a_shown_result_is_not_replaced_by_a_live_draft(window: MainWindow, strip: HistoryPanel) -> None:
    window.targets.options.live.setChecked(True)
    strip.chosen.emit(strip.entry(1))
    wait_until(lambda: window.sample is not None and window.sample.seed == 3)
    end = time.monotonic() + 1.2 * REST_MS / 1000
    wait_until(lambda: time.monotonic() > end)
    assert not window.generation.running


def test_the_strip_stays_folded(window: MainWindow) -> None:
    window.history.panel.section.button.setChecked(False)
    assert not window.history.panel.list.isVisible()
    window.close()
    assert not window.settings.history


def test_a_result_is_dragged_out_as_a_file_and_a_drop_of_it_brings_all_back(
    window: MainWindow, strip: HistoryPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[QMimeData] = []
    actions: list[Qt.DropAction] = []
    monkeypatch.setattr(QDrag, "setMimeData", lambda _, mime: dragged.append(mime))
    monkeypatch.setattr(QDrag, "exec", lambda _, action: actions.append(action))
    strip.list.setCurrentRow(1)
    strip.list.startDrag(Qt.DropAction.CopyAction)
    (mime,) = dragged
    assert actions == [Qt.DropAction.CopyAction]
    (url,) = mime.urls()
    assert url.fileName().startswith("stand-in-seed3-")
    window.targets.options.seed.setValue(99)
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, mime, Qt.MouseButton.LeftButton, none))
    wait_until(lambda: window.sample is not None and window.sample.seed == 3)
    assert _asked(window) == (0.3, 3)
