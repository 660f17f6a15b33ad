"""A part of a film is kept, marked, completed, remembered and let go, by mouse and keys."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget

from microdesigner.cli.main import build_parser
from microdesigner.cli.request_options import build_request
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.regions import region_mask
from microdesigner.core.request import Request
from microdesigner.gui import undo
from microdesigner.gui.keeping.panel import KeptPanel
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.queue.panel import explain
from microdesigner.io import write
from tests.gui.conftest import generate, is_drawn, wait_until
from tests.gui.fitting import cut_off
from tests.gui.stand_in import SHAPE


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_in(field: QAbstractSpinBox | QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def choose(box: QComboBox, data: object) -> None:
    """By keys, as from the closed box."""
    box.setFocus()
    steps = box.findData(data) - box.currentIndex()
    for _ in range(abs(steps)):
        QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    assert box.currentData() == data


def activate(window: MainWindow) -> None:
    """Let keys reach the window's commands."""
    window.activateWindow()
    wait_until(window.isActiveWindow)


@pytest.fixture
def panel(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> KeptPanel:
    """The panel beside a film, half of which is kept."""
    monkeypatch.setattr(undo, "PAUSE_S", 0.0)
    window.request_model.set_options(quality="draft")
    generate(window)
    panel = window.workspace.keeping.panel
    click(panel.offer)
    return panel


def request_of(window: MainWindow) -> Request:
    request = window.request_model.request()
    assert request is not None
    return request


def mask_of(window: MainWindow) -> np.ndarray:
    given = request_of(window).given
    assert given is not None
    return given.mask


def test_a_film_is_completed_around_a_part_of_it(window: MainWindow, panel: KeptPanel) -> None:
    assert window.sample is not None
    before = window.sample.microstructure.phases
    assert panel.words.text() == "Keeping x = 0 to 31 of stand-in, seed 0, 50 %."
    type_in(panel.region.slab[0].last, "15")
    assert panel.words.text() == "Keeping x = 0 to 15 of stand-in, seed 0, 25 %."
    assert panel.region.lengths.text() == "0 to 32 nm along x"
    window.request_model.set_options(seed=5)
    generate(window)
    phases = window.sample.microstructure.phases
    np.testing.assert_array_equal(phases[:16], before[:16])
    assert (phases[16:] != before[16:]).mean() > 0.2
    click(panel.stop)
    generate(window)
    assert (window.sample.microstructure.phases[:16] != before[:16]).mean() > 0.2
    assert not panel.stop.isVisible()


def test_variations_of_a_film_are_generated(window: MainWindow, panel: KeptPanel) -> None:
    assert window.sample is not None
    film = window.sample.microstructure.phases
    activate(window)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert panel.words.text().startswith("Varying ")
    type_in(panel.strength, "30")
    given = request_of(window).given
    assert given is not None
    assert (given.strength, given.share) == (0.3, 0)
    assert (given.filled() == film).all()
    scene = window.views.view.scene
    assert scene is not None
    assert scene.marked is None, "nothing is kept"
    click(panel.stop)
    assert request_of(window).given is None
    click(panel.vary)
    generate(window)
    assert window.sample.microstructure.provenance["request"]["given"]["strength"] == 0.4


def test_every_kind_of_region_keeps_its_voxels(window: MainWindow, panel: KeptPanel) -> None:
    form = panel.region
    choose(form.axis, 2)
    type_in(form.slab[2].first, "8")
    type_in(form.slab[2].last, "9")
    np.testing.assert_array_equal(mask_of(window), np.broadcast_to(region_mask("z=8:10", SHAPE), SHAPE))
    choose(form.kind, "box")
    type_in(form.box[1].first, "60")
    np.testing.assert_array_equal(mask_of(window), region_mask("x=0:32 y=60:61 z=8:10", SHAPE))
    choose(form.kind, "sphere")
    for field, value in zip([*form.centre, form.radius], (20, 30, 16, 9), strict=True):
        type_in(field, str(value))
    np.testing.assert_array_equal(mask_of(window), region_mask("sphere=20,30,16,9", SHAPE))
    click(form.outside)
    np.testing.assert_array_equal(mask_of(window), region_mask("outside sphere=20,30,16,9", SHAPE))
    choose(form.kind, "layers")
    type_in(form.layers[0], "5, 40")
    type_in(form.layers[2], "7")
    assert set(np.flatnonzero(mask_of(window).all((1, 2)))) == {5, 40}
    assert set(np.flatnonzero(mask_of(window).all((0, 1)))) == {7}
    wait_until(lambda: not cut_off(panel))


def test_a_drag_of_the_span_is_live_and_one_step(window: MainWindow, panel: KeptPanel) -> None:
    slider, steps = panel.region.slab[0].slider, window.undo.count()
    handle = QPoint(slider.width() // 2, slider.height() // 2)
    shares = []
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
    for move in (4, 12, 20):
        QTest.mouseMove(slider, handle + QPoint(move, 0))
        shares.append(float(mask_of(window).mean()))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=handle + QPoint(20, 0))
    assert 0.5 < shares[0] < shares[1] < shares[2]
    assert window.undo.count() == steps + 1
    window.undo.undo()
    assert mask_of(window).mean() == 0.5


def test_each_change_can_be_taken_back(window: MainWindow, panel: KeptPanel) -> None:
    start = window.undo.count()
    kept = window.request_model.state.options.kept
    choose(panel.region.kind, "box")
    choose(panel.targets_of, "new")
    click(panel.stop)
    assert window.undo.count() == start + 3
    assert window.request_model.state.options.kept is None
    activate(window)
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.request_model.state.options.kept == kept
    assert panel.stop.isVisible()
    assert panel.region.kind.currentData() == "slab"
    window.undo.undo()
    assert window.request_model.state.options.kept is None


def test_what_is_kept_is_marked_in_views_and_slices(window: MainWindow, panel: KeptPanel) -> None:
    click(window.views.orthogonal)
    wait_until(lambda: is_drawn(window))
    scene, view, panels = window.views.view.scene, window.views.view, window.views.slices.panels
    assert scene is not None
    assert scene.marked is not None
    np.testing.assert_array_equal(scene.marked, mask_of(window))
    marked, flat = view.pixels(), panels[2].grab().toImage()
    click(panel.mark)
    wait_until(lambda: is_drawn(window))
    plain, whole = view.pixels(), panels[2].grab().toImage()
    assert (marked != plain).mean() > 0.01
    ratio = whole.width() / panels[2].width()
    for voxel, same in (((10, 20, 0), True), ((50, 20, 0), False)):
        place = panels[2].place_of(voxel) * ratio
        colours = [image.pixelColor(place.toPoint()).rgb() for image in (flat, whole)]
        assert (colours[0] == colours[1]) is same
    click(panel.mark)
    click(panel.stop)
    assert scene.marked is None


def test_another_film_is_not_marked(window: MainWindow, panel: KeptPanel, tmp_path: Path) -> None:
    other = Microstructure(np.random.default_rng(0).integers(0, 3, SHAPE).astype(np.uint8), (2.0, 2.0, 2.0))
    write(other, tmp_path / "other.vti")
    window.open_path(tmp_path / "other.vti")
    wait_until(lambda: window.current_sample.source is not None and is_drawn(window))
    scene = window.views.view.scene
    assert scene is not None
    assert scene.marked is None
    assert mask_of(window).any()
    click(panel.offer)
    assert "other.vti" in panel.words.text()
    assert scene.marked is not None


@pytest.mark.parametrize("kind", ["all", "layers"])
def test_a_region_that_leaves_nothing_to_do_is_told_and_not_generated(
    kind: str, window: MainWindow, panel: KeptPanel, tmp_path: Path
) -> None:
    choose(panel.region.kind, kind)
    if kind == "layers":
        type_in(panel.region.layers[0], "")
    sentence = "nothing is left to generate" if kind == "all" else "choose a larger region"
    assert sentence in window.targets.badge.warnings.text()
    jobs = len(window.queue.queue.jobs)
    click(window.targets.run_bar.generate)
    assert sentence in window.error_bar.text.text()
    assert len(window.queue.queue.jobs) == jobs
    window.session.save(tmp_path / "none.microdesigner")
    assert sentence in window.error_bar.text.text()
    assert not (tmp_path / "none.microdesigner").exists()
    session = window.session.current()
    assert session is not None
    assert session.request.given is None  # what is stored all the time goes on without it


def test_a_larger_film_continues_the_one_that_is_kept(window: MainWindow, panel: KeptPanel) -> None:
    assert window.sample is not None
    before = window.sample.microstructure.phases
    window.targets.options.film.button.setChecked(True)
    QApplication.processEvents()
    type_in(window.targets.options.film_size.edges[0], "128")
    choose(panel.region.kind, "all")
    assert panel.words.text() == "Keeping all of stand-in, seed 0, 50 %."
    generate(window)
    phases = window.sample.microstructure.phases
    assert phases.shape == (128, 64, 32)
    np.testing.assert_array_equal(phases[:64], before)
    scene = window.views.view.scene
    assert scene is not None
    assert scene.marked is not None
    assert scene.marked[:64].all()
    assert not scene.marked[64:].any()


def test_the_history_brings_a_kept_part_back_without_listing_it(window: MainWindow, panel: KeptPanel) -> None:
    wanted = request_of(window)
    generate(window)
    assert "Keeps x = 0 to 31 of stand-in, seed 0, 50 %" in explain(window.queue.queue.jobs[-1])
    click(panel.stop)
    entry = window.history.model.entries[0]
    assert entry.given
    assert entry.request.given is None
    strip = window.history.panel.list
    item = strip.item(0)
    place = strip.visualItemRect(item).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_until(lambda: window.request_model.state.options.kept is not None)
    assert request_of(window) == wanted
    assert panel.words.text() == "Keeping x = 0 to 31 of stand-in, seed 0, 50 %."
    click(panel.stop)
    menu = window.history.panel.menu(strip.item(strip.count() - 1))
    (keep,) = [action for action in menu.actions() if action.text() == "Keep a part of it"]
    keep.trigger()
    wait_until(lambda: window.request_model.state.options.kept is not None)
    assert mask_of(window).mean() == 0.5


def test_a_copied_command_reads_the_request_from_a_file_that_it_names(window: MainWindow, panel: KeptPanel) -> None:
    for key in ("as command line", "as Python"):
        (command,) = [command for command in window.commands if command.title == f"Copy request {key}"]
        command.run()
        text = QGuiApplication.clipboard().text()
        path = shlex.split(text)[-1] if "command" in key else text.split('Path("')[1].split('"')[0]
        assert path in window.status_line.text()
        assert build_request(build_parser().parse_args(["generate", path])) == request_of(window)


def test_a_session_and_a_film_file_bring_a_kept_part_back(window: MainWindow, panel: KeptPanel, tmp_path: Path) -> None:
    wanted = request_of(window)
    saved: list[object] = []
    window.session.saved.connect(saved.append)
    window.session.save(tmp_path / "half.microdesigner")
    wait_until(lambda: bool(saved))
    generate(window)
    assert window.sample is not None
    write(window.sample.microstructure, tmp_path / "film.vti")
    for name in ("half.microdesigner", "film.vti"):
        click(panel.stop)
        assert request_of(window).given is None
        window.open_path(tmp_path / name)
        wait_until(lambda: request_of(window).given is not None)
        assert request_of(window) == wanted
        wait_until(lambda: is_drawn(window))


def test_a_draft_follows_what_is_kept(window: MainWindow, panel: KeptPanel) -> None:
    drafts: list[Request] = []
    window.generation.drafted.connect(lambda request, _: drafts.append(request))
    window.request_model.set_options(live=True)
    type_in(panel.region.slab[0].last, "40")
    wait_until(lambda: bool(drafts))
    assert drafts[-1].given is not None
    assert drafts[-1].given.mask[40].all()
    wait_until(lambda: not window.generation.running and is_drawn(window))


def test_without_a_film_on_show_nothing_is_kept(window: MainWindow) -> None:
    activate(window)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert "no film on show" in window.status_line.text()
    assert request_of(window).given is None
