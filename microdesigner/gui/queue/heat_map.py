"""One measured quantity of a sweep over two conditions, as colours of a table."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QTransform

from microdesigner.app.store.jobs import Job
from microdesigner.app.sweep import swept_names
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.queue.contact_sheet import (
    CENTRE,
    EMPTY,
    INK,
    PAPER,
    QUIET,
    Sheet,
    SheetGrid,
    blank,
    write,
    write_rich,
)
from microdesigner.gui.widgets.basics import axis_html

CELL_WIDTH, CELL_HEIGHT = 120, 84
LEFT, TOP, RIGHT, BOTTOM = 130, 90, 190, 120  # room for titles and ticks around the cells
BAR_WIDTH, BAR_STEPS = 28, 64
LIGHT = 0.42  # lightness of a cell from which on its figure is dark
COLOURS = ("#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725")
"""Viridis (S. van der Walt and N. Smith), from the least to the largest value: it reads in grey and for all eyes."""


def quantities(steps: Sequence[Job]) -> list[str]:
    """What the steps of a sweep measure, the conditions that are swept first."""
    swept = swept_names(steps[0].swept)
    found = dict.fromkeys(name for step in steps for name in _measured(step))
    return [*(name for name in swept if name in found), *(name for name in found if name not in swept)]


def heat_map(steps: Sequence[Job], name: str) -> Sheet:
    """A cell per step, coloured by what it measures of `name`."""
    grid = SheetGrid.of(steps)
    image, painter = blank(
        LEFT + grid.columns * CELL_WIDTH + RIGHT, TOP + grid.rows * CELL_HEIGHT + BOTTOM
    )  # fmt: skip
    write_rich(painter, QRectF(20, 16, image.width() - 40, TOP - 16), f"Measured: {axis_html(spec_of(name))}", 24, INK)
    places = [
        QRectF(LEFT + column * CELL_WIDTH, TOP + row * CELL_HEIGHT, CELL_WIDTH - 2, CELL_HEIGHT - 2)
        for column, row in grid.cells
    ]
    values = [_measured(step).get(name) for step in steps]
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    for value, place in zip(values, places, strict=True):
        _draw_cell(painter, place, name, value, low, high)
    _draw_axes(painter, grid, swept_names(steps[0].swept))
    if known:
        _draw_bar(painter, QRectF(image.width() - RIGHT + 40, TOP, BAR_WIDTH, grid.rows * CELL_HEIGHT), name, low, high)
    painter.end()
    return Sheet(image, tuple(places))


def _measured(step: Job) -> dict[str, float | None]:
    return step.samples[0]["measured"] if step.samples else {}


def _draw_cell(painter: QPainter, place: QRectF, name: str, value: float | None, low: float, high: float) -> None:
    if value is None:
        painter.fillRect(place, EMPTY)
        write(painter, place, "–", 20, QUIET, CENTRE)
        return
    colour = colour_at((value - low) / (high - low) if high > low else 0.5)
    painter.fillRect(place, colour)
    ink = INK if colour.lightnessF() > LIGHT else PAPER
    write(painter, place, spec_of(name).written(value), 20, ink, CENTRE)


def colour_at(share: float) -> QColor:
    """The colour of a share 0..1 of the way from the least to the largest value."""
    place = min(max(share, 0.0), 1.0) * (len(COLOURS) - 1)
    first = min(int(place), len(COLOURS) - 2)
    before, after, rest = QColor(COLOURS[first]), QColor(COLOURS[first + 1]), place - first
    red, green, blue = (
        round(one + rest * (other - one))
        for one, other in zip(before.getRgb()[:3], after.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(red, green, blue)


def _draw_axes(painter: QPainter, grid: SheetGrid, names: tuple[str, ...]) -> None:
    across, up = grid.values
    foot = TOP + grid.rows * CELL_HEIGHT
    for column, value in enumerate(across):
        place = QRectF(LEFT + column * CELL_WIDTH, foot + 8, CELL_WIDTH, 26)
        write(painter, place, spec_of(names[0]).written(value), 18, QUIET, CENTRE)
    for row, value in enumerate(reversed(up)):
        place = QRectF(56, TOP + row * CELL_HEIGHT, LEFT - 64, CELL_HEIGHT)
        write(painter, place, spec_of(names[1]).written(value), 18, QUIET, CENTRE)
    place = QRectF(LEFT, foot + 44, grid.columns * CELL_WIDTH, 50)
    write_rich(painter, place, axis_html(spec_of(names[0])), 20, INK, CENTRE)
    painter.save()
    painter.setTransform(QTransform().translate(20, foot).rotate(-90))
    write_rich(painter, QRectF(0, 0, grid.rows * CELL_HEIGHT, 50), axis_html(spec_of(names[1])), 20, INK, CENTRE)
    painter.restore()


def _draw_bar(painter: QPainter, place: QRectF, name: str, low: float, high: float) -> None:
    height = place.height() / BAR_STEPS
    for step in range(BAR_STEPS):
        share = 1 - (step + 0.5) / BAR_STEPS
        strip = QRectF(place.left(), place.top() + step * height, place.width(), height + 1)
        painter.fillRect(strip, colour_at(share))
    for value, top in ((high, place.top() - 12), (low, place.bottom() - 14)):
        beside = QRectF(place.right() + 10, top, RIGHT - BAR_WIDTH - 50, 26)
        write(painter, beside, spec_of(name).written(value), 18, QUIET)
