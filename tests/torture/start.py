"""`python -m tests.torture.start`: the desktop as a user starts it, closed as soon as it stands."""

import argparse
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.area import Area
from tests.torture.forks import Done
from tests.torture.shortages import Shortage, limited, shortages

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from microdesigner.gui.main_window import MainWindow

MEMORY_MB = (150, 300, 900, 1500, 2000)
DESCRIPTORS = (4, 6, 8, 16, 40)
BEFORE = ("no TMPDIR", "limited file size", "full disk", "read-only disk", "no /dev/shm")


def start() -> Area:
    """A new process, which is given only so much; what it cannot do without is said in one sentence."""
    return Area("start of the desktop", _start, lambda *_: None, lambda *_: None, shortages=_shortages)


def _start(folder: Path, _: Done) -> None:
    os.environ |= {"MICRODESIGNER_HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    os.execv(sys.executable, [sys.executable, "-m", "tests.torture.start"])


def _shortages(mounts: bool) -> Mapping[str, Sequence[Shortage]]:
    general = {name: some for name, some in shortages(mounts).items() if name in BEFORE}
    return general | {
        "little memory": [limited(resource.RLIMIT_AS, megabytes << 20) for megabytes in MEMORY_MB],
        "few descriptors": [limited(resource.RLIMIT_NOFILE, number) for number in DESCRIPTORS],
    }


def _run_desktop(args: argparse.Namespace) -> int:
    """As the program does, but the window closes itself."""
    from PySide6.QtCore import QTimer

    from microdesigner.gui import application

    open_window = application.open_window

    def opened(app: "QApplication") -> "MainWindow":
        window = open_window(app)
        timer = QTimer(window)
        timer.timeout.connect(lambda: window.close() if "three_d" in window.timings else None)
        timer.start(50)
        return window

    application.open_window = opened  # type: ignore[assignment]
    return _real_desktop(args)


if __name__ == "__main__":
    from microdesigner.cli import main as program

    _real_desktop, program.run_desktop = program.run_desktop, _run_desktop
    sys.exit(program.main([]))
