"""The flat slices of a picture: layers of voxels with crosshair, frame and what is to be read, each in its place."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.quantity import length_words
from microdesigner.view3d.annotations import BAR_SHARE, round_length
from microdesigner.view3d.look import Area, RenderJob, SliceLook
from microdesigner.view3d.palettes import AXES, Surroundings, text_of
from microdesigner.view3d.pen import Pen
from microdesigner.view3d.smooth_layers import smooth_layer

Value = TypeVar("Value", bound=np.generic)
IN_PLANE = ((1, 2), (0, 2), (0, 1))  # axes to the right and up, for slices across x, y, z
TEXELS = 8  # per voxel
TITLE, HEAD, GAP, MARK = 9.0, 17.0, 4.0, 6.0  # points
HALO, LINE = 2.4, 0.8  # points, of the crosshair


def layer_of(volume: Microstructure, look: SliceLook) -> NDArray[np.uint8]:
    """Labels [axis to the right, axis up] of the layer that `look` shows, in a volume that may be a coarse one."""
    return _layer(volume.phases, look)


def _layer(voxels: NDArray[Value], look: SliceLook) -> NDArray[Value]:
    edge = voxels.shape[look.axis]
    share = (look.crosshair[look.axis] + 0.5) / look.voxels[look.axis]
    return np.take(voxels, min(edge - 1, int(share * edge)), look.axis)


def position_words(axis: int, layer: int, layers: int, length: float, unit: str) -> str:
    """Where a layer of a volume lies that is `length` long across it."""
    return f"{'xyz'[axis]} = {(layer + 0.5) * length / layers:.1f} {unit} · layer {layer} of {layers}"


def draw_slice(pen: Pen, job: RenderJob, look: SliceLook, surroundings: Surroundings) -> None:
    """Draw one slice into its place of the picture."""
    from matplotlib.patches import Rectangle

    left, bottom, right, top = _pixels(look.place, job.size)
    head = HEAD * pen.point if job.annotations.titles else 0.0
    window = Rectangle((left, bottom), right - left, top - bottom - head, transform=pen.axes.transData)
    area = _pixels(look.area, job.size)
    rows = np.ascontiguousarray(_coloured(job, look).transpose(1, 0, 2)[::-1])  # the second axis points up
    image = pen.axes.imshow(
        rows, extent=(area[0], area[2], area[1], area[3]), aspect="auto", zorder=1,
        interpolation="bilinear" if job.look.shaping.smooth else "nearest",
    )  # fmt: skip
    frame = Rectangle(
        (area[0], area[1]), area[2] - area[0], area[3] - area[1], fill=False, lw=LINE,
        edgecolor=text_of(surroundings.frame), zorder=1.1,
    )  # fmt: skip
    pen.axes.add_patch(frame)
    for artist in (image, frame):
        artist.set_clip_path(window)
    if job.annotations.crosshair:
        _crosshair(pen, look, area, window, surroundings)
    if job.annotations.scale_bar:
        _scale_bar(pen, job, look, area, (left, bottom, right), surroundings)
    if job.annotations.titles:
        _head(pen, job, look, (left, right, top))


def _coloured(job: RenderJob, look: SliceLook) -> NDArray[np.uint8]:
    """RGBA [axis to the right, axis up] of the layer."""
    from microdesigner.view3d.marking import faded, resampled
    from microdesigner.view3d.planes import colour_table

    names = job.microstructure.phase_names
    table = colour_table(job.look.palette, job.look.visible or (True,) * len(names))
    labels = layer_of(job.microstructure, look)
    pixels = smooth_layer(labels, TEXELS).coloured(table) if job.look.shaping.smooth else table[labels]
    if job.shown_mark is None:
        return pixels
    mask = resampled(job.shown_mark, job.microstructure.shape)
    return faded(pixels, _layer(mask, look), job.look.surroundings.background)


def _crosshair(pen: Pen, look: SliceLook, area: Area, window: Any, surroundings: Surroundings) -> None:
    across, up = IN_PLANE[look.axis]
    shares = [(look.crosshair[axis] + 0.5) / look.voxels[axis] for axis in (across, up)]
    x, y = area[0] + shares[0] * (area[2] - area[0]), area[1] + shares[1] * (area[3] - area[1])
    for axis, xs, ys in ((across, (x, x), (area[1], area[3])), (up, (area[0], area[2]), (y, y))):
        for colour, width, alpha in ((text_of(surroundings.background), HALO, 0.65), (AXES[axis], LINE, 1.0)):
            (line,) = pen.axes.plot(xs, ys, color=colour, lw=width, alpha=alpha, zorder=1.2, solid_capstyle="butt")
            line.set_clip_path(window)


def _scale_bar(
    pen: Pen, job: RenderJob, look: SliceLook, area: Area, place: tuple[float, float, float],
    surroundings: Surroundings,
) -> None:  # fmt: skip
    """A round length in the lower left corner of what is seen of the layer, on a ground of its own."""
    from matplotlib.patches import Rectangle

    volume = job.microstructure
    across = IN_PLANE[look.axis][0]
    left, bottom, right = max(area[0], place[0]), max(area[1], place[1]), min(area[2], place[2])
    per_pixel = volume.shape[across] * volume.spacing[across] / (area[2] - area[0])
    length = round_length(BAR_SHARE * (right - left) * per_pixel)
    gap, height = GAP * pen.point, TITLE * pen.point
    start = np.array([left, bottom]) + 2 * gap
    end = start + np.array([length / per_pixel, 0])
    ground = Rectangle(
        (start[0] - gap, start[1] - gap), end[0] - start[0] + 2 * gap, 3 * gap + height, lw=0, zorder=1.3,
        facecolor=text_of(surroundings.background),
    )  # fmt: skip
    pen.axes.add_patch(ground)
    pen.line(start, end, width=1.5)
    pen.words((start + end) / 2 + np.array([0, gap]), length_words(length, volume.length_unit), TITLE, ha="center")


def _head(pen: Pen, job: RenderJob, look: SliceLook, place: tuple[float, float, float]) -> None:
    """Which plane it is and where, above the layer."""
    from matplotlib.patches import Rectangle

    left, right, top = place
    volume, axis = job.microstructure, look.axis
    middle, gap, side = top - HEAD / 2 * pen.point, GAP * pen.point, MARK * pen.point
    mark = Rectangle((left + gap, middle - side / 2), side, side, facecolor=AXES[axis], lw=0)
    pen.axes.add_patch(mark)
    name = "".join("xyz"[other] for other in IN_PLANE[axis])
    pen.words(np.array([left + 2 * gap + side, middle]), name, TITLE, va="center_baseline")
    length = volume.shape[axis] * volume.spacing[axis]
    words = position_words(axis, look.crosshair[axis], look.voxels[axis], length, volume.length_unit)
    pen.words(np.array([right - gap, middle]), words, TITLE, ha="right", va="center_baseline")


def _pixels(area: Area, size: tuple[int, int]) -> Area:
    left, bottom, right, top = area
    return left * size[0], bottom * size[1], right * size[0], top * size[1]
