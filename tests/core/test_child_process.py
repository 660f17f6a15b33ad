"""The program starts itself from Python and, pretended here, from a bundle and on Windows."""

import subprocess
import sys
from pathlib import Path

import pytest

from microdesigner.cli import main as program
from microdesigner.core import child_process


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/microdesigner/microdesigner")


def test_the_program_starts_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "microdesigner.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    assert b"microdesigner 0" in child_process.run_hidden([*child_process.program(), "--version"])


def test_a_call_runs_one_function_with_its_arguments() -> None:
    command = child_process.call("microdesigner.core.child_process:is_frozen", "word")
    assert command[-1] == "word"
    assert child_process.run_hidden(command) == b""
    with pytest.raises(subprocess.CalledProcessError):
        child_process.run_hidden(child_process.call("microdesigner.core.child_process:no_such"))


def test_a_call_that_hangs_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        child_process.run_hidden([sys.executable, "-c", "import time; time.sleep(60)"], 0.2)


@pytest.mark.usefixtures("frozen")
def test_a_bundle_is_its_own_command() -> None:
    executable = "/opt/microdesigner/microdesigner"
    assert child_process.program() == [executable]
    assert child_process.call("microdesigner.x:f", "a") == [executable, "--call", "microdesigner.x:f", "a"]


@pytest.mark.usefixtures("frozen")
def test_a_bundle_lets_its_workers_in_first_and_answers_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[object] = []
    monkeypatch.setattr("multiprocessing.freeze_support", lambda: order.append("worker"))
    monkeypatch.setattr("microdesigner.io.reader_process.serve", lambda: order.append(sys.argv[1:]))
    monkeypatch.setattr(sys, "argv", ["microdesigner", "--call", "microdesigner.io.reader_process:serve", "x.h5"])
    assert program.main() == 0
    assert order == ["worker", ["x.h5"]]


@pytest.mark.usefixtures("frozen")
def test_a_bundle_calls_nothing_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not child_process.answer_call(["--call", "os:getcwd"])
    assert not child_process.answer_call(["generate", "--help"])


def test_python_answers_no_calls() -> None:
    assert not child_process.answer_call(["--call", "microdesigner.io.reader_process:serve"])


def test_windows_shows_no_console(monkeypatch: pytest.MonkeyPatch) -> None:
    no_window, new_group = 0x08000000, 0x200
    assert child_process.hidden() == {}
    assert child_process.detached() == {"start_new_session": True}
    monkeypatch.setattr(sys, "platform", "win32")
    assert child_process.hidden() == {"creationflags": no_window}
    assert child_process.detached() == {"creationflags": no_window | new_group}
