"""Some results side by side: linked views, what all of them measure, their plots over each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.history_model import MOST_COMPARED
from microdesigner.app.value_words import signed
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui import theme
from microdesigner.gui.results.comparison_plot import ComparisonPlot, places
from microdesigner.gui.results.comparison_side import Compared, ComparisonSide
from microdesigner.gui.results.tolerance_colours import tolerance_colour
from microdesigner.gui.widgets.basics import SPACING, quiet
from microdesigner.gui.widgets.volume_view import VolumeView

if TYPE_CHECKING:
    from microdesigner.view3d.palettes import Palette

MAX_COLUMNS = 3
COLUMN, NARROW_COLUMN = 100, 56  # of the table
EMPTY = (
    "Select two results or more in the history with Ctrl+click and choose Compare the selected, "
    "or verify a recipe and press Compare."
)


class ComparisonPanel(QWidget):
    """Up to `MOST_COMPARED` films; a move of one camera moves all."""

    def __init__(self) -> None:
        super().__init__()
        self.sides: list[ComparisonSide] = []
        self.cells: dict[str, tuple[QLabel, ...]] = {}
        self.plot = ComparisonPlot()
        self._films: tuple[Compared, ...] = ()
        self._table = QWidget()
        self._views = QGridLayout()
        self._views.setSpacing(SPACING)
        self._lay_out()
        for _ in range(2):
            self._add_side()
        self.sides[0].view.say(EMPTY)
        for widget in (self.sides[1].view, self.sides[1].title):
            widget.hide()

    @property
    def views(self) -> list[VolumeView]:
        """The views of the films that are compared."""
        return [side.view for side in self._used()]

    @property
    def titles(self) -> list[QLabel]:
        """The titles above them."""
        return [side.title for side in self._used()]

    def show_films(self, films: Sequence[Compared], palette: "Palette", smooth: bool) -> None:
        """Compare at most `MOST_COMPARED` films."""
        self._films = tuple(films[:MOST_COMPARED])
        while len(self.sides) < len(self._films):
            self._add_side()
        self._arrange()
        for number, (side, film) in enumerate(zip(self.sides, self._films, strict=False), 1):
            title = film.title if len(self._films) == 2 else f"{number} · {film.title}"
            side.show_film(film, title, palette, smooth)
        self._fill()
        self.plot.show_films([(film.title, film.sample.microstructure) for film in self._films])

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for side in self.sides:
            side.restyle()
        self.plot.restyle()
        self._fill()

    @property
    def settled(self) -> bool:
        """Whether all films are on the screen."""
        return all(side.shown and not side.builder.busy for side in self._used())

    def close_scenes(self) -> None:
        """End the mesh threads and free the graphics resources."""
        for side in self.sides:
            side.close()

    @property
    def _many(self) -> bool:
        """Whether the table must do with little room for each film."""
        return len(self._films) > MAX_COLUMNS

    def _used(self) -> list[ComparisonSide]:
        return self.sides[: len(self._films)] if self._films else self.sides

    def _add_side(self) -> None:
        side = ComparisonSide(self, len(self.sides) + 1)
        self.sides.append(side)
        side.view.moved.connect(lambda: self._follow(side))
        side.swapped.connect(lambda: self._take_pose(side))
        self._arrange()

    def _arrange(self) -> None:
        """As many columns as rows, or one more; those that are not used are hidden."""
        used = self._used()
        columns = len(used) if len(used) <= MAX_COLUMNS else (len(used) + 1) // 2
        for place, side in enumerate(self.sides):
            row, column = divmod(place, columns)
            self._views.addWidget(side.title, 2 * row, column)
            self._views.addWidget(side.view, 2 * row + 1, column)
            self._views.setRowStretch(2 * row + 1, 1)
            for widget in (side.title, side.view):
                widget.setVisible(side in used)

    def _take_pose(self, side: ComparisonSide) -> None:
        """A new film is seen from where the others are."""
        leader = next((other for other in self._used() if other is not side and other.shown), None)
        if leader is not None:
            side.follow(leader)

    def _follow(self, leader: ComparisonSide) -> None:
        for side in self._used():
            if side is not leader:
                side.follow(leader)

    def _fill(self) -> None:
        if not self._films:
            return
        fresh = QWidget()
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        pair = len(self._films) == 2
        heads = [*places(len(self._films)), *(["right − left"] if pair else [])]
        for column, text in enumerate(heads, 1):
            grid.addWidget(quiet(text), 0, column, Qt.AlignmentFlag.AlignRight)
            grid.setColumnMinimumWidth(column, NARROW_COLUMN if self._many else COLUMN)
        self.cells = {}
        names = dict.fromkeys(name for film in self._films for name in film.sample.measured)
        for row, name in enumerate(names, 1):
            self._add_line(grid, row, name, pair)
        self._column.replaceWidget(self._table, fresh)
        self._table.deleteLater()
        self._table = fresh

    def _add_line(self, grid: QGridLayout, row: int, name: str, pair: bool) -> None:
        """The values of one quantity: of two films with their difference, of more each with that to the first."""
        spec = spec_of(name)
        title = QLabel(spec.title)
        title.setToolTip(spec.meaning)
        title.setWordWrap(self._many)
        grid.addWidget(title, row, 0)
        values = [film.sample.measured.get(name) for film in self._films]
        labels = [QLabel("–" if value is None else spec.written(value)) for value in values]
        for label, film in zip(labels, self._films, strict=True):
            if name in film.targets:
                label.setToolTip(f"Asked for {spec.written(film.targets[name])}.")
        for place, value in enumerate(values[1:], 1):
            difference = None if value is None or values[0] is None else value - values[0]
            told = "–" if difference is None else signed(difference, spec.decimals)
            colour = "" if difference is None else theme.status_colour(tolerance_colour(difference))
            if pair:
                labels.append(QLabel(told))
                labels[-1].setStyleSheet(f"color: {colour}" if colour else "")
            elif difference is not None:
                below = "<br>" if self._many else " "  # beside each other they would be wider than the page
                labels[place].setText(f'{labels[place].text()}{below}<span style="color:{colour}">({told})</span>')
        self.cells[name] = tuple(labels)
        for column, label in enumerate(labels, 1):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        self._column.setSpacing(SPACING)
        self._column.addLayout(self._views, 1)
        self._column.addWidget(self._table)
        self._column.addWidget(self.plot)
