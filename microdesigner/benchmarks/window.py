"""What the window costs its user: start, longest freeze, frames while dragging, how soon Cancel answers."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from microdesigner.app.store.settings import Settings
from microdesigner.app.volume_open import first_result
from microdesigner.benchmarks.simulated_user import MOUSE_MS, Drag, GapWatcher, repeat, wait
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.quantity import size_words
from microdesigner.gui.application import MILESTONES, make_application, open_window
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import read

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

DRAG_S = 3.0
VIEW_PIXELS, FEW_PIXELS, TURNS = (1400, 860), (16, 16), 30
GAP_MS, CANCEL_MS, SURFACES_S, DRAFT_S = 100.0, 200.0, 0.4, 0.4
FRAMES_PER_SECOND, FRAMES_ON_GPU = 20.0, 60.0
VERIFY_STEPS = 20
EXPORTS = ("vti", "tif", "stl", "vtu")


@dataclass(frozen=True)
class Figure:
    """One measured value with the bar it has to keep, where there is one: at most `limit`, or at least."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    def to_json(self) -> dict[str, Any]:
        """A JSON-able entry."""
        return asdict(self)


def measure_window(model: str) -> Iterator[Figure]:
    """Open the desktop with `model` and a home of its own, use it as a user does, and tell what that took.

    Raises MicrodesignerError where a step does not come to an end.
    """
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder, _home(folder):
        app = make_application([])
        window = open_window(app, settings=Settings(model=model))
        try:
            yield from _Session(window, Path(folder)).figures()
        finally:
            window.close()


class _Session:
    """Drives one window."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder
        self._watcher = GapWatcher(window)

    def figures(self) -> Iterator[Figure]:
        yield from self._start()
        yield self._load()
        yield from self._look()
        yield self._gap("generate", self._window.generate, self._generated)
        yield from self._draft()
        yield from self._cancel()
        yield self._verify()
        for suffix in EXPORTS:
            yield self._gap(f"export {suffix}", *self._export(f"volume.{suffix}"))
        yield self._gap("picture 8×", *self._export("large.png", 8))
        film = self._folder / "slices.gif"
        yield self._gap(
            "movie",
            lambda: self._window.exporting.render_jobs.render_movie(film, "slices"),
            lambda: film.name in self._window.status_line.text(),
        )

    def _start(self) -> Iterator[Figure]:
        window = self._window
        wait(lambda: "ready" in window.device.text())
        for name, title in MILESTONES.items():
            if name in window.timings:
                yield Figure(title, window.timings[name], "s")

    def _load(self) -> Figure:
        path = Path(shutil.copy(_example(), self._folder / "copy.vti"))
        window = self._window
        return self._gap(
            "load",
            lambda: window.workspace.volume_loader.open(path),
            lambda: window.current_sample.source == path and self._shows(),
        )

    def _look(self) -> Iterator[Figure]:
        """Surfaces and frames of the shipped volume, and of one with eight times as many voxels."""
        small = read(_example())
        large = Microstructure(small.phases.repeat(2, 0).repeat(2, 1).repeat(2, 2), small.voxel_nm)
        least = FRAMES_ON_GPU if self._scene.hardware else FRAMES_PER_SECOND
        self._window.views.view.setMinimumSize(*VIEW_PIXELS)
        for volume, bound in ((small, True), (large, False)):
            size = size_words(volume.shape)
            yield Figure(f"surfaces {size}", self._surfaces(volume), "s", SURFACES_S if bound else None)
            yield from self._drag(size, least if bound else None)
        self._window.views.phases.sliders[0].setValue(40)
        yield from self._drag("with a translucent phase", None)
        self._window.views.phases.sliders[0].setValue(100)
        self._window.views.view.setMinimumSize(240, 160)

    @property
    def _scene(self) -> "Scene":
        scene = self._window.views.view.scene
        assert scene is not None  # once the window is ready
        return scene

    def _surfaces(self, volume: Microstructure) -> float:
        views = self._window.views
        started = time.perf_counter()
        views.show_volume(volume)
        wait(lambda: not views.builder.busy)
        seconds = time.perf_counter() - started
        wait(lambda: views.view.settled)
        return seconds

    def _drag(self, size: str, bound: float | None) -> Iterator[Figure]:
        drag = Drag(self._window.views.view)
        self._watcher.start()
        processor = time.process_time()
        frames = drag.frames_per_second(DRAG_S)
        processor = (time.process_time() - processor) / max(1, drag.painted)
        gap = self._watcher.stop()
        yield Figure(f"dragging {size}", frames, "frames/s", bound, at_least=True)
        yield Figure(f"processor time per frame, {size}", 1000 * processor, "ms")
        yield Figure(f"longest gap, drag {size}", gap, "ms", GAP_MS)
        wait(lambda: self._window.views.view.settled)
        few = self._seconds_of_frame(*FEW_PIXELS)
        filling = self._seconds_of_frame(*VIEW_PIXELS) - few  # which is a GPU's part
        rest = max(1 / max(frames, 1e-3) - filling, few)
        name = f"the same without filling pixels, {size}"
        yield Figure(name, 1 / rest, "frames/s", FRAMES_ON_GPU if bound else None, at_least=True)

    def _seconds_of_frame(self, width: int, height: int) -> float:
        """What drawing a frame of so many pixels takes while dragging."""
        scene = self._scene
        scene.render(width, height, coarse=True)  # makes room for the pixels
        started = time.perf_counter()
        for _ in range(TURNS):
            scene.camera.camera.Azimuth(360 / TURNS)
            scene.render(width, height, coarse=True)
        return (time.perf_counter() - started) / TURNS

    def _draft(self) -> Iterator[Figure]:
        """A slider moved once, then to and fro without rest, then left alone."""
        window, view = self._window, self._window.views.view
        slider = next(row.slider for row in window.targets.rows.values() if not row.free.isChecked())
        places = cycle(slider.maximum() * share // 21 for share in (*range(6, 14), *range(14, 6, -1)))
        window.targets.options.live.setChecked(True)
        shown: list[int] = []
        window.views.shown.connect(lambda: shown.append(0))
        started = time.perf_counter()
        gap = self._gap("draft", lambda: slider.setValue(next(places)), lambda: bool(shown) and view.drawn)
        yield Figure("draft shown", time.perf_counter() - started, "s", DRAFT_S)
        yield gap
        shown.clear()
        seconds = repeat(lambda: slider.setValue(next(places)), 2 * MOUSE_MS, DRAG_S)
        yield Figure("drafts while a slider moves", len(shown) / seconds, "a second")
        last, started = window.sample, time.perf_counter()
        wait(lambda: window.sample is not last and self._shows())
        yield Figure("in full after the slider rests", time.perf_counter() - started, "s")
        window.targets.options.live.setChecked(False)

    def _cancel(self) -> Iterator[Figure]:
        """How soon the window answers, and how soon the engine is at the next request."""
        window, progress = self._window, []
        window.generation.progressed.connect(lambda *_: progress.append(time.perf_counter()))
        window.request_model.set_options(quality="paper")
        window.generate()
        wait(lambda: len(progress) > 5)
        started = time.perf_counter()
        window.targets.run_bar.cancel.click()
        QApplication.processEvents()
        yield Figure("cancel answered", (time.perf_counter() - started) * 1000, "ms", CANCEL_MS)
        progress.clear()
        window.request_model.set_options(quality="draft")
        window.generate()
        wait(lambda: bool(progress))
        yield Figure("engine free after cancel", (progress[0] - started) * 1000, "ms")
        wait(self._generated)

    def _verify(self) -> Figure:
        """The first steps of a simulation, which may go on for minutes."""
        verifier, steps = self._window.results.verifier, []
        verifier.progressed.connect(lambda *_: steps.append(0))
        figure = self._gap(
            "verify", self._window.results.verify, lambda: len(steps) > VERIFY_STEPS or not verifier.running
        )
        verifier.cancel()
        return figure

    def _export(self, name: str, scale: int = 1) -> tuple[Callable[[], None], Callable[[], bool]]:
        path = self._folder / name
        self._window.status_line.clear()
        return lambda: self._window.export(path, scale), lambda: "Written" in self._window.status_line.text()

    def _gap(self, name: str, act: Callable[[], object], done: Callable[[], bool]) -> Figure:
        self._watcher.start()
        act()
        wait(done)
        return Figure(f"longest gap, {name}", self._watcher.stop(), "ms", GAP_MS)

    def _generated(self) -> bool:
        return not self._window.generation.running and self._shows()

    def _shows(self) -> bool:
        """Whether the newest sample is on the screen in full detail."""
        sample, views = self._window.sample, self._window.views
        geometry = self._scene.geometry
        if sample is None or geometry is None or views.builder.busy:
            return False
        return geometry.microstructure is sample.microstructure and views.view.settled


def _example() -> Path:
    path = first_result()
    if path is None:
        raise MicrodesignerError("The first result that ships with the program is missing; install it again.")
    return path


@contextmanager
def _home(folder: str) -> Iterator[None]:
    """A user folder for the while, so that history and settings of the user stay as they are."""
    before = os.environ.get("MICRODESIGNER_HOME")
    os.environ["MICRODESIGNER_HOME"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["MICRODESIGNER_HOME"]
        else:
            os.environ["MICRODESIGNER_HOME"] = before
