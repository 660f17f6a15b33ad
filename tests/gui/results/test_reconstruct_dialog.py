"""Films from the picture on show: asked for, made beside the window and opened."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox

from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results import reconstruction
from microdesigner.gui.results.reconstruction import TITLE
from microdesigner.gui.results.reconstruction_dialog import ReconstructionDialog
from microdesigner.io import read, write
from tests.gui.conftest import generate, wait_until
from tests.gui.results import few_rounds
from tests.gui.test_closing import answer_with

NAMES = ("solid", "pore")


def command(window: MainWindow) -> Command:
    return next(command for command in window.commands if command.title == TITLE)


def open_picture(window: MainWindow, path: Path, edge: int = 64) -> None:
    """A chequered one whose pixels are of unknown size."""
    x, y = np.mgrid[:edge, :edge]
    phases = ((x // 8 + y // 8) % 2).astype(np.uint8)[..., None]
    write(Microstructure(phases, None, "no-flux", NAMES), path)
    window.workspace.volume_loader.open_made(path)
    wait_until(lambda: window.sample is not None and window.current_sample.source == path)


def ask(window: MainWindow, size: tuple[int, int, int]) -> ReconstructionDialog:
    command(window).run()
    (dialog,) = window.findChildren(ReconstructionDialog)
    for field, edge in zip(dialog.edges, size, strict=True):
        field.setValue(edge)
    return dialog


def test_a_film_from_the_picture_is_on_show(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconstruction, "RECONSTRUCT", few_rounds.FUNCTION)
    open_picture(window, tmp_path / "section.vti")
    assert "Reconstruct a film" in window.status_line.text()
    dialog = ask(window, (16, 20, 8))
    assert "section.vti, 64 × 64 pixels of solid, pore" in dialog.words.text()
    dialog.seed.setValue(3)
    path = tmp_path / "section-reconstructed.vti"
    assert dialog.file.text() == str(path)
    path.touch()
    dialog.start.click()
    dialog.findChildren(QMessageBox)[-1].button(QMessageBox.StandardButton.Cancel).click()
    assert not window.workspace.reconstruction.task.running, "what is there is not written over unasked"
    dialog.file.setText("film")  # beside the picture
    dialog.start.click()
    wait_until(lambda: "Reconstructing" in window.workspace.reconstruction.bar.words.text())
    assert not dialog.form.isEnabled()
    wait_until(lambda: window.current_sample.source == tmp_path / "film.vti", 120)
    assert not dialog.isVisible()
    assert window.sample is not None
    film = window.sample.microstructure
    assert film.shape == (16, 20, 8)
    assert (film.phase_names, film.voxel_nm) == (NAMES, None)
    made_of = read(tmp_path / "film.vti").provenance["reconstructed"]
    assert made_of == {"pictures": ["section.vti"], "seed": 3}
    enabled = command(window).enabled
    assert enabled is not None
    assert not enabled(), "a film of many layers is no picture"


def test_a_film_that_is_stopped_leaves_nothing(window: MainWindow, tmp_path: Path) -> None:
    open_picture(window, tmp_path / "section.vti")
    work = window.workspace.reconstruction
    dialog = ask(window, (32, 32, 32))
    dialog.start.click()
    wait_until(lambda: "Reconstructing" in work.bar.words.text())
    dialog.reject()
    assert "is still being made" in window.status_line.text()
    said: list[str] = []
    answer_with("Go on", said)
    assert not window.close()
    assert said == ["section-reconstructed.vti would not be written: the film is being made."]
    command(window).run()
    assert dialog.isVisible()
    work.bar.cancel.click()
    wait_until(lambda: "section-reconstructed.vti is not written" in window.status_line.text())
    assert dialog.start.isEnabled()
    assert dialog.form.isEnabled()
    dialog.start.click()
    answer_with("Stop and close", said)
    assert window.close()
    assert not work.task.running
    assert not list(tmp_path.glob("*reconstructed*"))


def test_what_cannot_be_is_told_where_it_was_asked(window: MainWindow, tmp_path: Path) -> None:
    open_picture(window, tmp_path / "section.vti", edge=32)
    dialog = ask(window, (16, 16, 16))
    dialog.start.click()
    wait_until(dialog.error_bar.isVisible)
    assert "32 pixels shows too little" in dialog.error_bar.text.text()
    assert dialog.start.isEnabled()


def test_nothing_is_asked_of_a_film_of_many_layers(window: MainWindow) -> None:
    generate(window)
    enabled = command(window).enabled
    assert enabled is not None
    assert not enabled()
    command(window).run()
    assert not window.findChildren(ReconstructionDialog)
