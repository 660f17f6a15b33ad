"""Wanted against measured values of the newest validation, a colour per descriptor."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.widgets import plotting

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")  # Okabe and Ito
Pairs = Mapping[str, Sequence[tuple[float, float | None]]]
LEAST_HEIGHT = 150
WORDS = {
    "vae": ("in the volume", "after decoding"),
    "fp": ("measured", "predicted"),
    "ddpm": ("target", "measured"),
}


class Scatter(QWidget):
    """Points on the diagonal are exact."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = plotting.make_plot("Targets against measured values", "Points on the diagonal are exact.")
        self.plot.setMinimumHeight(LEAST_HEIGHT)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # its hint is 480 pixels
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.counts: dict[str, int] = {}
        self._diagonal: Any = self.plot.addLine(angle=45, pos=(0, 0))
        self._points: list[Any] = []
        self._shown: tuple[str, Pairs] = ("", {})
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        self.restyle()

    def show_pairs(self, stage: str, pairs: Pairs) -> None:
        """Show the pairs of `stage` in place of earlier ones."""
        if (stage, pairs) == self._shown:
            return
        self._shown = (stage, pairs)
        for points in self._points:
            self.plot.removeItem(points)
        self._points, self.counts = [], {}
        for number, (name, values) in enumerate(pairs.items()):
            known = [(target, measured) for target, measured in values if measured is not None]
            colour = QColor(COLOURS[number % len(COLOURS)])
            self._points.append(
                self.plot.plot(
                    [target for target, _ in known], [measured for _, measured in known], pen=None, symbol="o",
                    symbolSize=6, symbolBrush=colour, symbolPen=None,
                )
            )  # fmt: skip
            self.counts[name] = len(known)
        self.legend.setText("&nbsp; ".join(_entry(number, name) for number, name in enumerate(pairs)))
        for side, words in zip(("bottom", "left"), WORDS.get(stage, ("", "")), strict=True):
            self.plot.setLabel(side, words)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        plotting.style_plot(self.plot)
        self._diagonal.setPen(plotting.neutral(90))


def _entry(number: int, name: str) -> str:
    """The colour of a descriptor and its title, on one line."""
    title = spec_of(name).title.replace(" ", "&nbsp;")
    return f'<span style="color:{COLOURS[number % len(COLOURS)]}">●</span>&nbsp;{title}'
