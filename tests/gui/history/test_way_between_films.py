"""Two stored films: others on the way between them are made by the queue, and a movie shows all one after the other."""

from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import pytest
from PySide6.QtWidgets import QFileDialog

from microdesigner.app.store.history import History
from microdesigner.app.view_state import DEFAULT_VIEW
from microdesigner.core.request import Request
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.queue.morph import MorphDialog
from microdesigner.gui.widgets.thumbnails import thumbnail
from microdesigner.view3d.palettes import colour_table
from tests.gui import stand_in
from tests.gui.conftest import wait_until


@pytest.fixture
def gallery(stand_in_model: Path, open_window: Callable[..., MainWindow]) -> MainWindow:
    """A window that shows the gallery of three films, the third of another size."""
    history = History(stand_in_model / "history")
    for seed, shape in ((1, (32, 32, 32)), (2, (32, 32, 32)), (3, (64, 32, 32))):
        request = Request({"vol_frac_D": 0.2 + 0.1 * seed}, model=stand_in.MODEL, seed=seed, steps=3)
        sample = stand_in.sample(shape, request, seed)
        history.add(request, sample, thumbnail(sample.microstructure, colour_table(DEFAULT_VIEW.palette)))
    window = open_window()
    wait_until(lambda: "ready" in window.device.text())
    next(command for command in window.commands if command.title == "History of all films").run()
    wait_until(lambda: window.history.gallery.films.rowCount() == 3)
    return window


def _select(window: MainWindow, *seeds: int) -> None:
    view, films = window.history.gallery.view, window.history.gallery.films
    view.clearSelection()
    for row in range(films.rowCount()):
        if films.entry(row).request.seed in seeds:
            view.selectionModel().select(films.index(row), view.selectionModel().SelectionFlag.Select)


def _ask(window: MainWindow) -> MorphDialog:
    window.history.gallery.morph.click()
    wait_until(lambda: bool(window.findChildren(MorphDialog)))
    return window.findChildren(MorphDialog)[0]


def test_two_films_are_morphed_by_the_queue_and_filmed(
    gallery: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _select(gallery, 1)
    assert not gallery.history.gallery.morph.isEnabled()
    _select(gallery, 1, 2)
    dialog = _ask(gallery)
    dialog.films.setValue(3)
    dialog.accept()
    wait_until(lambda: len(gallery.queue.queue.jobs) == 3)
    given = [job.request.given for job in gallery.queue.queue.jobs]
    assert [part.blend for part in given if part] == [0.0, 0.5, 1.0]
    asked = [job.request.targets["vol_frac_D"] for job in gallery.queue.queue.jobs]
    assert asked == pytest.approx([0.3, 0.35, 0.4], abs=1e-3), "the older film comes first"
    assert "50 % of the way" in gallery.queue.panel.list.topLevelItem(1).text(1)
    wait_until(lambda: not any(job.open for job in gallery.queue.queue.jobs))
    wait_until(lambda: len(gallery.history.model.entries) == 6)
    made = [entry for entry in gallery.history.model.entries if entry.note.startswith("Morph, 3 films")]
    assert len(made) == 3

    path = tmp_path / "way.gif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "GIF movie (*.gif)"))
    _select(gallery, 1, 2)
    gallery.history.gallery.view.shown.emit(made[0])
    wait_until(lambda: gallery.views.render_job(1) is not None)
    gallery.history.gallery.movie.click()
    wait_until(path.exists)
    assert len(iio.imread(path, plugin="pillow")) >= 2


def test_films_of_two_sizes_have_no_way_between_them(gallery: MainWindow) -> None:
    _select(gallery, 2, 3)
    gallery.history.gallery.morph.click()
    wait_until(lambda: "films of one size" in gallery.error_bar.text.text())
    assert not gallery.queue.queue.jobs


def test_cancelling_one_film_of_a_morph_ends_it(gallery: MainWindow) -> None:
    _select(gallery, 1, 2)
    _ask(gallery).accept()
    wait_until(lambda: len(gallery.queue.queue.jobs) == 9)
    gallery.workspace.cancel()
    wait_until(lambda: not any(job.open for job in gallery.queue.queue.jobs))
    assert {str(job.state) for job in gallery.queue.queue.jobs} <= {"cancelled", "done"}
