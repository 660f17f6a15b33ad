"""The films of a sweep side by side in one picture: a row of steps, or a table over two conditions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from microdesigner.app.store.jobs import Job
from microdesigner.app.sweep import sweep_values, swept_names
from microdesigner.app.value_words import symbol_html
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.widgets.rich_text import draw_rich
from microdesigner.gui.widgets.thumbnails import EDGE, HEIGHT

TILE_ENLARGED = 3
MAX_COLUMNS = 5
MARGIN, HEAD, CAPTION, SECOND_LINE = 24, 64, 72, 34  # pixels
INK, QUIET, PAPER, EMPTY = QColor("#1d2126"), QColor("#5d656e"), QColor("#ffffff"), QColor("#eef0f2")
CENTRE, TOP = Qt.AlignmentFlag.AlignCenter, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class Sheet:
    """A picture, and where in it each step is to be seen."""

    image: QImage
    places: tuple[QRectF, ...]


@dataclass(frozen=True)
class SheetGrid:
    """Which column and row each step of a sweep has. Over two conditions, the first runs to the right and the second
    upwards, as the axes of a plot."""

    cells: tuple[tuple[int, int], ...]
    columns: int
    rows: int
    values: tuple[list[float], list[float]]
    """Along both axes of a table; empty for a row of steps."""

    @classmethod
    def of(cls, steps: Sequence[Job]) -> "SheetGrid":
        """The grid of the steps of one sweep."""
        names = swept_names(steps[0].swept)
        if len(names) < 2:
            columns = min(MAX_COLUMNS, math.ceil(math.sqrt(len(steps))))
            cells = tuple((index % columns, index // columns) for index in range(len(steps)))
            return cls(cells, columns, math.ceil(len(steps) / columns), ([], []))
        across, up = (sweep_values(steps, name) for name in names)
        cells = tuple(
            (across.index(step.request.targets[names[0]]), len(up) - 1 - up.index(step.request.targets[names[1]]))
            for step in steps
        )
        return cls(cells, len(across), len(up), (across, up))


def contact_sheet(steps: Sequence[Job], pictures: Sequence[bytes | None]) -> Sheet:
    """A title and a tile per step: its picture above its targets and the values measured."""
    grid = SheetGrid.of(steps)
    width, height = TILE_ENLARGED * EDGE, TILE_ENLARGED * HEIGHT + CAPTION
    places = [
        QRectF(MARGIN + column * (width + MARGIN), MARGIN + HEAD + row * (height + MARGIN), width, height)
        for column, row in grid.cells
    ]
    image, painter = blank(MARGIN + grid.columns * (width + MARGIN), MARGIN + HEAD + grid.rows * (height + MARGIN))
    write(painter, QRectF(MARGIN, MARGIN, image.width() - 2 * MARGIN, HEAD), title(steps), 24, INK)
    for step, picture, place in zip(steps, pictures, places, strict=True):
        _draw_tile(painter, place, step, picture)
    painter.end()
    return Sheet(image, tuple(places))


def title(steps: Sequence[Job]) -> str:
    """What was swept, and what stayed."""
    swept, request = swept_names(steps[0].swept), steps[0].request
    others = [
        f"{spec_of(name).words} {spec_of(name).written(value)}"
        for name, value in request.targets.items()
        if name not in swept
    ]
    names = " and ".join([spec_of(swept[0]).title, *(spec_of(name).words for name in swept[1:])])
    return f"{names}: {len(steps)} steps at {', '.join([*others, f'seed {request.seed}'])}"


def blank(width: int, height: int) -> tuple[QImage, QPainter]:
    """White paper and a painter on it, to be ended."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(PAPER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return image, painter


def _take_pen(painter: QPainter, pixels: int, colour: QColor) -> None:
    font = painter.font()
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(colour)


def write(
    painter: QPainter, place: QRectF, text: str, pixels: int, colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    """Write into a place, in lines that fit it."""
    _take_pen(painter, pixels, colour)
    painter.drawText(place, int(align) | int(Qt.TextFlag.TextWordWrap), text)


def write_rich(
    painter: QPainter, place: QRectF, html: str, pixels: int, colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    """Write a line of HTML into a place."""
    _take_pen(painter, pixels, colour)
    draw_rich(painter, place, html, align)


def _draw_tile(painter: QPainter, place: QRectF, step: Job, picture: bytes | None) -> None:
    above = place.adjusted(0, 0, 0, -CAPTION)
    if picture is None:
        painter.fillRect(above, EMPTY)
        write(painter, above, step.message or str(step.state), 18, QUIET, CENTRE)
    else:
        painter.drawImage(above, QImage.fromData(picture))
    names = swept_names(step.swept)
    below = place.adjusted(0, place.height() - CAPTION, 0, 0)
    titles = [symbol_html(spec_of(name).symbol) if len(names) > 1 else spec_of(name).title for name in names]
    targets = [f"{title} {_told(name, step.request.targets[name])}" for title, name in zip(titles, names, strict=True)]
    measured = step.samples[0]["measured"] if step.samples else {}
    found = [_told(name, measured[name]) for name in names if measured.get(name) is not None]
    write_rich(painter, below, ", ".join(targets), 22, INK, TOP)
    if found:
        write_rich(painter, below.adjusted(0, SECOND_LINE, 0, 0), f"measured {', '.join(found)}", 18, QUIET, TOP)


def _told(name: str, value: float) -> str:
    return spec_of(name).written(value)
