"""What is exported is what is shown."""

from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from microdesigner.core.events import SampleDone
from microdesigner.core.microstructure import MIXED, Microstructure
from microdesigner.core.request import Request
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import registry, volumes
from tests.conftest import FullDisk
from tests.gui import stand_in
from tests.gui.conftest import generate, is_drawn, wait_until


@pytest.mark.parametrize("suffix", ["vti", "vtk", "raw", "tif"])
def test_a_volume_comes_back_as_it_was(window: MainWindow, tmp_path: Path, suffix: str) -> None:
    generate(window)
    path = tmp_path / f"volume.{suffix}"
    window.export(path)
    wait_until(lambda: str(path) in window.status_line.text())
    assert window.sample is not None
    back = volumes.read(path)
    np.testing.assert_array_equal(back.phases, window.sample.microstructure.phases)
    assert back.voxel_nm == window.sample.microstructure.voxel_nm


def test_a_picture_is_written_twice_as_large(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    window.export(tmp_path / "views.png", scale=2)
    wait_until(lambda: "views.png" in window.status_line.text())
    image = QImage(str(tmp_path / "views.png"))
    assert image.width() == 2 * window.views.view.width()


def test_a_movie_is_written_beside_a_free_window(window: MainWindow, tmp_path: Path, monkeypatch: object) -> None:
    generate(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "slices.gif"), ""))  # type: ignore[attr-defined]
    window.workspace.exporting.button.fill()
    menus = {menu.title(): menu for menu in window.workspace.exporting.button.menu().findChildren(QMenu)}
    movies = menus["Movie of slices from bottom to top"].actions()
    assert [action.text() for action in movies] == ["GIF movie (.gif)…", "MP4 movie (.mp4)…"]
    movies[0].trigger()
    bar = window.exporting.render_jobs.bar
    wait_until(lambda: bar.isVisible() and "movie" in bar.words.text())
    wait_until(lambda: "slices.gif" in window.status_line.text(), 180)
    assert bar.isHidden()
    frames = iio.imread(tmp_path / "slices.gif", plugin="pillow")
    assert frames.shape[0] == stand_in.SHAPE[2]
    assert abs(frames.shape[2] - window.views.view.width()) < 2


def test_movies_are_among_the_commands(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = {command.title: command for command in window.commands}
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (asked.append(args[2]), ("", ""))[1])
    commands["Movie of the volume turning (.mp4)…"].run()
    assert not asked  # there is nothing to film yet
    generate(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "film.gif"), ""))
    commands["Movie of slices from bottom to top (.gif)…"].run()
    wait_until(lambda: "film.gif" in window.status_line.text())


def test_a_movie_can_be_stopped_and_the_next_order_follows(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    window.exporting.render_jobs.render_movie(tmp_path / "turntable.mp4", "turntable")
    window.export(tmp_path / "views.png")
    wait_until(lambda: window.exporting.render_jobs.bar.isVisible())
    window.exporting.render_jobs.bar.cancel.click()
    wait_until(lambda: "views.png" in window.status_line.text())
    assert [path.name for path in tmp_path.glob("*.*")] == ["views.png"]


@pytest.mark.parametrize("suffix", ["stl", "vtu"])
def test_surfaces_and_meshes_are_written(window: MainWindow, tmp_path: Path, suffix: str) -> None:
    generate(window)
    window.export(tmp_path / f"film.{suffix}")
    wait_until(lambda: "Written" in window.status_line.text())
    names = {path.name for path in tmp_path.glob("film*")}
    assert names == ({"film.vtu"} if suffix == "vtu" else {f"film-{n}.stl" for n in ("donor", "acceptor", "mixed")})


def test_the_menu_offers_every_format(window: MainWindow) -> None:
    window.workspace.exporting.button.fill()
    texts = " ".join(action.text() for action in window.workspace.exporting.button.menu().actions())
    assert all(entry.extensions[0] in texts for entry in registry.FORMATS.values())
    assert all(suffix in texts for suffix in (".stl", ".ply", ".obj", ".vtu"))


def test_a_film_for_kinetic_monte_carlo_asks_what_becomes_of_the_mixed_phase(
    window: MainWindow, tmp_path: Path
) -> None:
    generate(window)
    path = tmp_path / "film.ising.txt"
    window.export(path)
    question = window.findChild(QInputDialog)
    assert not path.exists()
    question.setDoubleValue(0.25)
    question.accept()
    wait_until(lambda: str(path) in window.status_line.text())
    assert window.sample is not None
    film = window.sample.microstructure
    mixed = film.phases == MIXED
    assert (volumes.read(path).phases[mixed] == 0).sum() == round(0.25 * mixed.sum())


def test_a_place_that_cannot_be_written_is_told(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    (tmp_path / "file").write_text("", encoding="utf-8")
    window.export(tmp_path / "file" / "volume.vti")
    wait_until(lambda: window.error_bar.isVisible())
    assert "volume.vti" in window.error_bar.text.text()


def test_a_full_disk_is_told_and_leaves_nothing(window: MainWindow, tmp_path: Path, full_disk: FullDisk) -> None:
    generate(window)
    folder = tmp_path / "exports"
    with full_disk(2000):
        window.export(folder / "film.stl")
        wait_until(lambda: "film.stl could not be written (file too large)" in window.error_bar.text.text())
    assert not list(folder.iterdir())


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
    window.open_path(path)
    wait_until(lambda: "Opened" in window.status_line.text())
    request = window.request_model.request()
    assert request is not None
    assert request.targets["vol_frac_D"] == pytest.approx(0.31)
    assert "tortuosity_A" not in request.targets
    assert request.seed == 5
    assert "0.310" in window.results_panel.measured.lines["vol_frac_D"][0].text()


def test_a_file_of_another_program_is_shown(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "labels.npy"
    np.save(path, np.indices((12, 10, 8)).sum(axis=0).astype(np.uint8) % 2)
    window.settings.voxel_nm = "3 3 2"
    window.open_path(path)
    loader = window.workspace.volume_loader
    wait_until(lambda: loader.dialog is not None and loader.dialog.survey is not None, 120)
    dialog = loader.dialog
    assert dialog is not None
    assert dialog.voxel.values() is None
    dialog.as_before.click()
    assert dialog.voxel.values() == (3, 3, 2)
    dialog.voxel.boxes[0].setValue(4)
    wait_until(dialog.open_button.isEnabled)
    dialog.accept()
    wait_until(lambda: is_drawn(window))
    assert window.sample is not None
    assert window.sample.microstructure.voxel_nm == (4, 3, 2)
    assert window.settings.last_voxel_nm() == (4, 3, 2)
    assert window.settings.recent_files() == [path]
    assert window.views.view.scene is not None
    assert window.views.view.scene.phase_names == ("phase 0", "phase 1"), "the file calls nothing a donor"


def test_a_damaged_file_is_told(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "broken.vti").write_text("no", encoding="utf-8")
    window.open_path(tmp_path / "broken.vti")
    wait_until(lambda: window.error_bar.isVisible())
    assert "broken.vti" in window.error_bar.text.text()


def test_open_asks_for_a_file_of_any_format_and_lists_it_again(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "volume.vti"
    volumes.write(Microstructure(np.zeros((8, 8, 8), np.uint8), (2.0, 2.0, 2.0)), path)
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *words: (asked.append(words[-1]), (str(path), ""))[1])
    window.workspace.open_button.click()
    wait_until(lambda: is_drawn(window))
    assert all(f"*{extension}" in asked[0] for entry in registry.READERS for extension in entry.extensions)
    window.workspace.open_button.fill()
    assert [action.text() for action in window.workspace.open_button.menu().actions()] == ["volume.vti"]


def test_the_first_start_shows_the_shipped_result(
    stand_in_model: Path, open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    request = Request({"vol_frac_D": 0.33}, model=stand_in.MODEL, seed=7)
    events = list(stand_in.StandInEngine().generate(request))
    sample = next(event.sample for event in events if isinstance(event, SampleDone))
    entry = {**sample.microstructure.provenance["sample"], "draws": sample.draws}
    volumes.write(
        sample.microstructure.with_provenance(sample=entry), tmp_path / "shipped" / "resources" / "first-result.vti"
    )
    window = open_window()
    wait_until(lambda: is_drawn(window))
    shown = window.request_model.request()
    assert shown is not None
    assert shown.targets == pytest.approx({"vol_frac_D": 0.33})
    assert shown.seed == 7
    assert "vol_frac_D" in window.results_panel.measured.lines
    assert set(window.results_panel.recipe.values) == {"phi", "chi", "log_time"}
    assert window.results_panel.recipe.plot_visible  # the shipped file keeps the draws of its recipe
    assert not window.settings.recent
    generate(window)
    window.open_path(tmp_path / "shipped" / "resources" / "first-result.vti")
    wait_until(lambda: "first-result.vti" in window.status_line.text())
    assert window.sample is not None
    np.testing.assert_array_equal(window.sample.microstructure.phases, sample.microstructure.phases)
    assert window.settings.recent_files() == [tmp_path / "shipped" / "resources" / "first-result.vti"]


def test_the_shipped_result_of_the_last_time_stays_an_example(
    stand_in_model: Path, open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    path = tmp_path / "shipped" / "resources" / "first-result.vti"
    path.parent.mkdir(parents=True)
    volumes.write(Microstructure(np.zeros((8, 8, 8), np.uint8), (2.0, 2.0, 2.0)), path)
    window = open_window()
    wait_until(lambda: is_drawn(window))
    window.close()
    again = open_window()
    wait_until(lambda: again.current_sample.source == path)
    assert not again.settings.recent
    assert again.history.panel.list.count() == 0
