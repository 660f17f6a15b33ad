"""The program's endings: exit codes, one sentence each, no traceback."""

import argparse
import io
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from microdesigner.cli import main as program
from microdesigner.core.errors import InputError, MicrodesignerError


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def one_sentence(text: str) -> str:
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


def ending_of(error: BaseException, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    def fail(args: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(program, "run_desktop", fail)
    return program.main(list(options))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("microdesigner ")


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(verb.__name__.rsplit(".", 1)[1] in out for verb in program.VERBS)


@pytest.mark.parametrize("verb", [verb.__name__.rsplit(".", 1)[1] for verb in program.VERBS])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([verb, "--help"]) == 0
    assert "usage" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["nonsense"], ["--nonsense"], ["generate", "--count", "many"], ["models"]])
def test_a_mistake_is_one_sentence(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(argv) == 2
    assert "--help" in one_sentence(capsys.readouterr().err)


@pytest.mark.usefixtures("no_screen")
def test_no_screen_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([]) == 2
    assert "DISPLAY" in one_sentence(capsys.readouterr().err)


def interrupted_in_compiled_code() -> SystemError:
    """What Numba's compiled functions raise where a signal arrives while they reach into Python."""
    inner, outer = SystemError("returned a result with an exception set"), SystemError("CPUDispatcher returned")
    inner.__cause__, outer.__cause__ = KeyboardInterrupt(), inner
    return outer


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (InputError("The file x is wrong."), 2, "wrong"),
        (MicrodesignerError("It failed."), 1, "failed"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (interrupted_in_compiled_code(), 130, "interrupted"),
        (RuntimeError("odd\nthing"), 1, "RuntimeError (odd thing)"),
        (RuntimeError("odd\x1b[2Jthing"), 1, "RuntimeError (odd [2Jthing)"),
        (InputError("The file a\x1b[2Jb is wrong."), 2, "The file a [2Jb is wrong."),
    ],
)
def test_exit_codes(
    error: BaseException, code: int, word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MICRODESIGNER_DEBUG", raising=False)
    assert ending_of(error, monkeypatch) == code
    assert word in one_sentence(capsys.readouterr().err)


def test_debug_shows_where(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ending_of(RuntimeError("odd"), monkeypatch, "--debug") == 1
    assert "Traceback" in capsys.readouterr().err


def test_starting_imports_nothing_heavy() -> None:
    code = (
        "import sys; from microdesigner.cli.main import build_parser; build_parser();"
        "heavy = ('torch', 'vtkmodules', 'numba', 'PySide6', 'h5py', 'pyvista');"
        "print([name for name in heavy if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m microdesigner --help | true"
    answer = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert answer.stderr == ""


def test_files_open_in_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[Path]] = []
    stand_in = SimpleNamespace(run=lambda paths: opened.append(list(paths)) or 0)
    monkeypatch.setitem(sys.modules, "microdesigner.gui.application", stand_in)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.chdir(tmp_path)
    names = ["film.vti", "mine.microdesigner", "request.json", "slices"]
    for name in names:
        (tmp_path / name).touch()
    assert program.main(names) == 0
    assert program.main(["slices"]) == 0
    assert program.main(["--debug", str(tmp_path / "film.vti")]) == 0
    assert program.main([]) == 0
    assert opened == [[Path(name) for name in names], [Path("slices")], [tmp_path / "film.vti"], []]


@pytest.mark.parametrize("words", [["missing.vti"], ["folder/film"], ["film.vti", "missing.vti"]])
def test_a_missing_file_is_named(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.vti").touch()
    assert program.main(words) == 2
    assert f"{words[-1]} does not exist" in one_sentence(capsys.readouterr().err)


@pytest.mark.parametrize("code_page", ["cp1252", "cp932", "ascii"])
def test_what_a_code_page_lacks_is_written_as_its_number(code_page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=code_page) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    def run(args: argparse.Namespace) -> int:
        print("σ\u20d7 ≥ 3")
        raise InputError("The file ψ\u20d7.vti is wrong.")

    monkeypatch.setattr(program, "run_desktop", run)
    assert program.main([]) == 2
    for stream in (out, err):
        stream.flush()
        assert "\\u20d7" in stream.buffer.getvalue().decode(code_page)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_shells_complete_commands_options_and_files(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("generate", "dataset", "--refinement", "--install"):
        assert word in script
    interpreter = shutil.which(shell)
    if interpreter:
        subprocess.run([interpreter, "-n"], input=script, text=True, check=True)
    if interpreter and shell == "bash":
        ask = "\nCOMP_WORDS=(microdesigner mod); COMP_CWORD=1; _shtab_microdesigner; echo ${COMPREPLY[@]}"
        done = subprocess.run([interpreter], input=script + ask, text=True, check=True, capture_output=True)
        assert done.stdout == "models\n"
