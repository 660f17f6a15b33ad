"""Pictures fit to print: smooth edges, transparent backgrounds, annotations as lines and letters in their places."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.view3d.graphics import prefer_headless
from microdesigner.view3d.look import Look, RenderJob
from microdesigner.view3d.picture_choice import Annotations
from microdesigner.view3d.pictures import render_picture, scene_for
from microdesigner.view3d.projection import Projection, outline_edge

prefer_headless()

ALL = Annotations(legend=True, axes=True, electrodes=True)
NONE = Annotations(titles=False, scale_bar=False, directions=False)
SIZE = (640, 480)


def _film() -> Microstructure:
    labels = np.zeros((16, 16, 8), np.uint8)
    labels[8:] = 1
    return Microstructure(labels, (5.0, 5.0, 5.0), phase_names=("donor", "acceptor"))


def _write(job: RenderJob, path: Path) -> Path:
    for _ in render_picture(job, path):
        pass
    return path


def _words(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]


def test_a_drawing_says_what_is_seen_in_letters(tmp_path: Path) -> None:
    words = _words(_write(RenderJob(_film(), Look(maximised=0), SIZE, annotations=ALL), tmp_path / "film.svg"))
    assert {"All phases", "donor", "acceptor", "x (nm)", "y (nm)", "z (nm)", "cathode", "anode"} <= set(words)
    assert "z = 40 nm" in words
    assert any(word.endswith(" nm") and word[:1].isdigit() for word in words)  # the scale bar's length
    assert not _words(_write(RenderJob(_film(), Look(maximised=0), SIZE, annotations=NONE), tmp_path / "bare.svg"))


def test_lengths_of_unknown_voxels_are_counted_in_voxels(tmp_path: Path) -> None:
    film = Microstructure(_film().phases, None, phase_names=("donor", "acceptor"))
    words = _words(_write(RenderJob(film, Look(maximised=0), SIZE, annotations=ALL), tmp_path / "film.svg"))
    assert "x (voxels)" in words
    assert not any(word.endswith("nm)") for word in words)


def test_the_legend_of_a_single_phase_names_that_phase(tmp_path: Path) -> None:
    words = _words(_write(RenderJob(_film(), Look(maximised=2), SIZE, annotations=ALL), tmp_path / "film.svg"))
    assert "acceptor" in words
    assert "donor" not in words


def test_a_page_is_a_pdf(tmp_path: Path) -> None:
    assert _write(RenderJob(_film(), size=SIZE), tmp_path / "film.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_a_transparent_picture_has_the_film_alone(tmp_path: Path, suffix: str) -> None:
    job = RenderJob(_film(), Look(maximised=0), SIZE, annotations=NONE, background="transparent")
    with Image.open(_write(job, tmp_path / f"film.{suffix}")) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (SIZE[1], SIZE[0], 4)
    assert (pixels[:4, :, 3] == 0).all()
    middle = pixels[SIZE[1] // 2, SIZE[0] // 2]
    assert middle[3] == 255
    edges = (pixels[..., 3] > 0) & (pixels[..., 3] < 255)
    assert 50 < edges.sum() < 0.05 * edges.size  # smooth, and only there
    assert pixels[edges][:, :3].max(axis=1).mean() > 60  # of the film's colours, not of a black background


def test_a_white_picture_is_white_and_as_large_as_told(tmp_path: Path) -> None:
    job = RenderJob(_film(), Look(maximised=0), (840, 640), 2.0, NONE, "white")
    with Image.open(_write(job, tmp_path / "film.png")) as image:
        assert image.size == (840, 640)
        assert image.info["dpi"] == pytest.approx((192, 192), abs=0.1)
        assert (np.asarray(image)[:4] == 255).all()


def test_edges_have_steps_between_the_colours(tmp_path: Path) -> None:
    with Image.open(
        _write(RenderJob(_film(), Look(maximised=0), SIZE, annotations=NONE), tmp_path / "film.png")
    ) as image:
        pixels = np.asarray(image).astype(int)
    row = pixels[:, 60:560].reshape(-1, 3)
    assert len(np.unique(row, axis=0)) > 40  # three sides of two phases, background and frame would be few without


def test_the_outline_is_lowest_for_x_and_y_and_leftmost_for_z() -> None:
    film = _film()
    edges = np.array([80.0, 80.0, 40.0])
    with scene_for(RenderJob(film, Look(maximised=0), SIZE)) as scene:
        view = Projection.of(scene.camera.camera, SIZE, (0, 0))
        found = [outline_edge(view, edges, axis) for axis in range(3)]
        middle = view.pixel(edges / 2)
    assert np.allclose(middle, np.array(SIZE) / 2, atol=1)
    x, y, z = found
    assert x is not None
    assert y is not None
    assert z is not None
    np.testing.assert_array_equal(x, ([0, 0, 0], [80, 0, 0]))
    np.testing.assert_array_equal(y, ([80, 0, 0], [80, 80, 0]))
    np.testing.assert_array_equal(z, ([0, 0, 0], [0, 0, 40]))


def test_an_axis_that_points_at_the_viewer_has_no_outline() -> None:
    with scene_for(RenderJob(_film(), Look(maximised=0, orthographic=True), SIZE)) as scene:
        scene.camera.look("z")
        view = Projection.of(scene.camera.camera, SIZE, (0, 0))
        assert outline_edge(view, np.array([80.0, 80.0, 40.0]), 2) is None


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"choose one of \.png, \.tif"):
        _write(RenderJob(_film(), size=SIZE), tmp_path / "film.bmp")
    assert not list(tmp_path.iterdir())
