"""Garbage is collected in the GUI thread alone."""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 200


class GuiThreadGC(QObject):
    """Takes the place of Python's own collector until `end`.

    Python collects in whichever thread allocates, and the threads that read from other processes or build meshes would
    then end Qt's objects that are parts of cycles (plots and their items, mostly) under the feet of the GUI thread.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def spare(self) -> None:
        """Look no more at what is there now: it stays, and going through it would take longest."""
        gc.collect()
        gc.freeze()

    def end(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(counts) if count > most]
        if due:
            gc.collect(due[-1])
