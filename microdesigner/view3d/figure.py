"""What explains a picture of a volume, drawn as lines and letters: titles, scale bar, legend, axes, electrodes."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.quantity import length_words
from microdesigner.view3d.annotations import BAR_SHARE, round_length
from microdesigner.view3d.look import RenderJob
from microdesigner.view3d.palettes import AXES, text_of
from microdesigner.view3d.pen import WORDS, Pen
from microdesigner.view3d.picture_choice import Annotations
from microdesigner.view3d.projection import Projection, outline_edge
from microdesigner.view3d.slice_figure import draw_slice

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from microdesigner.view3d.scene import Scene

TITLE, TICK, GAP, MARGIN = 10.5, 4.0, 4.0, 11.0  # points
LEADER = 14.0  # points, to the name of an electrode
RIGHT, UP = np.array([1.0, 0.0]), np.array([0.0, 1.0])
AXIS_BESIDE, AXIS_BELOW, ELECTRODE_BESIDE, LEGEND_ABOVE = 56.0, 46.0, 82.0, 30.0  # points around the box
LEAST = 0.35  # of a view, which the box gets at any rate
TICKS = 4
SHORTEST = 26.0  # points, of an axis that gets numbers
ELECTRODES = ("cathode", "anode")
_RC: Any = {"font.family": "DejaVu Sans", "svg.fonttype": "none", "pdf.fonttype": 42, "mathtext.default": "regular"}


def room(job: RenderJob, view: tuple[float, float]) -> tuple[float, float]:
    """How many times as wide and as high as its box a view of so many pixels has to be for what stands around it."""
    wanted, point = job.annotations, job.dpi / 72
    beside = max(AXIS_BESIDE * wanted.axes, ELECTRODE_BESIDE * wanted.electrodes)
    above = max(AXIS_BELOW * wanted.axes, LEGEND_ABOVE * wanted.legend)
    across, up = (1 - 2 * need * point / pixels for need, pixels in zip((beside, above), view, strict=True))
    return 1 / max(LEAST, across), 1 / max(LEAST, up)


def annotated(job: RenderJob, scene: "Scene", raster: NDArray[np.uint8] | None = None) -> "Figure":
    """A figure with the annotations of `job`, transparent or on `raster` [height, width, RGBA], the highest row
    first; `scene` shows what the job tells."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    width, height = job.size
    with mpl.rc_context(_RC):
        figure = Figure(figsize=(width / job.dpi, height / job.dpi), dpi=job.dpi, facecolor="none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(0, height)
        if raster is not None:
            axes.imshow(raster, extent=(0, width, 0, height), interpolation="none", aspect="auto", zorder=0)
        pen = Pen(axes, job.dpi / 72, text_of(scene.surroundings.text))
        if job.views is not None:
            _annotate_views(pen, job, scene)
        for look in job.slices:
            draw_slice(pen, job, look, scene.surroundings)
    return figure


def fonts() -> Any:
    """Settings under which a figure of `annotated` is to be written."""
    return _RC


def _annotate_views(pen: Pen, job: RenderJob, scene: "Scene") -> None:
    x, y, beyond, above = job.views_place
    for index in scene.shown_views():
        left, bottom, right, top = scene.area(index)
        size = (right - left) * (beyond - x), (top - bottom) * (above - y)
        view = Projection.of(scene.camera.camera, size, (x + left * (beyond - x), y + bottom * (above - y)))
        _annotate(pen, job, scene, index, view)
    if job.annotations.directions:
        _directions(pen, scene, (beyond, y))


def _annotate(pen: Pen, job: RenderJob, scene: "Scene", index: int, view: Projection) -> None:
    wanted: Annotations = job.annotations
    corner, margin = np.array(view.corner), MARGIN * pen.point
    edges = np.array(scene.camera.bounds[1::2])
    unit = job.microstructure.length_unit
    if wanted.titles:
        at = corner + np.array([margin, view.size[1] - margin])
        pen.words(at, scene.views[index].title.actor.GetInput(), TITLE, va="top")
    if wanted.scale_bar:
        _scale_bar(pen, view, scene.camera.visible_height() / view.size[1], unit)
    if wanted.legend:
        _legend(pen, scene, view, index)
    if wanted.axes:
        for axis in range(3):
            _axis(pen, view, edges, axis, unit)
    if wanted.electrodes:
        _electrodes(pen, view, edges, unit)


def _scale_bar(pen: Pen, view: Projection, length_per_pixel: float, unit: str) -> None:
    length = round_length(BAR_SHARE * view.size[0] * length_per_pixel)
    start = np.array(view.corner) + MARGIN * pen.point
    along, tick = length / length_per_pixel * RIGHT, 0.75 * TICK * pen.point * UP
    pen.line(start, start + along, width=1.5)
    for end in (start, start + along):
        pen.line(end - tick, end + tick, width=1.5)
    pen.words(start + along / 2 + 1.3 * GAP * pen.point * UP, length_words(length, unit), ha="center")


def _legend(pen: Pen, scene: "Scene", view: Projection, index: int) -> None:
    """Phases that the view shows, in its upper right corner."""
    from matplotlib.patches import Rectangle

    phases = range(len(scene.phase_names)) if index == 0 else [index - 1]
    shown = [label for label in phases if scene.visible[label]]
    side, line = WORDS * 0.85 * pen.point, WORDS * 1.55 * pen.point
    right = np.array(view.corner) + view.size - MARGIN * pen.point
    for row, label in enumerate(shown):
        at = right - side * RIGHT - (side + row * line) * UP
        pen.axes.add_patch(Rectangle(tuple(at), side, side, facecolor=scene.palette.colour(label), lw=0))
        pen.words(
            at - GAP * pen.point * RIGHT + side / 2 * UP, scene.phase_names[label], ha="right", va="center_baseline"
        )


def _axis(pen: Pen, view: Projection, edges: NDArray[np.float64], axis: int, unit: str) -> None:
    """Round numbers along an edge of the outline, and what they count."""
    from matplotlib.ticker import MaxNLocator

    ends = outline_edge(view, edges, axis)
    if ends is None:
        return
    start, end = (view.pixel(point) for point in ends)
    if np.hypot(*(end - start)) < SHORTEST * pen.point:
        return
    out = _outwards(start, end, view.pixel(edges / 2))
    for value in MaxNLocator(TICKS, steps=[1, 2, 5, 10]).tick_values(0, edges[axis]):
        if 0 <= value <= edges[axis] * (1 + 1e-9):
            place = view.pixel(ends[0] + (ends[1] - ends[0]) * value / edges[axis])
            pen.line(place, place + TICK * pen.point * out)
            pen.words(place + (TICK + GAP) * pen.point * out, f"{value:g}", **_beside(out))
    middle = (start + end) / 2 + (TICK + 6 * GAP + 4 * abs(out[0]) * GAP) * pen.point * out
    pen.words(middle, f"{'xyz'[axis]} ({unit})", ha="center", va="center")


def _electrodes(pen: Pen, view: Projection, edges: NDArray[np.float64], unit: str) -> None:
    """Names of top and bottom, right of the box; the films of this program stand on the cathode."""
    heights = [np.array([x, y, 0.0]) for x in (0, edges[0]) for y in (0, edges[1])]
    foot = max(heights, key=lambda point: float(view.pixel(point)[0]))
    low, high = view.pixel(foot), view.pixel(foot + np.array([0, 0, edges[2]]))
    if np.hypot(*(high - low)) < SHORTEST * pen.point:
        return
    for place, name, height in zip((low, high), ELECTRODES, (0.0, edges[2]), strict=True):
        pen.line(place + 2 * pen.point * RIGHT, place + LEADER * pen.point * RIGHT)
        pen.words(place + (LEADER + GAP) * pen.point * RIGHT, f"{name}\nz = {height:g} {unit}", va="center")


def _directions(pen: Pen, scene: "Scene", corner: tuple[int, int]) -> None:
    """Arrows along x, y, z in the lower right `corner`, turned like the volume; the farthest first."""
    camera = scene.camera.camera
    ahead, up = np.array(camera.GetDirectionOfProjection()), np.array(camera.GetViewUp())
    side = np.cross(ahead, up)
    side /= np.linalg.norm(side)
    up = np.cross(side, ahead)
    length = 26 * pen.point
    middle = np.array(corner) + 3.2 * MARGIN * pen.point * np.array([-1.0, 1.0])
    for axis in sorted(range(3), key=lambda axis: -ahead[axis]):
        tip = np.array([side[axis], up[axis]]) * length
        arrow = {"arrowstyle": "-|>", "color": AXES[axis], "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
        if np.hypot(*tip) > length / 8:
            pen.axes.annotate("", xy=middle + tip, xytext=middle, arrowprops=arrow)
        letter = middle + tip + 7 * pen.point * (tip / max(np.hypot(*tip), 1e-9) if tip.any() else 0)
        pen.words(letter, "xyz"[axis], ha="center", va="center")


def _outwards(start: NDArray[np.float64], end: NDArray[np.float64], middle: NDArray[np.float64]) -> Any:
    """The direction across a line that leads away from `middle`."""
    along = (end - start) / np.hypot(*(end - start))
    across = np.array([-along[1], along[0]])
    return across if across @ ((start + end) / 2 - middle) > 0 else -across


def _beside(out: Any) -> dict[str, Any]:
    """Alignment of words that stand in this direction of their place."""
    sideways = "left" if out[0] > 0.5 else "right" if out[0] < -0.5 else "center"
    upwards = "bottom" if out[1] > 0.5 else "top" if out[1] < -0.5 else "center"
    return {"ha": sideways, "va": upwards}
