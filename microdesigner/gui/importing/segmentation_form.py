"""From values to phases: limits between grey bands, and which value or band is which phase."""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.workers.importing import Preview
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.number_field import NumberField
from microdesigner.io.segmentation import Segmentation

OTSU, THRESHOLD, FRACTION = "otsu", "threshold", "fraction"
METHODS = (("limits by Otsu's method", OTSU), ("limits of mine", THRESHOLD), ("fractions of mine", FRACTION))
FARTHEST, PERCENT, MOST_DECIMALS = 1e9, 100.0, 12
BANDS = {2: ("the dark band is", "the bright band is"),
         3: ("the dark band is", "the middle band is", "the bright band is")}  # fmt: skip


class Values(Protocol):
    """What the form needs to know of a volume: its distinct values and the phases that they can only be, where there
    are such, and phase fractions that its file states."""

    @property
    def levels(self) -> tuple[float, ...] | None:
        """Distinct values, None for grey values."""

    @property
    def mapping(self) -> tuple[tuple[float, int], ...] | None:
        """Labels of the levels."""

    @property
    def fractions(self) -> tuple[float, ...]:
        """Phase fractions."""


class SegmentationForm(QWidget):
    """Shows limits for grey volumes, and a phase per value or band."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bands = named(QComboBox(), "Number of phases", "Bands of grey that become phases.")
        for count in BANDS:
            self.bands.addItem(f"{count} phases", count)
        self.method = named(QComboBox(), "Limits between phases",
            "Otsu's method finds the limits that part the grey values best; or give grey values, or the share of the "
            "volume that each darker phase has.")  # fmt: skip
        for title, method in METHODS:
            self.method.addItem(title, method)
        self.limits = [named(NumberField(), f"Limit {n}", "") for n in (1, 2)]
        self.phases: dict[float, QComboBox] = {}
        self._found: Values | None = None
        self._preview: Preview | None = None
        self._lay_out()
        self.bands.currentIndexChanged.connect(lambda _: self._choose_bands())
        self.method.currentIndexChanged.connect(lambda _: self._choose_method())
        for box in self.limits:
            box.valueChanged.connect(lambda _: self.changed.emit())

    def show_found(self, found: Values) -> None:
        """Ask what these files leave open."""
        self._found, self._preview = found, None
        self._grey.setVisible(found.levels is None)
        self._make_mapping()
        self._show_limits()

    def show_preview(self, preview: Preview) -> None:
        """Keep what a change of method begins with, and how finely grey values lie."""
        self._preview = preview
        self._show_limits()

    def take_limits(self, limits: Sequence[float]) -> None:
        """Make these grey values the limits."""
        self.method.blockSignals(True)
        self.method.setCurrentIndex(self.method.findData(THRESHOLD))
        self.method.blockSignals(False)
        self._show_limits()
        self._fill(limits)
        self.changed.emit()

    def segmentation_fields(self) -> dict[str, Any] | None:
        """The fields of a Segmentation; None where there are no grey values."""
        if self._found is None or self._found.levels is not None:
            return None
        method, bands = self.method.currentData(), self.bands.currentData()
        unit = PERCENT if method == FRACTION else 1.0
        values = () if method == OTSU else tuple(box.value() / unit for box in self.limits[: bands - 1])
        return {"method": method, "bands": bands, "values": values}

    def show_segmentation(self, segmentation: Segmentation) -> None:
        """Begin with a segmentation chosen before."""
        self.blockSignals(True)
        self.bands.setCurrentIndex(self.bands.findData(segmentation.bands))
        self.method.setCurrentIndex(self.method.findData(segmentation.method))
        unit = PERCENT if segmentation.method == FRACTION else 1.0
        self._fill([unit * value for value in segmentation.values])
        self.blockSignals(False)

    def _choose_bands(self) -> None:
        self._preview = None
        if self.method.currentData() != OTSU:
            self.method.setCurrentIndex(self.method.findData(OTSU))  # other bands, other limits
        self._make_mapping()
        self.changed.emit()

    def _choose_method(self) -> None:
        self._show_limits()
        preview, method = self._preview, self.method.currentData()
        if preview is not None and method == THRESHOLD:
            self._fill(preview.limits)
        elif preview is not None and method == FRACTION:
            stated = self._found.fractions if self._found is not None else ()
            shares = stated if len(stated) == len(preview.bands) else [preview.fractions[preview.names[phase]]
                                                                       for phase in preview.bands]  # fmt: skip
            self._fill(PERCENT * np.array(shares[: len(preview.limits)]))
        self.changed.emit()

    def _fill(self, values: Sequence[float] | np.ndarray) -> None:
        for box, value in zip(self.limits, values, strict=False):
            box.blockSignals(True)
            box.setValue(float(value))
            box.blockSignals(False)

    def _make_mapping(self) -> None:
        while self._mapping.rowCount():
            self._mapping.removeRow(0)
        self.phases = {}
        if self._found is None:
            return
        for value, words, phase in self._rows(self._found):
            box = named(self._phase_box(value, phase), f"Phase of {words}", "What this value or band is.")
            box.currentTextChanged.connect(lambda _: self.changed.emit())
            self._mapping.addRow(QLabel(words), box)
            self.phases[value] = box
        self._show_limits()

    def _phase_box(self, value: float, phase: int) -> QComboBox:
        """A choice of phases that begins with what suits the label `phase`."""
        raise NotImplementedError

    def _rows(self, found: Values) -> list[tuple[float, str, int]]:
        """Value or band, its words, the phase to begin with."""
        if found.levels is not None:
            suggested = dict(found.mapping or ())
            return [(level, f"the value {level:g} is", suggested.get(level, 0)) for level in found.levels]
        words = BANDS[self.bands.currentData()]
        order = (0, 1) if len(words) == 2 else (0, 2, 1)
        return [(float(band), text, phase) for band, (text, phase) in enumerate(zip(words, order, strict=True))]

    def _show_limits(self) -> None:
        method = self.method.currentData()
        shown = 0 if method == OTSU else self.bands.currentData() - 1
        for number, box in enumerate(self.limits):
            box.blockSignals(True)
            box.setRange(*((0, PERCENT) if method == FRACTION else (-FARTHEST, FARTHEST)))
            box.setDecimals(1 if method == FRACTION else self._grey_decimals())
            box.setSuffix(" %" if method == FRACTION else "")
            band = BANDS[self.bands.currentData()][number].removesuffix(" is")
            box.setToolTip(
                f"Share of {band} in the whole volume." if method == FRACTION else f"Greatest grey value of {band}."
            )
            box.setVisible(number < shown)
            box.blockSignals(False)

    def _grey_decimals(self) -> int:
        """Enough for a hundredth of a bin of the histogram."""
        bin_width = float(np.ptp(self._preview.edges[:2])) if self._preview is not None else 0.1
        return min(MOST_DECIMALS, max(0, 2 - math.floor(math.log10(bin_width))))

    def _lay_out(self) -> None:
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
        self._show_limits()
