"""Waits for the real window and takes its picture."""

import time
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from microdesigner.gui.main_window import MainWindow

PATIENCE_SECONDS = 900
COLOURS = 256  # enough for a window, and a third of the bytes


def wait(condition: Callable[[], bool]) -> None:
    """Let the window live until `condition` holds and for a second more."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise SystemExit("The window did not get that far.")
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        QApplication.processEvents()


def drawn(window: MainWindow) -> bool:
    """Whether the sample on show is drawn in full detail."""
    scene, views = window.views.view.scene, window.views
    if scene is None or scene.geometry is None or window.sample is None or views.builder.busy:
        return False
    return scene.geometry.microstructure is window.sample.microstructure and views.view.settled


def take(widget: QWidget, path: Path) -> None:
    """Write the picture of a widget with few colours."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
    write_picture(path, pixels)


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """Write a PNG with a palette of COLOURS."""
    picture = Image.fromarray(pixels[..., :3]).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


def read_picture(path: Path) -> np.ndarray:
    """Pixels of a picture."""
    return np.asarray(iio.imread(path))
