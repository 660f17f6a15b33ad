"""The steps of a sweep side by side in one picture."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from microdesigner.app.jobs import Job
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.thumbnails import EDGE, HEIGHT

TILE_ENLARGED = 3
MAX_COLUMNS = 5
MARGIN, HEAD, CAPTION = 24, 64, 72  # pixels
INK, QUIET, PAPER = QColor("#1d2126"), QColor("#5d656e"), QColor("#ffffff")


def contact_sheet(steps: Sequence[Job], pictures: Sequence[bytes | None]) -> QImage:
    """A title and a tile per step: its picture above its target and the value measured."""
    columns = min(MAX_COLUMNS, math.ceil(math.sqrt(len(steps))))
    rows = math.ceil(len(steps) / columns)
    tile_width, tile_height = TILE_ENLARGED * EDGE, TILE_ENLARGED * HEIGHT + CAPTION
    image = QImage(
        MARGIN + columns * (tile_width + MARGIN),
        MARGIN + HEAD + rows * (tile_height + MARGIN),
        QImage.Format.Format_RGB32,
    )
    image.fill(PAPER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    _write(painter, QRectF(MARGIN, MARGIN, image.width() - 2 * MARGIN, HEAD), title(steps), 24, INK)
    for index, (step, picture) in enumerate(zip(steps, pictures, strict=True)):
        left = MARGIN + index % columns * (tile_width + MARGIN)
        top = MARGIN + HEAD + index // columns * (tile_height + MARGIN)
        _draw_tile(painter, QRectF(left, top, tile_width, tile_height), step, picture)
    painter.end()
    return image


def title(steps: Sequence[Job]) -> str:
    """What was swept, and what stayed."""
    swept, request = steps[0].swept, steps[0].request
    others = [
        f"{spec_of(name).title.lower()} {value:.{spec_of(name).decimals}f}"
        for name, value in request.targets.items()
        if name != swept
    ]
    return f"{spec_of(swept).title}: {len(steps)} steps at {', '.join([*others, f'seed {request.seed}'])}"


def _draw_tile(painter: QPainter, place: QRectF, step: Job, picture: bytes | None) -> None:
    above = place.adjusted(0, 0, 0, -CAPTION)
    if picture is None:
        painter.fillRect(above, QColor("#eef0f2"))
        _write(painter, above, step.message or str(step.state), 18, QUIET, Qt.AlignmentFlag.AlignCenter)
    else:
        painter.drawImage(above, QImage.fromData(picture))
    spec = spec_of(step.swept)
    value = step.samples[0]["measured"].get(step.swept) if step.samples else None
    target = f"{spec.title} {step.request.targets[step.swept]:.{spec.decimals}f}"
    measured = "" if value is None else f"measured {value:.{spec.decimals}f}"
    below = place.adjusted(0, place.height() - CAPTION, 0, 0)
    _write(painter, below, target, 22, INK, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    _write(painter, below, measured, 18, QUIET, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)


def _write(
    painter: QPainter,
    place: QRectF,
    text: str,
    pixels: int,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    font = painter.font()
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(place, int(align) | int(Qt.TextFlag.TextWordWrap), text)
