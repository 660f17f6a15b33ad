"""From values to phases: limits between grey bands, and which value or band is which phase."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.dataset_work import Found
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.gui.widgets.basics import named

METHODS = (("Otsu's limits", "otsu"), ("limits of mine", "threshold"), ("given fractions", "fraction"))
FARTHEST = 1e9
BANDS = {2: ("the dark band is", "the bright band is"),
         3: ("the dark band is", "the middle band is", "the bright band is")}  # fmt: skip


class SegmentationForm(QWidget):
    """Shows limits for grey volumes, and a phase per value or band."""

    preview_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bands = named(QComboBox(), "Number of phases", "Bands of grey that become phases.")
        for count in BANDS:
            self.bands.addItem(f"{count} phases", count)
        self.method = named(QComboBox(), "Limits between phases", "How grey values are divided.")
        for title, method in METHODS:
            self.method.addItem(title, method)
        self.limits = [named(QDoubleSpinBox(), f"Limit {n}", "Grey value, or share of the band.") for n in (1, 2)]
        for box in self.limits:
            box.setRange(-FARTHEST, FARTHEST)
            box.setDecimals(3)
        self.button = named(QPushButton("Preview"), "Preview a layer", "Show the middle layer in grey and in phases.")
        self._found: Found | None = None
        self._grey = QWidget()
        row = QHBoxLayout(self._grey)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.bands, self.method, *self.limits):
            row.addWidget(widget)
        row.addStretch(1)
        self._mapping = QFormLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._grey)
        column.addLayout(self._mapping)
        column.addWidget(self.button)
        self.bands.currentIndexChanged.connect(lambda _: self._make_mapping())
        self.method.currentIndexChanged.connect(lambda _: self._show_limits())
        self.button.clicked.connect(lambda: self.preview_wanted.emit())
        self.phases: dict[float, QComboBox] = {}

    def show_found(self, found: Found) -> None:
        """Ask what these files leave open."""
        self._found = found
        self._grey.setVisible(found.levels is None)
        self._make_mapping()
        self._show_limits()

    def answers(self) -> dict[str, Any]:
        """The fields `segmentation` and `mapping` of an ImportPlan."""
        mapping = tuple((value, box.currentData()) for value, box in self.phases.items())
        if self._found is None or self._found.levels is not None:
            return {"segmentation": None, "mapping": mapping}
        method, bands = self.method.currentData(), self.bands.currentData()
        values = () if method == "otsu" else tuple(box.value() for box in self.limits[: bands - 1])
        return {"segmentation": {"method": method, "bands": bands, "values": values}, "mapping": mapping}

    def _make_mapping(self) -> None:
        while self._mapping.rowCount():
            self._mapping.removeRow(0)
        self.phases = {}
        if self._found is None:
            return
        for value, words, phase in self._rows(self._found):
            box = named(QComboBox(), f"Phase of {words}", "What this value or band is.")
            for label, name in enumerate(PHASE_NAMES):
                box.addItem(name, label)
            box.setCurrentIndex(phase)
            self._mapping.addRow(QLabel(words), box)
            self.phases[value] = box
        self._show_limits()

    def _rows(self, found: Found) -> list[tuple[float, str, int]]:
        """Value or band, its words, the phase to begin with."""
        if found.levels is not None:
            suggested = dict(found.mapping)
            return [(level, f"the value {level:g} is", suggested.get(level, 0)) for level in found.levels]
        words = BANDS[self.bands.currentData()]
        order = (0, 1) if len(words) == 2 else (0, 2, 1)
        return [(float(band), text, phase) for band, (text, phase) in enumerate(zip(words, order, strict=True))]

    def _show_limits(self) -> None:
        shown = 0 if self.method.currentData() == "otsu" else self.bands.currentData() - 1
        for number, box in enumerate(self.limits):
            box.setVisible(number < shown)
