"""The column of the import dialog that shows a layer, and the slider that says which."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from microdesigner.app.workers.importing import Preview
from microdesigner.app.workers.opening import Survey
from microdesigner.gui.importing.answers import layer_preview
from microdesigner.gui.importing.layer import LayerPreview
from microdesigner.gui.widgets.basics import heading, named


class LayerColumn(QWidget):
    """Pictures of at most `edge` pixels, the slider below them."""

    def __init__(self, edge: int) -> None:
        super().__init__()
        self.preview = LayerPreview(edge, below=True)
        self.layer = named(QSlider(Qt.Orientation.Horizontal), "Layer", "Which layer is shown, from z = 0 on.")
        column = QVBoxLayout(self)
        column.addWidget(heading("Layer"))
        column.addWidget(self.preview)
        column.addWidget(self.layer)
        column.addStretch(1)

    def show_range(self, survey: Survey) -> None:
        """Let the slider stand at the layer that was looked at, among those that there are; nobody is told."""
        self.layer.blockSignals(True)
        self.layer.setRange(0, survey.layers - 1)
        self.layer.setValue(survey.layer)
        self.layer.blockSignals(False)

    def show_layer(self, survey: Survey, names: dict[float, str]) -> Preview:
        """Draw the layer with phases of these names; returns what is drawn."""
        self.preview.title = f"Layer {survey.layer + 1} of {survey.layers}"
        preview = layer_preview(survey, names)
        self.preview.show_preview(preview)
        return preview
