"""The linked views without a window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from vtkmodules.vtkIOImage import vtkPNGReader

from microdesigner.core.microstructure import Microstructure
from microdesigner.view3d.annotations import round_length
from microdesigner.view3d.graphics import prefer_headless
from microdesigner.view3d.pictures import picture
from microdesigner.view3d.view import layout

prefer_headless()
from microdesigner.view3d.camera import StandardView  # noqa: E402
from microdesigner.view3d.palettes import DARK  # noqa: E402
from microdesigner.view3d.scene import Scene  # noqa: E402
from microdesigner.view3d.surfaces import build_geometry  # noqa: E402

SIZE = (400, 300)


def _volume(phases: int = 3) -> Microstructure:
    labels = np.zeros((24, 24, 12), np.uint8)
    labels[8:16] = 1
    labels[16:] = phases - 1
    return Microstructure(labels, phase_names=("donor", "acceptor", "mixed")[:phases])


@pytest.fixture
def scene():  # type: ignore[no-untyped-def]
    """A scene with a volume."""
    scene = Scene()
    scene.show(build_geometry(_volume()))
    yield scene
    scene.close()


def test_every_view_shows_its_phase_in_its_colour(scene: Scene) -> None:
    pixels = scene.render(*SIZE)[::-1].astype(int)
    tiles = {"all": pixels[:150, :200], 0: pixels[:150, 200:], 1: pixels[150:, :200]}
    blue = tiles[0][..., 2] - tiles[0][..., 0]
    red = tiles[1][..., 0] - tiles[1][..., 2]
    assert (blue > 40).mean() > 0.05
    assert (red > 40).mean() > 0.05
    both = tiles["all"][..., 2] - tiles["all"][..., 0]
    assert (both > 40).any()
    assert (both < -40).any()


def _stepwise(scene: Scene, index: int) -> NDArray[np.uint8]:
    """A view's pixels, drawn part by part."""
    for step in range(scene.steps(index)):
        pixels = scene.render_step(index, step, *SIZE)
    assert pixels is not None
    return pixels


def test_a_part_equals_its_place_in_the_whole(scene: Scene) -> None:
    whole = scene.render(*SIZE).copy()
    np.testing.assert_array_equal(_stepwise(scene, 1), whole[150:, 200:])


def test_a_surface_drawn_in_parts_equals_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.view3d.surfaces.PART_TRIANGLES", 500)
    scene = Scene()
    scene.show(build_geometry(_volume()))
    scene.visible[0] = False
    scene.restyle()
    whole = scene.render(*SIZE).copy()
    for index, place in ((0, whole[150:, :200]), (2, whole[:150, :200]), (3, whole[:150, 200:])):
        assert scene.steps(index) > 1
        np.testing.assert_array_equal(_stepwise(scene, index), place)
    scene.close()


def _shells() -> Microstructure:
    """A ball in a ball in a box: three surfaces behind each other."""
    x, y, z = np.meshgrid(*(np.arange(32) - 15.5,) * 3, indexing="ij")
    radius = np.sqrt(x**2 + y**2 + z**2)
    return Microstructure(np.digitize(-radius, (-12, -6)).astype(np.uint8))


def _peeled(scene: Scene) -> NDArray[np.int64]:
    """The picture that depth peeling makes."""
    for view in scene.views:
        view.renderer.UseDepthPeelingOn()
        view.renderer.SetMaximumNumberOfPeels(20)
        view.renderer.SetOcclusionRatio(0)
    pixels = scene.render(*SIZE).astype(int)
    for view in scene.views:
        view.renderer.UseDepthPeelingOff()
    return pixels


@pytest.mark.parametrize("orthographic", [False, True])
@pytest.mark.parametrize("opacity", [(0.3, 0.6, 1.0), (0.5, 0.5, 0.5)])
def test_translucent_phases_blend_as_peeled_layers(opacity: tuple[float, ...], orthographic: bool) -> None:
    scene = Scene()
    scene.show(build_geometry(_shells()))
    scene.opacity = list(opacity)
    scene.camera.set_orthographic(orthographic)
    scene.restyle()
    for turn in (0.0, 0.9):  # from the other side the order is the other way round
        scene.camera.rotate(turn, 0.1)
        difference = np.abs(scene.render(*SIZE).astype(int) - _peeled(scene)).max(axis=-1)
        between_title_and_scale_bar = difference[190:275, :200]
        assert (between_title_and_scale_bar > 10).mean() < 0.002
    scene.close()


def test_translucent_parts_add_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("surfaces", "view"):
        monkeypatch.setattr(f"microdesigner.view3d.{module}.PART_TRIANGLES", 500)
    scene = Scene()
    scene.show(build_geometry(_shells()))
    scene.opacity = [0.3, 1.0, 0.6]
    scene.restyle()
    whole = scene.render(*SIZE).copy()
    assert scene.steps(0) > 5
    np.testing.assert_array_equal(_stepwise(scene, 0), whole[150:, :200])
    scene.close()


def test_slices_show_in_every_view_its_own_phase(scene: Scene) -> None:
    scene.slices = True
    scene.restyle()
    pixels = scene.render(*SIZE)[::-1].astype(int)
    blue = pixels[..., 2] - pixels[..., 0] > 40
    red = pixels[..., 0] - pixels[..., 2] > 40
    donor, acceptor = (slice(0, 150), slice(200, 400)), (slice(150, 300), slice(0, 200))
    assert blue[:150, :200].any()
    assert red[:150, :200].any()
    assert blue[donor].any()
    assert not red[donor].any()
    assert red[acceptor].any()
    assert not blue[acceptor].any()


def test_all_views_share_the_camera(scene: Scene) -> None:
    before = scene.render(*SIZE).copy()
    scene.camera.rotate(0.3, 0.1)
    after = scene.render(*SIZE)
    for rows in (slice(0, 150), slice(150, 300)):
        for columns in (slice(0, 200), slice(200, 400)):
            assert (before[rows, columns] != after[rows, columns]).mean() > 0.01


def test_zoom_is_the_same_in_both_projections(scene: Scene) -> None:
    for orthographic in (False, True):
        scene.camera.set_orthographic(orthographic)
        before = scene.camera.visible_height()
        scene.camera.zoom(2)
        assert scene.camera.visible_height() == pytest.approx(before / 2)


def test_switching_the_projection_keeps_the_size(scene: Scene) -> None:
    before = scene.camera.visible_height()
    scene.camera.set_orthographic(True)
    assert scene.camera.visible_height() == pytest.approx(before)


def test_panning_by_a_view_moves_the_focus_by_the_visible_height(scene: Scene) -> None:
    scene.camera.look("y")
    before = np.array(scene.camera.camera.GetFocalPoint())
    height = scene.camera.visible_height()
    scene.camera.pan(0, 1)
    np.testing.assert_allclose(scene.camera.camera.GetFocalPoint() - before, (0, 0, -height), atol=1e-9)


def test_a_maximised_view_fills_the_window(scene: Scene) -> None:
    scene.maximise(2)
    pixels = scene.render(*SIZE).astype(int)
    assert (pixels[..., 0] - pixels[..., 2] > 40).mean() > 0.1
    assert scene.view_at(0.1, 0.1) == 2
    scene.maximise(None)
    assert scene.view_at(0.1, 0.1) == 0
    assert scene.view_at(0.9, 0.9) == 3


def test_hidden_phases_leave_their_view_empty(scene: Scene) -> None:
    scene.visible[1] = False
    scene.restyle()
    tile = _stepwise(scene, 2).astype(int)
    assert (tile[..., 0] - tile[..., 2] > 40).sum() == 0


def test_two_phases_get_three_views(scene: Scene) -> None:
    scene.show(build_geometry(_volume(2)))
    assert [view.title.actor.GetInput() for view in scene.views] == ["All phases", "Donor", "Acceptor"]
    assert scene.render(*SIZE)[..., :3].std() > 5


@pytest.mark.parametrize(("look", "right", "up"), [("z", 0, 1), ("x", 1, 2), ("y", 0, 2)])
def test_the_axes_turn_with_the_volume(scene: Scene, look: StandardView, right: int, up: int) -> None:
    scene.camera.look(look)
    # in the lower right corner, 90 pixels wide: red, green and blue arrows along x, y, z
    corner = scene.render(600, 600)[:90, -90:, :3].astype(int)
    for axis, place in ((right, np.s_[42:48, 55:70]), (up, np.s_[55:70, 42:48])):
        others = [channel for channel in range(3) if channel != axis]
        assert (corner[place][..., axis] - corner[place][..., others].max(axis=-1)).max() > 40


def test_whoever_zooms_into_the_volume_sees_its_walls(scene: Scene) -> None:
    scene.maximise(0)
    scene.camera.zoom(1000)
    pixels = scene.render(*SIZE)[..., :3].astype(int)
    assert (np.ptp(pixels, axis=-1) > 40).mean() > 0.9  # coloured, as the grey background is not


def test_every_pixel_is_opaque(scene: Scene) -> None:
    scene.opacity[0] = 0.5
    scene.restyle()
    assert (scene.render(*SIZE)[..., 3] == 255).all()


def test_dark_surroundings_are_dark(scene: Scene) -> None:
    scene.surroundings = DARK
    scene.restyle()
    assert scene.render(*SIZE)[2, 100, :3].mean() < 60


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_views_tile_the_window(count: int) -> None:
    areas = [(right - left) * (top - bottom) for left, bottom, right, top in layout(count)]
    assert sum(areas) <= 1 + 1e-9
    assert len(areas) == count


@pytest.mark.parametrize(("length", "expected"), [(37, 20), (50, 50), (9.9, 5), (0.31, 0.2), (100, 100)])
def test_scale_bars_have_round_lengths(length: float, expected: float) -> None:
    assert round_length(length) == pytest.approx(expected)


def test_a_picture_is_a_whole_file(tmp_path: Path) -> None:
    picture(_volume(), tmp_path / "volume.png", (320, 240))
    reader = vtkPNGReader()
    reader.SetFileName(str(tmp_path / "volume.png"))
    reader.Update()
    assert reader.GetOutput().GetDimensions() == (320, 240, 1)
    assert [file.name for file in tmp_path.iterdir()] == ["volume.png"]


def test_a_graphics_card_draws_in_full_detail_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.view3d.scene.PART_TRIANGLES", 10)
    scene.render(*SIZE)
    scene.hardware = False
    assert not scene.light
    scene.hardware = True
    assert scene.light
    scene.opacity[0] = 0.5  # sorting the triangles takes longer than drawing them
    assert not scene.light


@pytest.mark.parametrize(("edges", "unit"), [((2.0, 2.0, 2.0), "nm"), (None, "voxels")])
def test_lengths_on_the_screen_are_in_the_volumes_unit(
    scene: Scene, edges: tuple[float, float, float] | None, unit: str
) -> None:
    scene.show(build_geometry(replace(_volume(), voxel_nm=edges)))
    scene.measure(((0.0, 0.0, 0.0), (3.0, 4.0, 0.0)))
    scene.render(*SIZE)
    for view in scene.views:
        assert view.scale_bar.label.GetInput().endswith(f" {unit}")
        assert view.ruler.label.GetInput() == f"5.0 {unit}"
