"""Pictures of volumes as files, without a window."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.camera import Crop
from microdesigner.view3d.figure import annotated, fonts, room
from microdesigner.view3d.graphics import graphics_problem, prefer_headless
from microdesigner.view3d.look import Look, RenderJob
from microdesigner.view3d.palettes import LIGHT, Colour
from microdesigner.view3d.smooth_layers import TEXELS as SCREEN_TEXELS

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

SAMPLES = 3  # along an edge of each pixel, whose mean it shows
TILE_PIXELS = 1000  # along an edge; graphics memory grows with the tile, not with the picture
TEXELS = 8  # per voxel
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
TIFF, LINES = (".tif", ".tiff"), (".svg", ".pdf")
FORMATS = {".png": "png", ".tif": "tiff", ".tiff": "tiff", ".svg": "svg", ".pdf": "pdf"}
PREVIEW_TRIANGLES = 1_500_000  # more are not drawn in half a second
MAX_PIXELS = 400_000_000  # 1.2 GB before compression


def picture(microstructure: Microstructure, path: Path | str, size: tuple[int, int] = (1400, 860)) -> None:
    """Write a picture of the linked views of `microstructure`, `size` pixels wide and high.

    Raises MicrodesignerError where the machine cannot draw, InputError when the picture is too large or `path` names
    another format than FORMATS.
    """
    for _ in render_picture(RenderJob(microstructure, size=size), Path(path)):
        pass


def render_picture(job: RenderJob, path: Path) -> Iterator[Progress]:
    """Write a picture tile by tile; closing the generator leaves no file. Raises as `picture`."""
    width, height = job.size
    if width * height > MAX_PIXELS:
        raise InputError(f"A picture of {width}×{height} pixels is too large; choose a smaller one.")
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"{path} is no picture; choose one of {', '.join(FORMATS)}.")
    with scene_for(job.of_views(), TEXELS) as scene:
        views = scene.shown_views() if job.views is not None else []
        tiles = [tile for index in views for tile in _tiles(index, _place(scene, index, job))]
        canvas = _ground(job, scene)
        for done, tile in enumerate(tiles):
            tile.draw(scene, canvas, job.background == "transparent")
            yield Progress("Drawing the picture", done + 1, len(tiles) + 1)
        scene.scale = job.scale
        with atomic_path(path) as temporary:
            (_write_lines if suffix in LINES else _write_pixels)(job, scene, canvas[::-1], temporary, suffix)
    yield Progress("Drawing the picture", len(tiles) + 1, len(tiles) + 1)


def preview(job: RenderJob, scene: "Scene") -> NDArray[np.uint8]:
    """Pixels [height, width, RGBA], the highest row first, of a small picture of what `scene` shows; a large one
    is drawn coarsely."""
    before, scale, marked = scene.look(), scene.scale, scene.marked
    scene.scale, scene.marked = job.scale, job.shown_mark
    scene.apply_look(dressed(job))
    canvas = _ground(job, scene)
    coarse = scene.triangles > PREVIEW_TRIANGLES
    _make_room(job.of_views(), scene)
    for index in scene.shown_views() if job.views is not None else []:
        left, bottom, right, top = place = _place(scene, index, job)
        size = right - left, top - bottom
        tile = _Tile(index, size, Crop(0, 0, *size), place, coarse=coarse)
        tile.draw(scene, canvas, job.background == "transparent")
    pixels = _with_lines(job, scene, canvas[::-1])
    scene.scale, scene.marked = scale, marked
    scene.camera.set_room()
    scene.apply_look(before)
    return pixels


def _ground(job: RenderJob, scene: "Scene") -> NDArray[np.uint8]:
    """What lies behind and between views and slices, [height, width, RGBA]."""
    canvas = np.zeros((job.size[1], job.size[0], 4), np.uint8)
    if job.background != "transparent":
        canvas[:] = [*(round(255 * share) for share in scene.surroundings.background), 255]
    return canvas


def _make_room(job: RenderJob, scene: "Scene") -> None:
    views = [scene.area(index) for index in scene.shown_views()]
    sizes = [(job.size[0] * (right - left), job.size[1] * (top - low)) for left, low, right, top in views]
    rooms = [room(job, size) for size in sizes]
    scene.camera.set_room(max(beside for beside, _ in rooms), max(above for _, above in rooms))


def _write_pixels(job: RenderJob, scene: "Scene", canvas: NDArray[np.uint8], path: Path, suffix: str) -> None:
    pixels = _with_lines(job, scene, canvas)
    pixels = pixels if job.background == "transparent" else pixels[..., :3]
    options = {"compression": "tiff_deflate"} if suffix in TIFF else {}
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save(path, FORMATS[suffix], dpi=(job.dpi, job.dpi), **options)


def _write_lines(job: RenderJob, scene: "Scene", canvas: NDArray[np.uint8], path: Path, suffix: str) -> None:
    import matplotlib as mpl

    with mpl.rc_context(fonts()):
        annotated(job, scene, canvas).savefig(path, format=FORMATS[suffix], dpi=job.dpi, facecolor="none")


def _with_lines(job: RenderJob, scene: "Scene", canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`canvas` [height, width, RGBA] with the annotations over it."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with mpl.rc_context(fonts()):
        drawing: Any = FigureCanvasAgg(annotated(job, scene))
        drawing.draw()
    over = np.asarray(drawing.buffer_rgba())
    inked = np.flatnonzero(over[..., 3].any(axis=1))
    result = canvas.copy()
    for row in inked:  # row by row: a large picture leaves no room for one of floating-point numbers
        ink, alpha = over[row].astype(np.float32), over[row, :, 3:].astype(np.float32) / 255
        below = result[row].astype(np.float32)
        both = alpha + below[:, 3:] / 255 * (1 - alpha)
        mixed = (ink[:, :3] * alpha + below[:, :3] * below[:, 3:] / 255 * (1 - alpha)) / np.maximum(both, 1e-6)
        result[row, :, :3], result[row, :, 3:] = np.round(mixed), np.round(255 * both)
    return result


@contextmanager
def scene_for(job: RenderJob, texels: int = SCREEN_TEXELS) -> Iterator["Scene"]:
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
        scene.scale, scene.marked = job.scale, job.shown_mark
        scene.show(build_geometry(job.microstructure, job.look.shaping, texels=texels))
        scene.apply_look(dressed(job))
        _make_room(job, scene)
        yield scene
    finally:
        scene.close()


def dressed(job: RenderJob) -> Look:
    """The look of `job` on the background that it asks for."""
    if job.background == "as shown":
        return job.look
    return replace(job.look, surroundings=replace(LIGHT, background=WHITE))


@dataclass(frozen=True)
class _Tile:
    """A crop of a view of `size` pixels, which lies at `place` (left, bottom, right, top) of the canvas."""

    view: int
    size: tuple[int, int]
    crop: Crop
    place: tuple[int, int, int, int]
    coarse: bool = False

    def draw(self, scene: "Scene", canvas: NDArray[np.uint8], transparent: bool) -> None:
        """Draw it into `canvas` [height, width, RGBA], the lowest row first."""
        left, bottom = self.place[0] + self.crop.left, self.place[1] + self.crop.bottom
        free = canvas[bottom : self.place[3], left : self.place[2]][: self.crop.height, : self.crop.width]
        pixels = self._on(scene, WHITE) if transparent else self._pixels(scene)
        if transparent:  # what two backgrounds change shines through: the same with any driver, at the edges too
            black = self._on(scene, BLACK).astype(np.int16)
            alpha = 255 - np.clip(pixels[..., :3] - black[..., :3], 0, 255).max(axis=2, keepdims=True)
            colour = np.minimum(255, black[..., :3] * np.int32(255) // np.maximum(alpha, 1))
            pixels = np.concatenate([colour, alpha], axis=2).astype(np.uint8)
        free[:] = pixels[: free.shape[0], : free.shape[1]]

    def _on(self, scene: "Scene", background: Colour) -> NDArray[np.uint8]:
        before = scene.surroundings
        scene.surroundings = replace(before, background=background)
        pixels = self._pixels(scene)
        scene.surroundings = before
        return pixels

    def _pixels(self, scene: "Scene") -> NDArray[np.uint8]:
        """The crop, each pixel the mean of several; opaque."""
        n, crop, scale = SAMPLES, self.crop, scene.scale
        scene.bare, scene.scale = True, n * scale
        large = Crop(n * crop.left, n * crop.bottom, n * crop.width, n * crop.height)
        drawn = scene.render_crop(self.view, (n * self.size[0], n * self.size[1]), large, self.coarse)
        scene.bare, scene.scale = False, scale
        return mean_of(drawn, n)


def mean_of(pixels: NDArray[np.uint8], samples: int) -> NDArray[np.uint8]:
    """`pixels` [height, width, RGBA] in fewer, each the mean of `samples` by `samples`, and opaque."""
    means: NDArray[np.uint8] = np.array(Image.fromarray(pixels).reduce(samples))
    means[..., 3] = 255
    return means


def _place(scene: "Scene", index: int, job: RenderJob) -> tuple[int, int, int, int]:
    """Left, bottom, right, top of a view in pixels of the picture."""
    left, bottom, right, top = scene.area(index)
    x, y, beyond, above = job.views_place
    width, height = beyond - x, above - y
    return x + round(left * width), y + round(bottom * height), x + round(right * width), y + round(top * height)


def _tiles(view: int, place: tuple[int, int, int, int]) -> Iterator[_Tile]:
    """Equal tiles that cover a view, if need be by a few pixels more than it has."""
    width, height = place[2] - place[0], place[3] - place[1]
    count = math.ceil(max(width, height) / TILE_PIXELS)
    across, up = math.ceil(width / count), math.ceil(height / count)
    for row, column in product(range(count), repeat=2):
        yield _Tile(view, (count * across, count * up), Crop(column * across, row * up, across, up), place)
