"""Opening the program again raises its window and opens the file there."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from microdesigner.app.instance import Instance
from microdesigner.gui import application
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import wait_until

SECOND = (
    "import sys\nfrom pathlib import Path\nfrom microdesigner.gui.application import run\n"
    "sys.exit(run([], [Path(sys.argv[1])]))\n"
)


def test_a_second_start_opens_its_file_in_the_first_window(window: MainWindow, home: Path, tmp_path: Path) -> None:
    from microdesigner.core.microstructure import Microstructure
    from microdesigner.io import registry

    path = tmp_path / "film.vti"
    registry.write(Microstructure(np.indices((8, 8, 4))[0].astype(np.uint8) % 2, (1.0, 1.0, 1.0)), path)
    instance = Instance(home)
    assert instance.claim()
    listener = application._listen(instance, window, ())
    window.showMinimized()
    second = subprocess.Popen([sys.executable, "-c", SECOND, str(path)], env=os.environ.copy())
    wait_until(lambda: window.current_sample.source == path, 120)
    wait_until(lambda: second.poll() is not None, 60)
    assert second.returncode == 0
    assert not window.isMinimized()
    listener.stop()
    instance.release()
