"""Which colours the phases have: one of the program's palettes, or the user's own."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from microdesigner.gui.widgets.basics import named
from microdesigner.view3d.palettes import OWN, PALETTES, Palette, colour_of, own_colours, text_of


class PaletteChoice(QComboBox):
    """A choice that can be written down: `key` is a palette's name, or "own" and the colours."""

    changed = Signal()

    def __init__(self, key: str) -> None:
        super().__init__()
        named(self, "Palette", "Colours of the phases. A click on a phase's colour makes colours of your own.")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for palette in PALETTES.values():
            self.addItem(palette.title, palette.name)
        self.addItem("Own colours", OWN)
        self._own = next(iter(PALETTES.values())).colours
        self.choose(key)
        self.currentIndexChanged.connect(lambda _: self.changed.emit())

    def chosen(self) -> Palette:
        """The palette."""
        name = self.currentData()
        return Palette(OWN, "Own colours", self._own) if name == OWN else PALETTES[name]

    def key(self) -> str:
        """The choice in a word, or with the colours behind it."""
        name = str(self.currentData())
        return " ".join([OWN, *map(text_of, self._own)]) if name == OWN else name

    def choose(self, key: str) -> None:
        """Take over an earlier choice; an unknown one is ignored."""
        if key == self.key():
            return
        if colours := own_colours(key):
            self._own = colours
            self._show(OWN)
        elif key in PALETTES:
            self._show(key)

    def set_colour(self, label: int, colour: str) -> None:
        """Give a label an own colour, "#rrggbb"; the others stay as they are."""
        palette = self.chosen()
        colours = [palette.colour(index) for index in range(max(label + 1, len(palette.colours)))]
        colours[label] = colour_of(colour)
        self._own = tuple(colours)
        self._show(OWN)

    def _show(self, name: str) -> None:
        index = self.findData(name)
        if index == self.currentIndex():
            self.changed.emit()
        self.setCurrentIndex(index)
