"""Large files in the window: a coarse view first, with the file's name; Cancel and closing at any moment."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from microdesigner.app.store.import_memory import ImportMemory
from microdesigner.app.volume_open import Choices
from microdesigner.app.workers.measuring import MeasureTask
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.slabs import MAPPED_BYTES
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import ImportOptions, write
from tests.gui.conftest import is_drawn, wait_until

EDGES = (416, 416, 400)  # large enough to stay in its file
SECONDS = 240


@pytest.fixture
def large(tmp_path: Path, home: Path) -> Path:
    """A large file that holds two layers, one above the other, and was asked about before."""
    assert np.prod(EDGES) > MAPPED_BYTES
    stored = np.lib.format.open_memmap(tmp_path / "large.npy", "w+", np.uint8, EDGES)
    stored[:, :, EDGES[2] // 2 :] = 1
    stored.flush()
    ImportMemory().store(tmp_path / "large.npy", Choices(ImportOptions(voxel_nm=(2.0, 2.0, 2.0))))
    return tmp_path / "large.npy"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A film that is on show before."""
    write(Microstructure(np.indices((16, 16, 8)).sum(axis=0).astype(np.uint8) % 2), tmp_path / "small.vti")
    return tmp_path / "small.vti"


def title(window: MainWindow) -> str:
    """What the first view says that it shows."""
    scene = window.workspace.views.view.scene
    assert scene is not None
    return str(scene.views[0].title.actor.GetInput())


def open_slowly(window: MainWindow, path: Path) -> None:
    """Open a file and wait for its coarse view, while its reader is held before the end."""
    window.open_path(path)
    wait_until(lambda: "coarse" in title(window), SECONDS)


@pytest.fixture
def window_with_film(window: MainWindow, small: Path) -> MainWindow:
    """A window that shows a small film."""
    window.open_path(small)
    wait_until(lambda: window.sample is not None and is_drawn(window), SECONDS)
    return window


def test_a_large_file_is_seen_coarsely_under_its_name_then_whole(window_with_film: MainWindow, large: Path) -> None:
    window = window_with_film
    films: list[tuple[str, tuple[int, ...]]] = []
    views = window.workspace.views
    views.shown.connect(lambda: films.append((title(window), views.view.scene.geometry.microstructure.shape)))
    window.open_path(large)
    wait_until(lambda: window.sample is not None and window.sample.microstructure.shape == EDGES, SECONDS)
    wait_until(lambda: is_drawn(window), SECONDS)
    assert "coarse" in films[0][0]  # while it is read, or while its surfaces are built where that was quick
    assert max(films[0][1]) <= 128
    assert films[-1] == ("All phases, surfaces of every 3. voxel", EDGES)
    assert window.sample is not None
    phases = window.sample.microstructure.phases
    assert phases[:, :, : EDGES[2] // 2].max() == 0
    assert phases[:, :, EDGES[2] // 2 :].min() == 1


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, window_with_film: MainWindow) -> Callable[[Path], None]:
    """Opens a file and delivers all but the volume, as where the rest takes minutes."""
    loader = window_with_film.workspace.volume_loader
    monkeypatch.setattr(loader, "_take", lambda task, value: None)
    loader._reader.answered.disconnect()

    def open_file(path: Path) -> None:
        open_slowly(window_with_film, path)

    return open_file


def test_cancel_puts_the_former_film_back(
    window_with_film: MainWindow, held: Callable[[Path], None], large: Path, qtbot: Any
) -> None:
    window, loader = window_with_film, window_with_film.workspace.volume_loader
    before = window.sample
    assert before is not None
    held(large)
    assert title(window) == "large.npy, coarse while it is read"
    assert not window.workspace.results.panel.measured.isEnabled(), "the values are those of another film"
    assert loader.bar.isVisible()
    qtbot.mouseClick(loader.bar.cancel, Qt.MouseButton.LeftButton)
    wait_until(lambda: title(window) == "All phases" and is_drawn(window), SECONDS)
    assert window.sample is not None
    assert window.sample.microstructure is before.microstructure  # it may have been measured since
    assert window.workspace.results.panel.measured.isEnabled()
    assert not loader.bar.isVisible()


def test_values_of_the_former_film_do_not_put_it_back(
    held_values: list[Any], window_with_film: MainWindow, held: Callable[[Path], None], large: Path
) -> None:
    """They come late where the machine is busy; the first look stays, and Cancel shows the film with its values."""
    window = window_with_film
    wait_until(lambda: any(isinstance(task, MeasureTask) for task, _ in held_values), SECONDS)
    held(large)
    for task, value in held_values:
        window.workspace.results._answer(task, value)
    assert not window.workspace.results.panel.measured.isEnabled()
    wait_until(lambda: not window.workspace.views.builder.busy)
    assert "coarse" in title(window)
    window.workspace.volume_loader.cancel()
    wait_until(lambda: title(window) == "All phases" and is_drawn(window), SECONDS)
    assert window.sample is not None
    assert window.sample.measured


@pytest.fixture
def held_values(window: MainWindow) -> list[Any]:
    """What is measured, not delivered."""
    values: list[Any] = []
    answered = window.workspace.results.compute.answered
    answered.disconnect()
    answered.connect(lambda task, value: values.append((task, value)))
    return values


def test_a_window_closes_at_once_while_a_large_file_is_read(
    window_with_film: MainWindow, held: Callable[[Path], None], large: Path
) -> None:
    held(large)
    started = time.monotonic()
    window_with_film.close()
    assert time.monotonic() - started < 5
