"""One plot with a curve per phase, that can be copied as a table and saved as a picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter, QPen
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.app.csv_export import curves_csv
from microdesigner.app.export_files import with_suffix
from microdesigner.app.workers.measuring import Line
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import heading, tool_button
from microdesigner.gui.widgets.plotting import make_plot, style_plot
from microdesigner.gui.widgets.replacing import ask_to_replace
from microdesigner.gui.widgets.thumbnails import png

PICTURE_WIDTH = 1600
LINE_WIDTH = 2
LEGEND_HEIGHT, LEGEND_LINE, GAP = 20, 14, 5
NEGLIGIBLE = 0.002  # of the highest value
FORMATS = {".svg": "SVG drawing", ".pdf": "PDF page", ".png": "PNG picture", ".csv": "CSV table"}
Colours = Sequence[tuple[int, int, int]]


class PhasePlot(QWidget):
    """A titled plot. `across` and `up` are the axes' titles with their units."""

    failed = Signal(str)

    def __init__(self, title: str, meaning: str, across: str, up: str) -> None:
        super().__init__()
        self.title, self.meaning, self.across = title, meaning, across
        self._names: tuple[str, ...] = ()
        self._lines: list[Line] = []
        self._curves: list[Any] = []
        self._colours: Colours = ()
        self.plot = make_plot(title, meaning, across, up)
        self.plot.setMinimumSize(200, 170)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # its hint is 480 pixels
        self.head = QHBoxLayout()
        self.head.addWidget(heading(title))
        self.head.addStretch(1)
        self.copy = tool_button("Copy", f"Copy {title}", "Copy the numbers of this plot as a CSV table.", self.copy_csv)
        self.save = tool_button(
            "Save…",
            f"Save {title}",
            "Save this plot as an SVG drawing, a PDF page, a PNG picture or a CSV table.",
            self.ask,
        )
        self.head.addWidget(self.copy)
        self.head.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self.head)
        column.addWidget(self.plot, 1)
        self.clear()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        return not any(len(line.x) for line in self._lines)

    def clear(self) -> None:
        """Show no curves."""
        self.show_lines((), [], [])

    def show_lines(self, names: tuple[str, ...], lines: list[Line], colours: Colours) -> None:
        """Show a curve per phase; a phase without values has none."""
        self._names, self._lines = names, lines
        self.plot.clear()
        self._curves = [self.plot.plot(line.x, line.y) for line in lines]
        if not self.empty:
            self.plot.setXRange(min(line.x[0] for line in lines if len(line.x)), _reach(lines))
        self.recolour(colours)
        for button in (self.copy, self.save):
            button.setEnabled(not self.empty)

    def recolour(self, colours: Colours) -> None:
        """Take over colours of the phases and the look of the window."""
        self._colours = colours
        style_plot(self.plot)
        self._set_pens(self.plot.devicePixelRatioF())

    def csv(self) -> str:
        """The curves as a table."""
        return curves_csv(self.across, self._names, self._lines)

    def copy_csv(self) -> None:
        """Put the table into the clipboard."""
        QGuiApplication.clipboard().setText(self.csv())

    def svg(self) -> bytes:
        """The plot as a drawing on white."""
        from PySide6.QtSvg import QSvgGenerator

        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        size = self.plot.size() + QSize(0, LEGEND_HEIGHT)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        generator.setViewBox(QRect(QPoint(0, 0), size))
        generator.setResolution(self.plot.logicalDpiX())  # axes are drawn in it, curves are not
        generator.setTitle(self.title)
        self._draw_on(generator)
        return bytes(content.data())

    def pdf(self) -> bytes:
        """The plot as a page of its size on white."""
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        dpi = self.plot.logicalDpiX()
        writer.setResolution(dpi)
        writer.setTitle(self.title)
        size = QSizeF(self.plot.size() + QSize(0, LEGEND_HEIGHT)) * (72 / dpi)
        writer.setPageSize(QPageSize(size, QPageSize.Unit.Point, self.title, QPageSize.SizeMatchPolicy.ExactMatch))
        writer.setPageMargins(QMarginsF())
        self._draw_on(writer)
        buffer.close()
        return bytes(content.data())

    def png(self) -> bytes:
        """The plot as a picture on white."""
        enlarged = PICTURE_WIDTH / self.plot.width()
        height = round(enlarged * (self.plot.height() + LEGEND_HEIGHT))
        image = QImage(PICTURE_WIDTH, height, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        self._draw_on(image, enlarged)
        return png(image)

    def write(self, path: Path) -> None:
        """Save as the suffix of `path` tells; raises OSError where that cannot be written."""
        makers: dict[str, Callable[[], bytes]] = {
            ".svg": self.svg, ".pdf": self.pdf, ".png": self.png, ".csv": lambda: self.csv().encode()
        }  # fmt: skip
        write_bytes_atomic(path, makers.get(path.suffix.lower(), self.svg)())

    def ask(self) -> None:
        """Ask where to save."""
        proposal = str(Path.home() / f"{self.title.lower().replace(' ', '-')}.svg")
        filters = ";;".join(f"{title} (*{suffix})" for suffix, title in FORMATS.items())
        name, chosen = QFileDialog.getSaveFileName(self.window(), f"Save {self.title}", proposal, filters)
        if name:
            suffix = next((suffix for suffix in FORMATS if f"*{suffix}" in chosen), ".svg")
            path = with_suffix(Path(name), suffix, FORMATS)
            there = [path.name] if path != Path(name) and path.exists() else []
            ask_to_replace(self.window(), there, path.parent, lambda: self._save(path))

    def _save(self, path: Path) -> None:
        try:
            self.write(path)
        except OSError as error:
            self.failed.emit(f"{path} cannot be written ({error.strerror or error}); choose another place.")

    def _draw_on(self, device: QPaintDevice, enlarged: float = 1.0) -> None:
        """Draw on white under a legend, for readers who do not see the window."""
        style_plot(self.plot, theme.palette(dark=False))
        self._set_pens(enlarged)
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(enlarged, enlarged)
        self._draw_legend(painter)
        place = QRectF(self.plot.rect()).translated(0, LEGEND_HEIGHT)
        self.plot.render(painter, place)
        painter.end()
        style_plot(self.plot)
        self._set_pens(self.plot.devicePixelRatioF())

    def _draw_legend(self, painter: QPainter) -> None:
        x, middle = GAP, LEGEND_HEIGHT // 2
        for name, colour in zip(self._names, self._colours, strict=False):
            painter.setPen(QPen(QColor(*colour), LINE_WIDTH))
            painter.drawLine(x, middle, x + LEGEND_LINE, middle)
            painter.setPen(Qt.GlobalColor.black)
            room = QRect(x + LEGEND_LINE + GAP, 0, self.plot.width(), LEGEND_HEIGHT)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
            x = room.x() + painter.fontMetrics().horizontalAdvance(name) + 2 * GAP

    def _set_pens(self, enlarged: float) -> None:
        """Lines are as wide as they are on a screen without scaling, `enlarged` times: their pens know pixels only."""
        from pyqtgraph import mkPen

        for curve, colour in zip(self._curves, self._colours, strict=False):
            curve.setPen(mkPen(QColor(*colour), width=LINE_WIDTH * enlarged))


def _reach(lines: Sequence[Line]) -> float:
    """Where the last curve has come down to next to nothing."""
    highest = max(line.y.max(initial=0) for line in lines)
    return max(float(line.x[line.y > NEGLIGIBLE * highest].max(initial=0)) for line in lines)
