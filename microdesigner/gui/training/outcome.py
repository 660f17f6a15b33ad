"""What came out of a training: how good the model is, and what can be done with it."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.gui.widgets.basics import heading, named

FOLLOWS = 0.5
"""Squared correlation of measured with asked values below which a target hardly decides anything."""
Accuracy = Mapping[str, Mapping[str, float | None]]


class OutcomeBox(QFrame):
    """Hidden until there is a model."""

    use_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title = heading("")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.use = named(QPushButton("Use this model"), "Use this model", "Select this model in the main window.")
        self.use.setProperty("role", "primary")
        self.export = named(QPushButton("Export…"), "Export the model", "Export it as one file for another computer.")
        row = QHBoxLayout(self)
        column = QVBoxLayout()
        column.addWidget(self.title)
        column.addWidget(self.words)
        row.addLayout(column, 1)
        row.addWidget(self.export)
        row.addWidget(self.use)
        self._model = ""
        self.use.clicked.connect(lambda: self.use_requested.emit(self._model))
        self.export.clicked.connect(lambda: self.export_requested.emit(self._model))
        self.hide()

    def show_model(self, model: str, accuracy: Accuracy) -> None:
        """Tell of the finished model."""
        self._model = model
        known = [value for figures in accuracy.values() if (value := figures["squared_pearson"]) is not None]
        poor = sum(value < FOLLOWS for value in known)
        told = (
            f"installed, but hardly follows {poor} of its {len(accuracy)} targets: train it longer" if poor else "ready"
        )
        self.title.setText(f"The model {model} is {told}")
        self.words.setText(" ".join(_sentence(name, figures) for name, figures in accuracy.items()))
        self.show()


def _sentence(name: str, figures: Mapping[str, float | None]) -> str:
    error, pearson = figures["mae"], figures["squared_pearson"]
    if error is None:
        return f"{spec_of(name).title}: no volume of the test has it."
    agreement = "" if pearson is None else f", squared correlation {pearson:.2f}"
    return f"{spec_of(name).title}: off by {error:.3f} on average{agreement}."
