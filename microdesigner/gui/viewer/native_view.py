"""A scene drawn straight onto the screen, by the graphics card where there is one."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from pyvistaqt import QtInteractor

from microdesigner.gui.widgets.camera_interactor import CameraInteractor
from microdesigner.gui.widgets.ruler_tool import RulerTool
from microdesigner.view3d.scene import Scene

PLAIN_DPI = 72  # at which VTK takes sizes of text as pixels; a scene enlarges its text itself


class NativeView(QtInteractor):  # type: ignore[misc]
    """Shows a Scene of its own; nothing is drawn under Qt's platform "offscreen".

    `camera_interactor` moves its camera in place of VTK's interactor, whose every move would draw twice.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, multi_samples=0, auto_update=False, lighting="none")
        for renderer in self.renderers:
            self.ren_win.RemoveRenderer(renderer)
        self.iren.interactor.SetInteractorStyle(None)
        self.scene: Scene | None = Scene(window=self.ren_win)
        self.camera_interactor = CameraInteractor(self)
        self.camera_interactor.scene = self.scene
        self.frames = 0
        self.ruler_tool = RulerTool(self.camera_interactor, self)
        for change in (
            self.camera_interactor.dragged,
            self.camera_interactor.rested,
            self.camera_interactor.placed,
            self.ruler_tool.changed,
        ):
            change.connect(self.update)
        self.setAccessibleName("Views of the volume; keys 1 to 9 change them")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)

    def close_scene(self) -> None:
        """Free the graphics resources; nothing is drawn afterwards."""
        self.camera_interactor.let_go()
        if self.scene is not None:
            scene, self.scene = self.scene, None
            scene.close()
            self.close()

    def paintGL(self) -> None:  # noqa: N802
        """Draw the scene once, coarsely while it is turned where that takes long."""
        if self.scene is not None and self.scene.geometry is not None:
            self.scene.scale = self.devicePixelRatioF()
            width, height = self.ren_win.GetSize()
            self.scene.arrange(width, height, coarse=self.camera_interactor.moving and not self.scene.light)
            self.frames += 1
        super().paintGL()

    def resizeGL(self, width: int, height: int) -> None:  # noqa: N802
        """Keep a volume that fitted fitting."""
        super().resizeGL(width, height)
        self.ren_win.SetDPI(PLAIN_DPI)
        if self.scene is not None:
            self.scene.set_aspect(width / max(1, height))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave keys that do not steer to the window: PyVista's own would close it or draw wires."""
        event.ignore()
