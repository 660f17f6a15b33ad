"""Pictures of volumes as files, without a window."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.camera import Crop
from microdesigner.view3d.graphics import graphics_problem, prefer_headless
from microdesigner.view3d.look import RenderJob

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

TILE_PIXELS = 3000  # along an edge; graphics memory grows with the tile, not with the picture
MAX_PIXELS = 400_000_000  # 1.2 GB before compression


def picture(microstructure: Microstructure, path: Path | str, size: tuple[int, int] = (1400, 860)) -> None:
    """Write a PNG of the linked views of `microstructure`, `size` pixels wide and high.

    Raises MicrodesignerError where the machine cannot draw, InputError when the picture is too large.
    """
    for _ in render_picture(RenderJob(microstructure, size=size), Path(path)):
        pass


def render_picture(job: RenderJob, path: Path) -> Iterator[Progress]:
    """Write a PNG tile by tile; closing the generator leaves no file. Raises as `picture`."""
    width, height = job.size
    if width * height > MAX_PIXELS:
        raise InputError(f"A picture of {width}×{height} pixels is too large; choose a smaller one.")
    canvas = np.zeros((height, width, 3), np.uint8)
    with scene_for(job) as scene:
        tiles = [tile for index in scene.shown_views() for tile in _tiles(index, _place(scene, index, job.size))]
        for done, tile in enumerate(tiles):
            tile.draw(scene, canvas)
            yield Progress("Drawing the picture", done + 1, len(tiles) + 1)
    save_png(canvas, path)
    yield Progress("Drawing the picture", len(tiles) + 1, len(tiles) + 1)


@contextmanager
def scene_for(job: RenderJob) -> Iterator["Scene"]:
    """A scene that shows what `job` tells; raises MicrodesignerError where the machine cannot draw."""
    problem = graphics_problem()
    if problem is not None:
        raise MicrodesignerError(problem)
    prefer_headless()
    from microdesigner.view3d.scene import Scene
    from microdesigner.view3d.surfaces import build_geometry

    scene = Scene(job.microstructure.phase_names)
    try:
        scene.set_aspect(job.size[0] / job.size[1])
        scene.scale = job.scale
        scene.show(build_geometry(job.microstructure, job.look.shaping))
        scene.apply_look(job.look)
        yield scene
    finally:
        scene.close()


def save_png(pixels: NDArray[np.uint8], path: Path | str) -> None:
    """Write pixels [height, width, RGB or RGBA], the lowest row first, without their alpha; safe in any thread."""
    with atomic_path(Path(path)) as temporary:
        iio.imwrite(temporary, pixels[::-1, :, :3], extension=".png")


@dataclass(frozen=True)
class _Tile:
    """A crop of a view of `size` pixels, which lies at `place` (left, bottom, right, top) of the canvas."""

    view: int
    size: tuple[int, int]
    crop: Crop
    place: tuple[int, int, int, int]

    def draw(self, scene: "Scene", canvas: NDArray[np.uint8]) -> None:
        """Draw it into `canvas` [height, width, RGB], the lowest row first."""
        left, bottom = self.place[0] + self.crop.left, self.place[1] + self.crop.bottom
        free = canvas[bottom : self.place[3], left : self.place[2]][: self.crop.height, : self.crop.width]
        free[:] = scene.render_crop(self.view, self.size, self.crop)[: free.shape[0], : free.shape[1], :3]


def _place(scene: "Scene", index: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, bottom, right, top = scene.area(index)
    return round(left * size[0]), round(bottom * size[1]), round(right * size[0]), round(top * size[1])


def _tiles(view: int, place: tuple[int, int, int, int]) -> Iterator[_Tile]:
    """Equal tiles that cover a view, if need be by a few pixels more than it has."""
    width, height = place[2] - place[0], place[3] - place[1]
    count = math.ceil(max(width, height) / TILE_PIXELS)
    across, up = math.ceil(width / count), math.ceil(height / count)
    for row, column in product(range(count), repeat=2):
        yield _Tile(view, (count * across, count * up), Crop(column * across, row * up, across, up), place)
