"""Movies and large pictures, read back frame by frame."""

import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.io import volumes
from microdesigner.view3d import movies, pictures
from microdesigner.view3d.graphics import prefer_headless
from microdesigner.view3d.look import Look, RenderJob
from microdesigner.view3d.picture_choice import Annotations
from tests.conftest import FullDisk

prefer_headless()
from microdesigner.view3d.scene import Scene  # noqa: E402
from microdesigner.view3d.surfaces import Shaping, build_geometry  # noqa: E402

SIZE = (401, 300)
EVEN = (400, 300)


def _layers() -> Microstructure:
    """Donor below, acceptor above."""
    labels = np.zeros((16, 16, 8), np.uint8)
    labels[..., 4:] = 1
    return Microstructure(labels, phase_names=("donor", "acceptor"))


def _frames(path: Path) -> np.ndarray:
    plugin = "FFMPEG" if path.suffix == ".mp4" else "pillow"
    return iio.imread(path, plugin=plugin).astype(int)


def _share(frame: np.ndarray, high: int, low: int) -> float:
    """How much of a frame is rather of the colour `high` than `low`."""
    return float((frame[..., high] - frame[..., low] > 40).mean())


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_slices_run_from_the_bottom_to_the_top(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"slices.{suffix}"
    movies.movie(_layers(), path, "slices", SIZE, Look(maximised=0))
    frames = _frames(path)
    assert frames.shape == (8, *EVEN[::-1], 3)
    assert _share(frames[0], 2, 0) > _share(frames[-1], 2, 0) + 0.02
    assert _share(frames[-1], 0, 2) > _share(frames[0], 0, 2) + 0.02
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_turntable_comes_back_to_where_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movies, "TURN_FRAMES", 4)
    halves = _layers().phases.copy()
    halves[:8], halves[8:] = 0, 1
    movies.movie(Microstructure(halves, phase_names=("donor", "acceptor")), tmp_path / "t.gif", "turntable", EVEN)
    frames = _frames(tmp_path / "t.gif")
    assert len(frames) == 4
    moved = [(np.abs(frames[a] - frames[b]).max(axis=-1) > 40).mean() for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))]
    assert min(moved) > 0.02
    mirrored = frames[2][:, ::-1]
    assert (np.abs(frames[0] - frames[2]).max(axis=-1) > 40).mean() > 0.02
    assert mirrored.shape == frames[0].shape


def test_cancelling_leaves_no_file(tmp_path: Path) -> None:
    for work in (
        movies.render_movie(RenderJob(_layers(), size=EVEN), tmp_path / "a.gif", "slices"),
        movies.render_movie(RenderJob(_layers(), size=EVEN), tmp_path / "a.mp4", "slices"),
        pictures.render_picture(RenderJob(_layers(), size=EVEN), tmp_path / "a.png"),
    ):
        event = next(work)
        assert event.done == 1
        assert event.total > 1
        work.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("suffix", "size"), [("gif", 40), ("mp4", 40), ("mp4", 400)])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, full_disk: FullDisk, suffix: str, size: int) -> None:
    with full_disk(20), pytest.raises((OSError, MicrodesignerError), match=r"^[^\n]*(large|whole)[^\n]*$"):
        movies.movie(_layers(), tmp_path / f"film.{suffix}", "slices", (size, size))
    assert not list(tmp_path.iterdir())


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.gif, \.mp4"):
        movies.movie(_layers(), tmp_path / "a.avi")


@pytest.mark.parametrize("orthographic", [False, True])
def test_tiles_join_to_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, orthographic: bool) -> None:
    look = Look(Shaping(smooth=False), orthographic=orthographic, opacity=(0.5, 1.0), visible=(True, True))
    job = RenderJob(_layers(), look, (800, 600))
    for _ in pictures.render_picture(job, tmp_path / "whole.png"):
        pass
    monkeypatch.setattr(pictures, "TILE_PIXELS", 300)
    assert len(list(pictures.render_picture(job, tmp_path / "tiled.png"))) > 10
    whole, tiled = (iio.imread(tmp_path / name).astype(int) for name in ("whole.png", "tiled.png"))
    assert whole.shape == tiled.shape == (600, 800, 3)
    assert (np.abs(whole - tiled).max(axis=-1) > 30).mean() < 0.003


def test_a_picture_shows_what_the_scene_shows(tmp_path: Path) -> None:
    scene = Scene()
    scene.show(build_geometry(_layers()))
    scene.camera.rotate(0.2, 0.1)
    scene.camera.zoom(1.3)
    scene.opacity[0] = 0.4
    scene.restyle()
    scene.bare, scene.scale = True, pictures.SAMPLES
    drawn = scene.render(pictures.SAMPLES * EVEN[0], pictures.SAMPLES * EVEN[1])
    expected = pictures.mean_of(drawn, pictures.SAMPLES)[::-1, :, :3].astype(int)
    job = RenderJob(_layers(), scene.look(), EVEN, annotations=Annotations(False, False, False))
    scene.close()
    for _ in pictures.render_picture(job, tmp_path / "a.png"):
        pass
    assert (np.abs(iio.imread(tmp_path / "a.png") - expected).max(axis=-1) > 30).mean() < 0.005


def test_a_picture_beyond_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too large"):
        next(pictures.render_picture(RenderJob(_layers(), size=(40_000, 30_000)), tmp_path / "a.png"))


@pytest.mark.parametrize("missing", ["package", "program"])
def test_without_an_encoder_one_sentence_and_no_file(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "package":
        monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    else:
        monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", _no_program)
    with pytest.raises(InputError, match=r"film\.mp4 needs the program ffmpeg.*movies.*GIF"):
        movies.movie(_layers(), tmp_path / "film.mp4", size=SIZE)
    assert list(tmp_path.iterdir()) == []


def _no_program() -> str:
    raise RuntimeError("No ffmpeg exe could be found.")


def test_films_follow_one_another(tmp_path: Path) -> None:
    paths = []
    for donor in (1, 4, 7):
        labels = np.ones((16, 16, 8), np.uint8)
        labels[..., :donor] = 0
        volume = Microstructure(labels, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor"))
        paths.append(tmp_path / f"film{donor}.vti")
        volumes.write(volume, paths[-1])
    job = RenderJob(_layers(), Look(maximised=0), EVEN)
    assert [event.done for event in movies.render_films(job, tmp_path / "films.gif", paths)] == [1, 2, 3]
    frames = _frames(tmp_path / "films.gif")
    assert len(frames) == 3
    donor_shares = [_share(frame, 2, 0) for frame in frames]
    assert donor_shares[0] < donor_shares[1] - 0.01 < donor_shares[2] - 0.02
    volumes.write(Microstructure(labels, (1.0, 1.0, 1.0), phase_names=("one", "other")), paths[1])
    with pytest.raises(InputError, match="one, other"):
        list(movies.render_films(job, tmp_path / "others.gif", paths))
    assert not (tmp_path / "others.gif").exists()
