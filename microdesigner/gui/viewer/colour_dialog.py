"""The question for a colour; on a small screen it scrolls, which Qt's own dialogue does not."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from microdesigner.gui.widgets.basics import fit_screen, scrolled

MARGINS = 30


class ColourDialog(QDialog):
    """`chosen` tells the colour when the user accepts."""

    chosen = Signal(QColor)

    def __init__(self, title: str, colour: QColor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.field = QColorDialog(colour)
        self.field.setWindowFlags(Qt.WindowType.Widget)
        self.field.setOptions(
            QColorDialog.ColorDialogOption.NoButtons | QColorDialog.ColorDialogOption.DontUseNativeDialog
        )
        area = scrolled(self.field)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.show()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(area, 1)
        column.addWidget(buttons)
        fit_screen(self, self.field.sizeHint() + QSize(MARGINS, MARGINS + buttons.sizeHint().height()))
        self.accepted.connect(lambda: self.chosen.emit(self.field.currentColor()))
