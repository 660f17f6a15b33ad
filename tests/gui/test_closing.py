"""Nothing is written over unasked, and closing drops no work without a word."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, wait_until


def answer_with(words: str, said: list[str]) -> None:
    """Press the button with these words in the question that is about to come."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        said.append(box.text())
        next(button for button in box.buttons() if button.text().replace("&", "") == words).click()

    QTimer.singleShot(0, press)


def test_closing_during_a_movie_asks(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    said: list[str] = []
    window.exporting.render_jobs.render_movie(tmp_path / "turn.gif", "slices")
    window.export(tmp_path / "views.png")
    answer_with("Go on", said)
    assert not window.close()
    assert window.isVisible()
    assert said == ["turn.gif and 1 more that wait for it would not be written: it is being drawn."]
    wait_until(lambda: (tmp_path / "views.png").is_file(), 400)
    wait_until(lambda: not window.exporting.render_jobs.task.running)
    assert (tmp_path / "turn.gif").is_file()
    assert window.close(), "nothing is under way any more"
    assert len(said) == 1


def test_a_movie_that_is_given_up_leaves_nothing(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    said: list[str] = []
    window.exporting.render_jobs.render_movie(tmp_path / "turn.gif", "turntable")
    answer_with("Stop and close", said)
    assert window.close()
    assert len(said) == 1
    assert not list(tmp_path.glob("*.gif"))


def test_closing_during_a_verification_asks(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(window)
    said: list[str] = []
    window.results.verify()
    assert window.results.verifier.running
    answer_with("Go on", said)
    assert not window.close()
    assert "A recipe is being verified" in said[0]
    window.results.verifier.cancel()
    assert window.close()


def test_a_file_on_its_way_is_finished_before_the_end(window: MainWindow, tmp_path: Path) -> None:
    generate(window)
    window.export(tmp_path / "film.stl")
    assert window.close()
    assert {path.name for path in tmp_path.glob("film*")} == {f"film-{n}.stl" for n in ("donor", "acceptor", "mixed")}


@pytest.mark.parametrize(
    ("title", "chosen", "there"),
    [
        ("(.stl)", "film.v1", ["film.v1-acceptor.stl"]),
        ("(.raw)", "film.raw", ["film.json"]),
        ("(.vti)", "film.v1", ["film.v1.vti"]),
    ],
)
def test_files_that_the_dialog_never_named_are_not_written_over(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str, chosen: str, there: list[str]
) -> None:
    generate(window)
    for name in there:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / chosen), ""))
    command = next(c for c in window.workspace.exporting.button.commands() if title in c.title)
    command.run()
    question = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    assert all(name in question.text() for name in there)
    question.button(QMessageBox.StandardButton.Cancel).click()
    assert all((tmp_path / name).read_text(encoding="utf-8") == "mine" for name in there)
    command.run()
    question = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    next(button for button in question.buttons() if "Replace" in button.text()).click()
    wait_until(lambda: "Written" in window.status_line.text())
    assert all((tmp_path / name).stat().st_size > 4 for name in there)


def test_a_session_keeps_the_dots_of_its_name_and_names_itself_in_the_title(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(window)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "my.session.v1"), ""))
    assert window.windowTitle() == "microdesigner"
    window.session.save_again()
    wait_until(lambda: "my.session.v1.microdesigner" in window.windowTitle())
    assert [path.name for path in tmp_path.glob("my.*")] == ["my.session.v1.microdesigner"]
    assert not window.isWindowModified()
    window.request_model.set_options(count=2)
    assert window.isWindowModified()
    window.session.save_again()  # without a question, to its own file
    wait_until(lambda: not window.isWindowModified())
    window.request_model.set_options(count=3)
    window.open_path(tmp_path / "my.session.v1.microdesigner")
    wait_until(lambda: not window.isWindowModified())
    assert window.request_model.state.options.count == 2
