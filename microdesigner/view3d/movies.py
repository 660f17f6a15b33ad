"""Movies of volumes: a turntable, slices that run through one, or one volume after the other."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import imageio.v2 as iio
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from microdesigner.core.child_process import is_frozen
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.look import Look, RenderJob
from microdesigner.view3d.pictures import mean_of, scene_for
from microdesigner.view3d.scene import Scene

Motion = Literal["turntable", "slices"]
Frame = NDArray[np.uint8]
FRAMES_PER_SECOND = 20  # GIF counts in hundredths of a second
FILMS_PER_SECOND = 5
TURN_FRAMES = 120
MAX_SLICE_FRAMES = 128
COLOURS = 256
ENCODER_REMEDY = (
    "install it" if is_frozen() else "install it with this program's extra movies (pip install 'microdesigner[movies]')"
)
SAMPLES = 2  # along an edge of each pixel, whose mean it shows
NOT_WHOLE = "The movie could not be written whole; see that its disk is not full and try again."


def movie(
    microstructure: Microstructure,
    path: Path | str,
    motion: Motion = "turntable",
    size: tuple[int, int] = (1400, 860),
    look: Look | None = None,
) -> None:
    """Write a movie of the linked views, a GIF or an MP4 (H.264) by the suffix of `path`.

    "turntable" turns the volume once about its z axis; "slices" runs the slice across z from the bottom to the top.
    Raises InputError for another suffix or where no encoder is installed, OSError or
    MicrodesignerError on a full disk, MicrodesignerError where the machine cannot draw.
    """
    for _ in render_movie(RenderJob(microstructure, look or Look(), size), Path(path), motion):
        pass


def render_movie(job: RenderJob, path: Path, motion: Motion) -> Iterator[Progress]:
    """As `movie`, with an event per frame; closing the generator leaves no file."""
    with _opened(job, path, FRAMES_PER_SECOND) as (scene, draw):
        frames = TURN_FRAMES if motion == "turntable" else min(MAX_SLICE_FRAMES, job.microstructure.shape[2])
        for number in range(frames):
            _move(scene, motion, number, frames)
            draw()
            yield Progress("Drawing the movie", number + 1, frames)


def render_films(job: RenderJob, path: Path, films: Sequence[Path]) -> Iterator[Progress]:
    """Write a movie of the volumes in the files `films`, one after the other, looked at as `job` looks at its own; an
    event per frame. Closing the generator leaves no file; raises as `movie`, and InputError for a file that cannot be
    read or that has other phases."""
    from microdesigner.io import read
    from microdesigner.view3d.surfaces import build_geometry

    with _opened(job, path, FILMS_PER_SECOND) as (scene, draw):
        for number, film in enumerate(films, 1):
            volume = read(film)
            if volume.phase_names != job.microstructure.phase_names:
                raise InputError(
                    f"{film.name} has the phases {', '.join(volume.phase_names)}, the film on show has "
                    f"{', '.join(job.microstructure.phase_names)}; choose films of one kind and show one of them."
                )
            scene.marked = None  # what is kept of the film on show
            scene.show(build_geometry(volume, job.look.shaping))
            draw()
            yield Progress("Drawing the movie", number, len(films))


@contextmanager
def _opened(job: RenderJob, path: Path, frames_per_second: int) -> Iterator[tuple[Scene, Callable[[], None]]]:
    """A scene of `job`, and what draws it as the next frame of the movie `path`; raises InputError for no movie."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"{path} is no movie file; choose one of {', '.join(_WRITERS)}.")
    if writer is _mp4 and not has_encoder():
        raise InputError(f"{path.name} needs the program ffmpeg; {ENCODER_REMEDY}, or choose GIF.")
    job = replace(job, size=(job.size[0] // 2 * 2, job.size[1] // 2 * 2))  # H.264 halves the colours' resolution
    with atomic_path(path) as temporary, scene_for(job) as scene, writer(temporary, frames_per_second) as add:

        def draw() -> None:
            scene.scale = SAMPLES * job.scale
            large = scene.render(SAMPLES * job.size[0], SAMPLES * job.size[1])
            add(mean_of(large, SAMPLES)[::-1, :, :3])

        yield scene, draw


def has_encoder() -> bool:
    """Whether MP4 movies can be written: by the ffmpeg that imageio-ffmpeg brings, or by that of the system."""
    try:
        import imageio_ffmpeg

        return bool(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # not installed; installed without a program, and none on the path
        return False


def _move(scene: Scene, motion: Motion, number: int, frames: int) -> None:
    if motion == "turntable":
        scene.camera.orbit(math.tau / frames if number else 0.0)
    else:
        x, y, _ = scene.slice_positions
        scene.slices, scene.slice_positions = True, (x, y, (number + 0.5) / frames)
        scene.restyle()


@contextmanager
def _gif(path: Path, frames_per_second: int) -> Iterator[Callable[[Frame], None]]:
    """One palette for all frames, that of the first, so that nothing flickers."""
    images: list[Image.Image] = []

    def add(frame: Frame) -> None:
        image = Image.fromarray(np.ascontiguousarray(frame))
        colours = images[0] if images else image.quantize(COLOURS)
        images.append(image.quantize(palette=colours, dither=Image.Dither.NONE))

    yield add
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=1000 // frames_per_second, loop=0, format="GIF"
    )


@contextmanager
def _mp4(path: Path, frames_per_second: int) -> Iterator[Callable[[Frame], None]]:
    """ffmpeg ends silently where the disk is full, so what it wrote is read again."""
    writer: Any = iio.get_writer(path, format="FFMPEG", mode="I", fps=frames_per_second, macro_block_size=2)

    def add(frame: Frame) -> None:
        try:
            writer.append_data(frame)
        except OSError:  # which holds all that ffmpeg said
            raise MicrodesignerError(NOT_WHOLE) from None

    with writer:
        yield add
    try:
        iio.get_reader(path, format="FFMPEG").close()
    except OSError:
        raise MicrodesignerError(NOT_WHOLE) from None


_WRITERS = {".gif": _gif, ".mp4": _mp4}
