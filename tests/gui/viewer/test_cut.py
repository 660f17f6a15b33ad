"""What Cut leaves out of the picture: marked, exact to the voxel, and shown again by one press."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from microdesigner.app.view_state import DEFAULT_VIEW, ViewModel, ViewState
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, is_drawn, wait_until
from tests.gui.stand_in import SHAPE

VOXEL_NM = 2.0


@pytest.fixture
def shown(window: MainWindow) -> MainWindow:
    """A window that shows a film of SHAPE voxels."""
    generate(window)
    return window


def _click(qtbot: object, widget: object, place: QPoint | None = None) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or QPoint())  # type: ignore[attr-defined]


def _type(qtbot: object, field: object, text: str) -> None:
    field.setFocus()  # type: ignore[attr-defined]
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)  # type: ignore[attr-defined]
    qtbot.keyClick(field, Qt.Key.Key_Return)  # type: ignore[attr-defined]


def test_what_is_cut_away_is_marked_and_one_press_shows_all(shown: MainWindow, qtbot: object) -> None:
    views, cut = shown.views, shown.views.cut
    assert not views.cut_mark.isVisible()
    _click(qtbot, views.cut_toggle)
    cut.clips[0].setValue((8, 40))
    cut.threshold.setValue(9)
    assert views.cut_mark.isVisible()
    assert views.cut_mark.words.text() == "Clipped along x · threshold ≥ 0.33"
    steps = shown.undo.index()
    _click(qtbot, views.cut_mark.whole)
    assert not views.cut_mark.isVisible()
    assert not shown.view_model.state.cut
    wait_until(lambda: is_drawn(shown))
    assert views.view.scene is not None
    assert views.view.scene.geometry is not None
    assert views.view.scene.geometry.labels.shape == SHAPE
    assert shown.undo.index() == steps + 1, "one step takes all of it back"
    shown.undo.undo()
    assert shown.view_model.state.clip[0] == (8, 40)
    assert views.cut_mark.isVisible()


def test_closing_cut_leaves_nothing_out(shown: MainWindow, qtbot: object) -> None:
    _click(qtbot, shown.views.cut_toggle)
    shown.views.cut.clips[2].setValue((4, 20))
    _click(qtbot, shown.views.cut.slices_on, QPoint(8, shown.views.cut.slices_on.height() // 2))
    assert shown.view_model.state.slices
    _click(qtbot, shown.views.cut_toggle)
    state = shown.view_model.state
    assert (state.clip, state.slices) == (tuple((0, edge) for edge in SHAPE), False)
    assert not shown.views.cut_mark.isVisible()


def test_sliders_move_by_one_voxel_and_reach_each(shown: MainWindow, qtbot: object) -> None:
    _click(qtbot, shown.views.cut_toggle)
    cut = shown.views.cut
    cut.slices_on.setChecked(True)
    for axis, edge in enumerate(SHAPE):
        assert (cut.positions[axis].minimum(), cut.positions[axis].maximum()) == (0, edge - 1)
    slider = cut.positions[2]
    slider.setValue(0)
    scene = shown.views.view.scene
    assert scene is not None
    layers = []
    for _ in range(SHAPE[2]):
        layers.append(int(scene.slice_positions[2] * SHAPE[2]))
        qtbot.keyClick(slider, Qt.Key.Key_Right)  # type: ignore[attr-defined]
    assert layers == list(range(SHAPE[2]))


@pytest.mark.parametrize(("typed", "layer"), [("13", 6), ("13,9", 6), ("14.0", 7), ("0", 0), ("64", 31)])
def test_a_slice_goes_to_the_voxel_at_the_typed_length(
    shown: MainWindow, qtbot: object, typed: str, layer: int
) -> None:
    _click(qtbot, shown.views.cut_toggle)
    cut = shown.views.cut
    cut.slices_on.setChecked(True)
    field = cut.position_fields[2]
    _type(qtbot, field, typed)
    assert shown.view_model.state.positions[2] == layer
    assert field.value() == pytest.approx((layer + 0.5) * VOXEL_NM), "the middle of the layer"
    qtbot.keyClick(field, Qt.Key.Key_Down)  # type: ignore[attr-defined]
    assert shown.view_model.state.positions[2] == max(0, layer - 1)


def test_the_clip_box_is_typed_in_nm(shown: MainWindow, qtbot: object) -> None:
    _click(qtbot, shown.views.cut_toggle)
    low, high = shown.views.cut.clip_fields[0]
    _type(qtbot, high, "81.2")
    _type(qtbot, low, "20")
    assert shown.view_model.state.clip[0] == (10, 41)
    assert high.text() == "82.0 nm"
    wait_until(lambda: is_drawn(shown))
    scene = shown.views.view.scene
    assert scene is not None
    assert scene.geometry is not None
    assert scene.geometry.labels.shape[0] == 31
    assert scene.geometry.corner_nm[0] == 20


def test_voxel_and_phase_under_the_pointer_are_told(shown: MainWindow, qtbot: object) -> None:
    view, label = shown.views.view, shown.views.readout.label
    qtbot.keyClick(view, Qt.Key.Key_1)  # type: ignore[attr-defined]
    qtbot.keyClick(view, Qt.Key.Key_9)  # type: ignore[attr-defined]
    wait_until(lambda: is_drawn(shown))
    qtbot.mouseMove(view, view.rect().center() + QPoint(3, 0))  # type: ignore[attr-defined]
    qtbot.mouseMove(view, view.rect().center())  # type: ignore[attr-defined]
    wait_until(lambda: bool(label.text()))
    sample = shown.sample
    assert sample is not None
    words = label.text().split(" · ")
    voxel = tuple(int(word) for word in words[0].removeprefix("voxel ").split(", "))
    assert voxel[2] in (0, SHAPE[2] - 1), "seen along z, the box's face is what lies under the pointer"
    assert all(abs(index - edge / 2) <= 2 for index, edge in zip(voxel[:2], SHAPE[:2], strict=True))
    assert words[2] == sample.microstructure.phase_names[int(sample.microstructure.phases[voxel])]
    qtbot.mouseMove(view, QPoint(2, 2))  # type: ignore[attr-defined]
    wait_until(lambda: not label.text())


def test_a_cut_outlives_the_next_film(shown: MainWindow) -> None:
    shown.views.cut.clips[1].setValue((5, 33))
    generate(shown)
    assert shown.view_model.state.clip[1] == (5, 33)
    assert shown.view_model.state.steps == SHAPE


def test_a_cut_keeps_its_place_in_a_film_of_another_size() -> None:
    model = ViewModel(DEFAULT_VIEW)
    model.count_voxels((100, 100, 50))
    model.restore(replace(model.state, clip=((25, 75), (0, 100), (0, 50)), positions=(50, 99, 10)))
    model.count_voxels((64, 64, 10))
    assert model.state.clip == ((16, 48), (0, 64), (0, 10))
    assert model.state.positions == (32, 63, 2)
    assert model.state.slice_positions[0] == pytest.approx((32.5 - 16) / 32)


def test_sessions_of_older_versions_keep_their_cut() -> None:
    document = replace(DEFAULT_VIEW, clip=((50, 150), (0, 200), (0, 200)), positions=(100, 20, 200)).to_json()
    del document["steps"]
    state = ViewState.from_json(document)
    assert state.clip_box[0] == (0.25, 0.75)
    assert state.positions == (100, 20, 200), "half of the clip box is the middle of the film"
    assert state.in_steps((64, 64, 32)).positions == (32, 6, 31)
