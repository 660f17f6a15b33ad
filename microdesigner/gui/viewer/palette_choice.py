"""Which colours the phases have: one of the program's palettes, or the user's own."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from microdesigner.app.view_state import ViewModel, ViewState
from microdesigner.gui.widgets.basics import named
from microdesigner.view3d.palettes import OWN, PALETTES, own_colours, own_key, palette_of, with_colour


class PaletteChoice(QComboBox):
    """Shows the palette of the views' state; `changed` carries the entries of the state that a choice changes."""

    changed = Signal(dict)

    def __init__(self, model: ViewModel) -> None:
        super().__init__()
        named(self, "Palette", "Colours of the phases. A click on a phase's colour makes colours of your own.")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for palette in PALETTES.values():
            self.addItem(palette.title, palette.name)
        self.addItem("Own colours", OWN)
        self._model = model
        self.show_state(model.state)
        self.currentIndexChanged.connect(lambda _: self._choose(self.currentData()))

    def show_state(self, state: ViewState) -> None:
        """Show the palette of a state."""
        self.setCurrentIndex(self.findData(palette_of(state.palette).name))

    def set_colour(self, label: int, colour: str) -> None:
        """Give a label an own colour, "#rrggbb"; the others stay as they are."""
        key = with_colour(self._model.state.palette, label, colour)
        self.changed.emit({"palette": key, "own_colours": key})

    def _choose(self, name: str) -> None:
        """The user's own colours are those chosen last, at first those on show."""
        state = self._model.state
        earlier = state.own_colours if own_colours(state.own_colours) else own_key(palette_of(state.palette).colours)
        self.changed.emit({"palette": earlier if name == OWN else name})
