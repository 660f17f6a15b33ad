"""Meshes from the window."""

from dataclasses import replace
from pathlib import Path

import meshio
import pytest
from PySide6.QtWidgets import QFileDialog

from microdesigner.app.workers.mesh_export import MeshChoice
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results.mesh_dialog import MeshDialog
from microdesigner.gui.results.mesh_export import BUSY, TITLE
from tests.gui.conftest import generate, wait_until

CELLS = {"tetrahedra": "tetra", "hexahedra": "hexahedron"}


def ask(window: MainWindow) -> MeshDialog:
    next(command for command in window.commands if command.title == f"{TITLE}…").run()
    return window.findChildren(MeshDialog)[-1]


@pytest.mark.parametrize("kind", ["tetrahedra", "hexahedra"])
def test_a_mesh_of_the_film_on_show_is_written(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    generate(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "film"), ""))
    dialog = ask(window)
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))
    dialog.coarsen.setValue(8)
    dialog.format.setCurrentIndex(dialog.format.findData("gmsh"))
    assert kind in dialog.words.text()
    dialog.save.click()
    wait_until(lambda: "film.msh" in window.status_line.text())
    assert kind in window.status_line.text()
    assert CELLS[kind] in meshio.read(tmp_path / "film.msh").cells_dict
    wait_until(window.workspace.exporting.meshes.bar.isHidden)
    assert window.workspace.settings.export_folder == str(tmp_path)


def test_a_mesh_can_be_stopped_and_leaves_nothing(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(window)
    export = window.workspace.exporting.meshes
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "film.inp"), ""))
    ask(window).save.click()
    wait_until(lambda: "tetrahedra" in export.bar.words.text())
    assert "film.inp would not be written" in export.unfinished()
    export.ask()
    assert window.status_line.text() == BUSY
    export.bar.cancel.click()
    wait_until(lambda: "film.inp is not written" in window.status_line.text())
    assert not list(tmp_path.glob("*film*"))
    assert not export.unfinished()


def test_nothing_is_asked_without_a_film(window: MainWindow) -> None:
    next(command for command in window.commands if command.title == f"{TITLE}…").run()
    assert not window.findChildren(MeshDialog)


def test_formats_follow_the_kind(window: MainWindow) -> None:
    generate(window)
    dialog = ask(window)
    assert dialog.format.findData("damask") < 0
    dialog.kind.setCurrentIndex(dialog.kind.findData("hexahedra"))
    assert dialog.format.findData("damask") >= 0
    dialog.reject()


def test_unknown_lengths_are_asked_for(window: MainWindow) -> None:
    generate(window)
    assert window.sample is not None
    film = replace(window.sample.microstructure, voxel_nm=None)
    dialog = MeshDialog(film, MeshChoice(kind="hexahedra"), window)
    assert not dialog.save.isEnabled()
    assert "how long a voxel is" in dialog.words.text()
    dialog.edge.setValue(2.5)
    assert dialog.save.isEnabled()
    assert dialog.film().voxel_nm == (2.5, 2.5, 2.5)
    dialog.reject()
    dialog.deleteLater()
