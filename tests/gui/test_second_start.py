"""Opening the program again raises its window and opens the file there."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from microdesigner.app.instance import Instance
from microdesigner.gui import application
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, wait_until

SECOND = (
    "import sys\nfrom pathlib import Path\nfrom microdesigner.gui.application import run\n"
    "sys.exit(run([], [Path(sys.argv[1])]))\n"
)


def test_a_second_start_opens_its_file_in_the_first_window(window: MainWindow, home: Path, tmp_path: Path) -> None:
    from microdesigner.core.microstructure import Microstructure
    from microdesigner.io import volumes

    path = tmp_path / "film.vti"
    volumes.write(Microstructure(np.indices((8, 8, 4))[0].astype(np.uint8) % 2, (1.0, 1.0, 1.0)), path)
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


def test_two_windows_on_one_home_lose_no_job_and_no_film(
    stand_in_model: Path, open_window: Callable[..., MainWindow]
) -> None:
    """They may come up side by side where a program that does not answer holds the lock."""
    first, second = open_window(), open_window()
    wait_until(lambda: all("ready" in window.device.text() for window in (first, second)))
    for window, seeds in ((first, (1, 2)), (second, (3,))):
        window.queue.panel.pause.setChecked(True)
        request = window.request_model.request()
        assert request is not None
        window.queue.queue.add([replace(request, seed=seed) for seed in seeds])
    for window, seed in ((first, 11), (second, 12)):
        window.request_model.set_options(quality="draft", seed=seed)
        generate(window)
    assert [job.request.seed for job in first.queue.queue.jobs if job.open] == [1, 2], "each has its own"
    assert [job.request.seed for job in second.queue.queue.jobs if job.open] == [3]
    first.close()
    second.close()
    third = open_window()
    wait_until(lambda: sum(job.open for job in third.queue.queue.jobs) == 3)
    assert {job.request.seed for job in third.queue.queue.jobs if job.open} == {1, 2, 3}
    wait_until(lambda: len(third.workspace.history_model.entries) == 2)
    assert {entry.request.seed for entry in third.workspace.history_model.entries} == {11, 12}
