"""The film on show in a window of its own, for a second screen, with the look of the views."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from microdesigner.gui.viewer.panel import ViewsPanel

if TYPE_CHECKING:
    from microdesigner.gui.viewer.view_window import ViewWindow
    from microdesigner.view3d.scene import Scene

NO_SCREEN = "A window of its own draws straight onto a screen, and this program runs without one."
NO_VOLUME = "There is no volume to show in its own window yet; generate or open one."


class SeparateWindow(QObject):
    """Opens the window and lets it follow the views; nothing of it is remembered."""

    def __init__(self, views: ViewsPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._views = views
        self.window: ViewWindow | None = None
        views.shown.connect(self._show)
        views.restyled.connect(self._restyle)
        views.view.moved.connect(self._follow)

    def open(self) -> str:
        """Show the window, or bring it to the front; a sentence instead where that cannot be, else an empty one."""
        if QGuiApplication.platformName() == "offscreen":
            return NO_SCREEN
        scene = self._views.view.scene
        if scene is None or scene.geometry is None:
            return NO_VOLUME
        if self.window is None:
            from microdesigner.gui.viewer.view_window import ViewWindow

            self.window = ViewWindow("Views")
            self.window.moved.connect(self._lead)
            self.window.closed.connect(self._forget)
            self._show()
            if self.window.view.scene is not None:
                self.window.view.scene.apply_look(replace(scene.look(), ruler=()))
            self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        return ""

    def close(self) -> None:
        """Close the window if it is open."""
        if self.window is not None:
            self.window.close()

    def _scenes(self) -> "tuple[Scene, Scene] | None":
        """That of the views and that of the window, if there is something to show in both."""
        theirs = self._views.view.scene
        own = self.window.view.scene if self.window is not None else None
        return None if theirs is None or theirs.geometry is None or own is None else (theirs, own)

    def _show(self) -> None:
        if (scenes := self._scenes()) is not None:
            theirs, own = scenes
            assert theirs.geometry is not None
            own.show(theirs.geometry)
            self._restyle()

    def _restyle(self) -> None:
        """Take over the look; what is maximised and measured, and a camera of its own, stay."""
        if (scenes := self._scenes()) is not None and self.window is not None:
            theirs, own = scenes
            look = replace(theirs.look(), maximised=own.maximised, ruler=own.ruler)
            if not self.window.linked.isChecked():
                look = replace(look, orthographic=own.camera.orthographic, pose=None)
            own.apply_look(look)
            self.window.view.update()

    def _follow(self) -> None:
        if self.window is not None and self.window.linked.isChecked():
            self._restyle()

    def _lead(self) -> None:
        if (scenes := self._scenes()) is not None and self.window is not None and self.window.linked.isChecked():
            theirs, own = scenes
            theirs.camera.place(own.camera.pose())
            self._views.view.redraw()
            self._views.view.moved.emit()

    def _forget(self) -> None:
        self.window = None
