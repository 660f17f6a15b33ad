"""Icons in the colours of the look: drawings of one open set, resources/icons, named by their files."""

from functools import lru_cache
from typing import TypeVar

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

from microdesigner.core.paths import shipped

SIZES = (16, 24, 32, 48, 64)
EDGE = 16
_NAME = "iconName"
Bearer = TypeVar("Bearer", bound=QAbstractButton | QAction)


def with_icon(bearer: Bearer, name: str) -> Bearer:
    """Give a button or an action an icon that follows the look."""
    bearer.setProperty(_NAME, name)
    _colour(bearer)
    if isinstance(bearer, QAbstractButton):
        bearer.setIconSize(QSize(EDGE, EDGE))
    return bearer


def recolour(app: QApplication) -> None:
    """Draw all icons in the colours of the look as it is now."""
    for widget in app.allWidgets():
        for bearer in (widget, *widget.actions()):
            if isinstance(bearer, QAbstractButton | QAction) and bearer.property(_NAME):
                _colour(bearer)


def _colour(bearer: QAbstractButton | QAction) -> None:
    palette = QApplication.palette()
    primary = bearer.property("role") == "primary"
    role = QPalette.ColorRole.HighlightedText if primary else QPalette.ColorRole.ButtonText
    faint = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    bearer.setIcon(_icon(str(bearer.property(_NAME)), palette.color(role).name(), faint.name()))


@lru_cache(maxsize=256)
def _icon(name: str, colour: str, faint: str) -> QIcon:
    drawing = (shipped("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faint)):
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", QColor(shade).name()).encode()))
        for edge in SIZES:
            pixmap = QPixmap(edge, edge)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter)
            painter.end()
            icon.addPixmap(pixmap, mode)
    return icon
