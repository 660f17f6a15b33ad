"""Opened, used and closed again and again, the window leaves nothing behind.

Three times as a rule; the long run is MICRODESIGNER_CYCLES=100 pytest -s tests/gui/test_cycles.py, some minutes.
"""

import contextlib
import ctypes
import gc
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid
from vtkmodules.vtkCommonCore import vtkObjectBase

from microdesigner.app.store.settings import Settings
from microdesigner.gui import application
from tests.gui import stand_in
from tests.gui.conftest import generate, wait_until

CYCLES = int(os.environ.get("MICRODESIGNER_CYCLES", "3"))
WARM_UP = max(1, CYCLES // 10)
FLAT_MB = 50
PAGE_MB = 4096 / 1e6


def _resident_mb() -> float:
    """Without freed memory, some 150 MB, that the C library keeps for what is allocated next and gives back here."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_MB


def _alive() -> dict[str, int]:
    gc.collect()
    objects = [entry for entry in gc.get_objects() if issubclass(type(entry), QObject | vtkObjectBase)]  # no proxies
    return {
        "threads": threading.active_count(),
        "widgets": len(QApplication.allWidgets()),
        "timers": sum(isinstance(entry, QTimer) and isValid(entry) for entry in objects),
        "VTK objects": sum(isinstance(entry, vtkObjectBase) for entry in objects),
    }


def _cycle(app: QApplication, use: Callable[..., None]) -> None:
    window = application.open_window(app, stand_in.FACTORY, Settings(model=stand_in.MODEL))
    wait_until(lambda: "ready" in window.device.text())
    use(window)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_open_generate_close(stand_in_model: Path, qapp: QApplication) -> None:
    def generate_and_forget() -> None:
        _cycle(qapp, generate)
        shutil.rmtree(stand_in_model / "history")  # one that fills takes memory

    for _ in range(WARM_UP):
        generate_and_forget()
    alive, memory = _alive(), _resident_mb()
    for number in range(CYCLES - WARM_UP):
        generate_and_forget()
        print(f"cycle {WARM_UP + number + 1}: {_resident_mb():.0f} MB, {_alive()}")
    assert _alive() == alive
    assert _resident_mb() - memory < FLAT_MB
