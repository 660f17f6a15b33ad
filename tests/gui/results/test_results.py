"""What the window finds out about the volume on show: plots, measured files, verified recipes, comparisons."""

import csv
import io
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from microdesigner.app.workers.measuring import CHORDS, CORRELATION, PROFILE, TORTUOSITY, Line
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results import verifier
from microdesigner.gui.results.phase_plot import PhasePlot
from microdesigner.gui.results.plots import CHORD_PLOT
from microdesigner.io import volumes
from tests.gui import stand_in
from tests.gui.conftest import generate, is_drawn, wait_until

SMALL = Microstructure(stand_in.volume((24, 24, 16), 1, {}), (2.0, 2.0, 2.0))
PROCESS = {name: {"mean": value, "std": 0.1, "q05": value, "q50": value, "q95": value}
           for name, value in (("phi", 0.5), ("chi", 3.2), ("log_time", 3.0))}  # fmt: skip


def stand_in_simulation(request: Request, sample: Sample) -> Iterator[Progress | Verification]:
    """Takes the place of the real simulation: five steps, then the film upside down."""
    recipe = {name: spread["q50"] for name, spread in sample.process.items()}
    if recipe["log_time"] > 8:
        yield Verification("this film", recipe, request.targets, sample.measured, reason="That would take for ever.")
        return
    for step in range(5):
        yield Progress("this film", step, 5)
    flipped = replace(sample.microstructure, phases=np.ascontiguousarray(sample.microstructure.phases[:, :, ::-1]))
    values = {name: None if value is None else value + 0.02 for name, value in sample.measured.items()}
    yield Verification("this film", recipe, request.targets, sample.measured, values, volume=flipped)


@pytest.fixture
def simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for the simulation."""
    monkeypatch.setattr(verifier, "WORK", "tests.gui.results.test_results:stand_in_simulation")


def _show_small(window: MainWindow) -> None:
    window.workspace.show_sample(
        Request({"vol_frac_D": 0.4}, model=stand_in.MODEL), Sample(SMALL, 1, {"vol_frac_D": 0.41})
    )


def test_plots_follow_the_volume_on_show_and_copy_as_a_table(window: MainWindow) -> None:
    plots = window.results.plots
    _show_small(window)
    assert not plots.plots  # nothing is computed for a page that nobody looks at
    window.tabs.turn_to("Plots")
    wait_until(lambda: plots.complete, 120)
    assert set(plots.plots) == {PROFILE, CHORD_PLOT, TORTUOSITY, CORRELATION}
    assert not any(plot.empty for plot in plots.plots.values())
    plots.plots[PROFILE].copy.click()
    rows = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    assert [float(row["Height z (nm)"]) for row in rows] == [2 * z + 1 for z in range(16)]
    donor = (SMALL.phases == 0).mean(axis=(0, 1))
    np.testing.assert_allclose([float(row["donor"]) for row in rows], donor, rtol=1e-6)
    plots.direction.setCurrentIndex(list(CHORDS).index("chords-z"))
    wait_until(lambda: plots.complete, 120)
    first = plots.plots[PROFILE].csv()
    flipped = replace(SMALL, phases=np.ascontiguousarray(SMALL.phases[:, :, ::-1]))
    window.workspace.show_sample(Request(model=stand_in.MODEL), Sample(flipped, 2, {"vol_frac_D": 0.41}))
    wait_until(lambda: plots.complete, 120)
    assert plots.plots[PROFILE].csv() != first


def test_plots_tell_how_far_they_are(window: MainWindow) -> None:
    plots, told = window.results.plots, []
    window.results.compute.progressed.connect(lambda *_: told.append(plots.words.text()))
    _show_small(window)
    window.tabs.turn_to("Plots")
    wait_until(lambda: plots.complete, 120)
    assert "Computing: Correlation S₂, phase 1 of 3…" in told
    assert "Computing" not in plots.words.text()


def test_a_plot_is_saved_as_drawing_picture_and_table(window: MainWindow, tmp_path: Path) -> None:
    _show_small(window)
    window.tabs.turn_to("Plots")
    wait_until(lambda: window.results.plots.complete, 120)
    plot = window.results.plots.plots[CORRELATION]
    for suffix in ("svg", "pdf", "png", "csv"):
        plot.write(tmp_path / f"plot.{suffix}")
    assert (tmp_path / "plot.pdf").read_bytes().startswith(b"%PDF")
    assert b"<svg" in (tmp_path / "plot.svg").read_bytes()
    assert QImage(str(tmp_path / "plot.png")).width() == 1600
    assert (tmp_path / "plot.csv").read_text().startswith("Distance r (nm),donor,acceptor,mixed\n")


def test_an_opened_volume_is_measured_and_kept(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "scan.nrrd"
    volumes.write(SMALL, path)
    shown: list[Microstructure] = []
    window.current_sample.volume_requested.connect(shown.append)
    window.open_path(path)
    wait_until(lambda: window.sample is not None and "vol_frac_D" in window.sample.measured, 120)
    assert window.results_panel.measured.lines["vol_frac_D"][0].text() == f"{(SMALL.phases == 0).mean():.3f}"
    wait_until(lambda: window.history.panel.list.count() == 1)
    assert len(shown) == 1, "the measured values of a volume do not mesh it again"
    assert window.current_sample.source == path
    assert window.history.panel.entry(0).note == "scan.nrrd"
    assert "opened from a file" in window.history.panel.list.item(0).toolTip()
    window.open_path(path)
    wait_until(lambda: not window.results.compute.busy and is_drawn(window), 120)
    window.history.service.list()
    wait_until(lambda: window.history.panel.list.count() == 1)


def test_a_file_without_a_unit_proposes_its_numbers(window: MainWindow, tmp_path: Path) -> None:
    lines = ["NRRD0004", "type: uchar", "dimension: 3", "sizes: 24 24 16", "spacings: 3 3 2", "encoding: raw", "", ""]
    (tmp_path / "scan.nrrd").write_bytes("\n".join(lines).encode() + SMALL.phases.tobytes(order="F"))
    window.open_path(tmp_path / "scan.nrrd")
    loader = window.workspace.volume_loader
    wait_until(lambda: loader.dialog is not None and loader.dialog.survey is not None, 120)
    dialog = loader.dialog
    assert dialog is not None
    assert [box.value() for box in dialog.voxel.boxes] == [3, 3, 2]
    assert "unit" in dialog.message.text()
    dialog.voxel.unit.setCurrentIndex(dialog.voxel.unit.findData("nm"))
    wait_until(dialog.open_button.isEnabled)
    dialog.accept()
    wait_until(lambda: window.sample is not None and bool(window.sample.measured), 120)
    assert window.sample is not None
    assert window.sample.microstructure.voxel_nm == (3, 3, 2)


@pytest.mark.usefixtures("simulation")
def test_a_recipe_is_verified_beside_target_and_measured(window: MainWindow) -> None:
    generate(window)
    panel = window.results_panel.verification
    panel.verify.click()
    assert panel.bar.isVisibleTo(panel)
    assert panel.left.isVisibleTo(panel)
    wait_until(lambda: not window.results.verifier.running, 120)
    assert window.sample is not None
    measured = window.sample.measured["vol_frac_D"]
    assert measured is not None
    asked = window.request_model.request()
    assert asked is not None
    assert not panel.left.isVisibleTo(panel)
    texts = [cell.text() for cell in panel.cells["vol_frac_D"]]
    assert texts == [f"{value:.3f}" for value in (asked.targets["vol_frac_D"], measured, measured + 0.02)]
    points = window.results_panel.recipe.answer_points()
    assert points == [(window.sample.process["log_time"]["q50"], window.sample.process["chi"]["q50"])]
    panel.show_film.click()
    wait_until(lambda: not window.views.builder.busy)
    shown = window.views.microstructure
    assert shown is not None
    np.testing.assert_array_equal(shown.phases, window.sample.microstructure.phases[:, :, ::-1])
    panel.show_film.click()
    assert window.views.microstructure is window.sample.microstructure
    panel.compare.click()
    wait_until(lambda: window.results.comparison.settled, 120)
    assert window.results.comparison.cells["vol_frac_D"][2].text() == "+0.020"


@pytest.mark.usefixtures("simulation")
def test_a_recalled_result_shows_its_verification_again(
    window: MainWindow, open_window: Callable[..., MainWindow]
) -> None:
    generate(window)
    window.results.verify()
    wait_until(lambda: not window.results.verifier.running, 120)
    summary = window.results_panel.verification.words.text()
    window.targets.options.seed.setValue(7)
    generate(window)
    assert not window.results_panel.verification.words.isVisibleTo(window.results_panel)
    window.close()
    again = open_window()
    wait_until(lambda: again.history.panel.list.count() == 2)
    again.history.panel.chosen.emit(again.history.panel.entry(1))
    wait_until(lambda: again.sample is not None and again.sample.seed == 0)
    panel = again.results_panel.verification
    assert panel.words.text() == summary
    panel.show_film.click()
    wait_until(lambda: not again.views.builder.busy)
    shown = again.views.microstructure
    assert shown is not None
    assert again.sample is not None
    np.testing.assert_array_equal(shown.phases, again.sample.microstructure.phases[:, :, ::-1])


@pytest.mark.usefixtures("simulation")
def test_an_endless_recipe_is_refused_and_a_running_one_cancelled(window: MainWindow) -> None:
    endless = {**PROCESS, "log_time": {"mean": 12.0, "std": 0.1}}
    endless["log_time"]["q50"] = 12.0
    window.workspace.show_sample(Request(model=stand_in.MODEL), Sample(SMALL, 1, {"vol_frac_D": 0.41}, process=endless))
    panel = window.results_panel.verification
    panel.verify.click()
    wait_until(lambda: not window.results.verifier.running, 120)
    assert panel.words.text() == "That would take for ever."
    assert not panel.cells
    panel.verify.click()
    panel.cancel.click()
    assert not window.results.verifier.running
    assert panel.verify.isVisibleTo(panel)


def test_two_results_are_compared_in_linked_views(window: MainWindow, qtbot: object) -> None:
    for seed in (3, 4):
        window.targets.options.seed.setValue(seed)
        generate(window)
        wait_until(lambda seed=seed: window.history.panel.list.count() == seed - 2)
    strip = window.history.panel
    for row in (0, 1):
        strip.list.item(row).setSelected(True)
    assert strip.compare_selected()
    panel = window.results.comparison
    wait_until(lambda: panel.settled, 120)
    assert [title.text() for title in panel.titles] == ["stand-in, seed 3", "stand-in, seed 4"]
    left, right = (strip.entry(row).measured["tortuosity_D"] for row in (1, 0))
    texts = [cell.text() for cell in panel.cells["tortuosity_D"]]
    assert texts == [f"{left:.3f}", f"{right:.3f}", f"{right - left:+.3f}"]
    assert [cell.text() for cell in panel.cells["tortuosity_A"]] == ["–", "–", "–"]
    first, second = (view.scene for view in panel.views)
    assert first is not None
    assert second is not None
    qtbot.keyClick(panel.views[0], Qt.Key.Key_7)  # type: ignore[attr-defined]
    directions = [scene.camera.camera.GetDirectionOfProjection() for scene in (first, second)]
    assert math.dist(*directions) < 1e-6
    assert math.dist(directions[0], (-1, 0, 0)) < 1e-6
    qtbot.keyClick(panel.views[1], Qt.Key.Key_2)  # type: ignore[attr-defined]
    assert first.maximised == second.maximised == 1


def test_four_results_are_compared_with_their_plots_over_each_other(window: MainWindow, qtbot: object) -> None:
    window.request_model.set_options(quality="draft", count=4)
    generate(window)
    strip = window.history.panel
    wait_until(lambda: strip.list.count() == 4)
    for row in range(4):
        strip.list.item(row).setSelected(True)
    assert strip.compare_selected()
    panel = window.results.comparison
    wait_until(lambda: panel.settled, 120)
    assert [title.text() for title in panel.titles] == [f"{1 + seed} · stand-in, seed {seed}" for seed in range(4)]
    places = [widget.geometry() for side in panel.sides for widget in (side.title, side.view)] + [
        panel._table.geometry()
    ]
    assert not [1 for one, other in itertools.combinations(places, 2) if one.intersects(other)], "nothing overlaps"
    assert all(view.isVisible() for view in panel.views)
    values = [entry.measured["tortuosity_D"] for entry in reversed(window.workspace.history_model.entries)]
    texts = [cell.text() for cell in panel.cells["tortuosity_D"]]
    assert texts[0] == f"{values[0]:.3f}"
    assert texts[2].startswith(f"{values[2]:.3f}<br>"), "four fit into the page"
    assert f"({values[2] - values[0]:+.3f})" in texts[2]
    qtbot.keyClick(panel.views[3], Qt.Key.Key_7)  # type: ignore[attr-defined]
    directions = [view.scene.camera.camera.GetDirectionOfProjection() for view in panel.views]  # type: ignore[union-attr]
    assert all(math.dist(direction, (-1, 0, 0)) < 1e-6 for direction in directions)
    plot = panel.plot
    wait_until(lambda: plot.plot is not None and len([line for line in plot.plot._lines if len(line.x)]) == 4, 120)
    assert plot.plot is not None
    assert plot.plot.csv().splitlines()[0].count("stand-in, seed") == 4
    plot.phase.setCurrentIndex(1)
    film = window.results.comparison._films[2].sample.microstructure
    share = (film.phases == 1).mean(axis=(0, 1))
    np.testing.assert_allclose(plot.plot._lines[2].y, share, atol=1e-6)
    for row in (0, 1):
        strip.list.item(row).setSelected(False)
    assert strip.compare_selected()
    wait_until(lambda: panel.settled and len(panel.views) == 2, 120)
    assert panel.sides[3].view.isHidden()


def test_a_report_holds_picture_values_recipe_and_command(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    window.export(tmp_path / "film.html")
    wait_until(lambda: "film.html" in window.status_line.text())
    page = (tmp_path / "film.html").read_text(encoding="utf-8")
    assert window.sample is not None
    assert f"{window.sample.measured['vol_frac_D']:.3f}" in page
    assert "Annealing time" in page
    assert "data:image/png;base64," in page
    assert page.count("data:image/svg+xml;base64,") == 4, "plots that nobody looked at, too"
    assert "microdesigner generate --model stand-in" in page


def test_drawing_and_picture_show_the_same(qapp: QApplication) -> None:
    plot = PhasePlot("Correlation", "meaning", "Distance r (nm)", "S₂")
    plot.resize(300, 240)
    x = np.linspace(0, 100, 50)
    lines = [Line(x, share * (0.4 + 0.6 * np.exp(-x / 15))) for share in (0.42, 0.2)]
    plot.show_lines(("donor", "acceptor"), lines, [(39, 102, 176), (198, 66, 58)])
    plot.show()
    qapp.processEvents()
    picture = QImage.fromData(plot.png())
    drawn = QImage(picture.size(), QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    painter = QPainter(drawn)
    QSvgRenderer(plot.svg()).render(painter)
    painter.end()
    plot.close()
    one, other = (_blurred(image) for image in (picture, drawn))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.6  # 0.75; 0.48 with axes at another scale than the curves


def _blurred(image: QImage) -> np.ndarray:
    """Grey values in 60 columns."""
    small = image.scaledToWidth(60, Qt.TransformationMode.SmoothTransformation)
    grey = small.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return rows[:, : grey.width()].astype(float).copy()
