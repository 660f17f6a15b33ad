"""Numbers of layers, with commas between them."""

import re

from PySide6.QtCore import QEvent, QRegularExpression, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit

_LAYERS = r"[\d\s,;]*"


class LayersField(QLineEdit):
    """Tells the layers when the user has written them; undo and redo are the window's."""

    changed = Signal(object)  # tuple of int

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("none")
        self.setValidator(QRegularExpressionValidator(QRegularExpression(_LAYERS), self))
        self.editingFinished.connect(self._tell)
        self._shown: tuple[int, ...] = ()

    def show_layers(self, layers: tuple[int, ...]) -> None:
        """Show numbers of layers, without telling anyone."""
        self._shown = layers
        self.setText(", ".join(map(str, layers)))

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window; what is being typed counts by then."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.modifiers() & event.modifiers().ControlModifier:
                self._tell()
            if event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
                event.ignore()
                return True
        return super().event(event)

    def _tell(self) -> None:
        layers = tuple(sorted({int(number) for number in re.findall(r"\d+", self.text())}))
        if layers != self._shown:
            self._shown = layers
            self.changed.emit(layers)
