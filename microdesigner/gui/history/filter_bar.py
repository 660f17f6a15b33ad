"""What of the history is to be seen, and in which order: words, model, tag, star, date, range of a value."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.app.store.history_query import Query
from microdesigner.app.store.history_rows import Entry
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.history.captions import measured_names
from microdesigner.gui.widgets.basics import SPACING, named, toggle_button, tool_button
from microdesigner.gui.widgets.number_field import NumberField

PAUSE_MS = 200
LARGEST = 1e9
DATES = {"Any date": None, "Today": 0, "Last 7 days": 7, "Last 30 days": 30, "Last 365 days": 365}
ORDERS = {"made": "Date", "model": "Model", "seed": "Seed", "starred": "Star", "note": "Note"}
ANY_MODEL, ANY_TAG, ANY_VALUE = "Any model", "Any tag", "Any value"
OPENED = "Opened files"


class FilterBar(QWidget):
    """Two rows of controls; `changed` follows what is typed after a short pause, all else at once."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        self.search = named(
            QLineEdit(), "Search the history", "Shows films whose note, tags or model name contain all these words."
        )
        self.search.setPlaceholderText("Search notes, tags and models")
        self.search.setClearButtonEnabled(True)
        self.sort = _choice("Sort by", "Order of the films; those without the value come last.")
        self.descending = toggle_button("↓", "Greatest or newest first", "Descending or ascending order.", True)
        self.model = _choice("Model", "Show films of one model only, or volumes opened from files.")
        self.tag = _choice("Tag", "Show films with this tag only.")
        self.date = _choice("Date", "Show films made since this date only.")
        self.starred = toggle_button("★", "Starred films alone", "Show only films with a star.", False)
        self.quantity = _choice("Measured quantity", "Show films with a value of this quantity in a range only.")
        self.low, self.high = (
            named(NumberField(), f"{word} value", f"{word} value of the quantity.") for word in ("Least", "Greatest")
        )
        self.clear = tool_button("Clear", "Clear filters", "Show all films again.", self.reset)
        self._films: tuple[Entry, ...] = ()
        self._names: tuple[list[str], list[str], list[str]] | None = None
        self._lay_out()
        _fill(self.date, [(title, title) for title in DATES])
        self.offer((), ())
        self._connect()

    def query(self, trash: bool) -> Query:
        """What is asked for."""
        days, quantity = DATES[self.date.currentData()], self.quantity.currentData()
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        return Query(
            text=self.search.text(),
            model=self.model.currentData(),
            starred=True if self.starred.isChecked() else None,
            tags=(self.tag.currentData(),) if self.tag.currentData() else (),
            since=None if days is None else midnight - timedelta(days=days),
            measured={quantity: (self.low.value(), self.high.value())} if quantity else {},
            sort=self.sort.currentData() or "made",
            descending=self.descending.isChecked(),
            trash=trash,
        )

    @property
    def filters(self) -> bool:
        """Whether not all films are asked for."""
        chosen = (self.model.currentData() is not None, self.tag.currentData(), self.quantity.currentData())
        return bool(any(chosen) or self.search.text().strip() or self.starred.isChecked() or self.date.currentIndex())

    def offer(self, entries: Sequence[Entry], trash: Sequence[Entry]) -> None:
        """Offer the models, tags and quantities that there are; a choice that is no more falls back to any."""
        self._films = films = (*entries, *trash)
        models = sorted({entry.request.model for entry in films})
        tags = sorted({tag for entry in films for tag in entry.tags})
        names = (models, tags, measured_names(films))
        if names == self._names:
            return
        self._names = names
        quantities = [(spec_of(name).title, name) for name in names[2]]
        _fill(self.model, [(ANY_MODEL, None), *((model or OPENED, model) for model in models)])
        _fill(self.tag, [(ANY_TAG, None), *((tag, tag) for tag in tags)])
        _fill(self.quantity, [(ANY_VALUE, None), *quantities])
        _fill(self.sort, [(f"Sort by {title.lower()}", name) for name, title in ORDERS.items()] + quantities)
        self._show_range()

    def _begin_range(self) -> None:
        """Let the range begin with all values of the chosen quantity."""
        name = self.quantity.currentData()
        values = [value for entry in self._films if name and (value := entry.measured.get(name)) is not None]
        decimals = spec_of(name).decimals_up_to(max(values, default=0)) if name else 3
        step = 10.0**-decimals
        for field, value in (
            (self.low, min(values, default=0) - step / 2),
            (self.high, max(values, default=1) + step / 2),
        ):
            field.blockSignals(True)
            field.setDecimals(decimals)
            field.setSingleStep(10 * step)
            field.setValue(value)
            field.blockSignals(False)

    def reset(self) -> None:
        """Ask for all films, in the order that is chosen."""
        for widget in (self.search, self.model, self.tag, self.date, self.starred, self.quantity):
            widget.blockSignals(True)
        self.search.clear()
        self.starred.setChecked(False)
        for choice in (self.model, self.tag, self.date, self.quantity):
            choice.setCurrentIndex(0)
        for widget in (self.search, self.model, self.tag, self.date, self.starred, self.quantity):
            widget.blockSignals(False)
        self._announce()

    def _announce(self) -> None:
        self._pause.stop()
        self._show_range()
        self.changed.emit()

    def _show_range(self) -> None:
        self.range.setText(f"{self.quantity.currentText()} from")
        for widget in (self.range, self.low, self.to, self.high):
            widget.setVisible(bool(self.quantity.currentData()))
        self.clear.setEnabled(self.filters)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self._show_range())
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.quantity.currentIndexChanged.connect(lambda _: self._begin_range())
        for choice in (self.model, self.tag, self.date, self.sort, self.quantity):
            choice.currentIndexChanged.connect(lambda _: self._announce())
        for toggle in (self.starred, self.descending):
            toggle.toggled.connect(lambda _: self._announce())
        self.descending.toggled.connect(lambda on: self.descending.setText("↓" if on else "↑"))
        for field in (self.low, self.high):
            field.valueChanged.connect(lambda _: self._pause.start())

    def _lay_out(self) -> None:
        for field in (self.low, self.high):
            field.setRange(-LARGEST, LARGEST)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            field.setMinimumWidth(72)
        self.range, self.to = QLabel(), QLabel("to")
        rows = (
            (self.search, self.sort, self.descending),
            (self.model, self.tag, self.date, self.quantity, self.starred, self.clear),
            (self.range, self.low, self.to, self.high),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        for widgets in rows:
            row = QHBoxLayout()
            row.setSpacing(SPACING)
            for widget in widgets:
                row.addWidget(widget, 1 if isinstance(widget, QLineEdit | QComboBox | NumberField) else 0)
            column.addLayout(row)


def _choice(name: str, tooltip: str) -> QComboBox:
    choice = named(QComboBox(), name, tooltip)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(6)
    return choice


def _fill(choice: QComboBox, entries: Sequence[tuple[str, str | None]]) -> None:
    """Give a choice these titles and values, and leave it where it stood."""
    chosen = choice.currentData()
    choice.blockSignals(True)
    choice.clear()
    for title, value in entries:
        choice.addItem(title, value)
    choice.setCurrentIndex(max(0, next((i for i, (_, value) in enumerate(entries) if value == chosen), 0)))
    choice.blockSignals(False)
