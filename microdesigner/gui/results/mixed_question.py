"""What becomes of the mixed phase in a file that cannot hold it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from microdesigner.core.microstructure import MIXED, Microstructure
from microdesigner.core.phases import phase_keys
from microdesigner.core.slabs import greatest
from microdesigner.gui.volume_files import holds_mixed
from microdesigner.io.mixed_phase import USUAL_DONOR_SHARE


def ask_mixed(parent: QWidget, film: Microstructure, path: Path, write: Callable[[float | None], object]) -> None:
    """Call `write`: with None, or, where `film` has a mixed phase that a file called `path` cannot hold, with the share
    of its voxels that become donor, once the user has said it."""
    if holds_mixed(path) or greatest(film.phases) != MIXED or "M" not in phase_keys(film.phase_names):
        write(None)
        return
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
    dialog.setWindowTitle("What becomes of the mixed phase?")
    dialog.setLabelText(
        f"{path.name} can hold donor and acceptor alone.\nEach mixed voxel becomes one of them, at random. Share that "
        "becomes donor:"
    )
    dialog.setDoubleDecimals(3)
    dialog.setDoubleStep(0.1)
    dialog.setDoubleRange(0, 1)
    dialog.setDoubleValue(USUAL_DONOR_SHARE)
    dialog.doubleValueSelected.connect(write)
    dialog.open()
