"""Undo for everything that changes how the volume is looked at."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from microdesigner.app.view_state import ViewState, changed_field
from microdesigner.gui.undo import Change, UndoMerge
from microdesigner.gui.viewer.panel import ViewsPanel

TITLES = {
    "pose": "Move the camera", "orthographic": "Change the projection", "maximised": "Maximise a view",
    "palette": "Change the colours", "smooth": "Smooth surfaces or voxels", "visible": "Show or hide a phase",
    "opacity": "Change an opacity", "clip": "Move the clip box", "slices": "Show or hide slices",
    "positions": "Move a slice", "threshold": "Change the threshold",
}  # fmt: skip


class ViewUndo(QObject):
    """Compares the state of the views before and after each change and puts the step on the stack."""

    def __init__(self, views: ViewsPanel, undo: QUndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self._views, self._undo = views, undo
        self._merge = UndoMerge()
        self._known: ViewState | None = None
        self._applying = False
        views.touched.connect(self._record)
        views.shown.connect(self._look_again)

    def _look_again(self) -> None:
        """A new volume changes what there is to look at; that is no step of the user's."""
        self._known = self._views.state()

    def _record(self) -> None:
        before, after = self._known, self._views.state()
        if self._applying or before is None or after is None or before == after:
            return
        self._known = after
        field = changed_field(before, after)
        self._undo.push(Change(self._apply, before, after, TITLES[field.split()[0]], self._merge.key(f"view {field}")))

    def _apply(self, state: ViewState) -> None:
        if state == self._views.state():
            return
        self._applying = True
        self._views.apply(state)
        self._applying = False
        self._known = self._views.state()
