"""Three slices across x, y, z beside the 3-D view, joined by one crosshair."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGridLayout, QWidget

from microdesigner.app.view_state import Vector, ViewState
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.viewer.slice_panel import SlicePanel, Voxel, share_of
from microdesigner.view3d.look import Area, SliceLook
from microdesigner.view3d.marking import faded, resampled
from microdesigner.view3d.palettes import DARK, LIGHT
from microdesigner.view3d.smooth_layers import smooth_layer

PLACES = {2: (0, 0), 1: (1, 0), 0: (1, 1)}  # x runs alike in the two on the left, z in the two below
THREE_D = (0, 1)  # row and column


class OrthogonalSlices(QObject):
    """Puts its panels around the 3-D `view` in `grid`, where it lies at THREE_D.

    `placed` tells where the user moves the crosshair.
    """

    placed = Signal(object)  # Voxel
    hovered = Signal(object)  # Voxel or None

    def __init__(self, view: QWidget, grid: QGridLayout, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._grid = view, grid
        self._volume: Microstructure | None = None
        self._voxels: Voxel = (1, 1, 1)
        self._alone: SlicePanel | None = None
        self._shown = False
        self._drawn: list[tuple[object, NDArray[np.uint8]]] = []  # per axis, so that a move draws one slice anew
        self.panels = [SlicePanel(axis) for axis in range(3)]
        for panel in self.panels:
            grid.addWidget(panel, *PLACES[panel.axis])
            panel.hide()
            panel.placed.connect(self.placed)
            panel.hovered.connect(self.hovered)
            panel.maximise_wanted.connect(lambda panel=panel: self._maximise(panel))

    def show_volume(self, volume: Microstructure, voxels: Voxel, edges: Vector) -> None:
        """Show a volume, or what stands for one of so many voxels with these edges."""
        self._volume, self._voxels = volume, voxels
        self._drawn = [(None, np.zeros((1, 1, 4), np.uint8))] * 3
        for panel in self.panels:
            panel.show_size(voxels, edges, volume.length_unit)

    def show_state(
        self, state: ViewState, colours: NDArray[np.uint8], dark: bool, marked: NDArray[np.bool_] | None = None
    ) -> None:
        """Show or hide the panels, with a table of RGBA colours of all labels; what is not `marked` [x, y, z] fades."""
        if state.orthogonal != self._shown:
            self._shown, self._alone = state.orthogonal, None
            self._arrange()
        if not self._shown or self._volume is None:
            return
        around = DARK if dark else LIGHT
        mask = None if marked is None else resampled(marked, self._volume.shape)
        for panel in self.panels:
            share = (state.positions[panel.axis] + 0.5) / self._voxels[panel.axis]
            layer = min(self._volume.shape[panel.axis] - 1, int(share * self._volume.shape[panel.axis]))
            part = None if mask is None else np.take(mask, layer, panel.axis)
            wanted = (layer, state.smooth, colours.tobytes(), around, None if part is None else part.tobytes())
            if self._drawn[panel.axis][0] != wanted:
                labels = np.take(self._volume.phases, layer, panel.axis)
                pixels = smooth_layer(labels).coloured(colours) if state.smooth else colours[labels]
                pixels = pixels if part is None else faded(pixels, part, around.background)
                self._drawn[panel.axis] = wanted, pixels
            panel.show_layer(self._drawn[panel.axis][1], state.smooth, state.positions, around)

    def picture(self) -> tuple[QRectF, Area | None, tuple[SliceLook, ...]]:
        """What of the widget is on show, the share of it that the 3-D view has, if any, and the slices."""
        whole = QRectF()
        for widget in self._shown_widgets():
            whole = whole.united(QRectF(widget.geometry()))
        views = None if self._view.isHidden() else share_of(QRectF(self._view.geometry()), whole)
        return whole, views, tuple(panel.look(whole) for panel in self.panels if not panel.isHidden())

    def on_show(self) -> QImage:
        """The same as pixels of the screen."""
        whole, ratio = self.picture()[0], self._view.devicePixelRatioF()
        image = QImage((whole.size() * ratio).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(self._view.palette().window().color())
        painter = QPainter(image)
        for widget in self._shown_widgets():
            painter.drawPixmap(QRectF(widget.geometry()).topLeft() - whole.topLeft(), widget.grab())
        painter.end()
        return image

    def _shown_widgets(self) -> list[QWidget]:
        return [widget for widget in (self._view, *self.panels) if not widget.isHidden()]

    def _maximise(self, panel: SlicePanel) -> None:
        self._alone = None if self._alone is panel else panel
        self._arrange()

    def _arrange(self) -> None:
        """Give what is shown its room; the 3-D view stays unless a slice fills all."""
        for panel in self.panels:
            panel.setVisible(self._shown and self._alone in (None, panel))
        self._view.setVisible(self._alone is None)
        used = [(THREE_D, self._alone is None), *((PLACES[panel.axis], not panel.isHidden()) for panel in self.panels)]
        for line in (0, 1):
            self._grid.setRowStretch(line, int(any(shown for (row, _), shown in used if row == line)))
            self._grid.setColumnStretch(line, int(any(shown for (_, column), shown in used if column == line)))
        if (around := self._grid.parentWidget()) is not None and (layout := around.layout()) is not None:
            layout.activate()  # a picture taken now shows what is on show
