"""A desktop that cannot open says why in one sentence, with exit code 2: no abort, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from microdesigner.cli import main as program

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these screens are Linux's")


def start(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    screen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    inherited = {name: value for name, value in os.environ.items() if name not in screen}
    return subprocess.run(
        [sys.executable, "-m", "microdesigner"],
        env=inherited | {"MICRODESIGNER_HOME": str(home)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("microdesigner: ")
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("screen", [":9765", "no-such-host.invalid:0"])
def test_a_dead_display(tmp_path: Path, screen: str) -> None:
    assert f"DISPLAY={screen}" in sentence(start(tmp_path, DISPLAY=screen))


def test_a_platform_that_qt_does_not_have(tmp_path: Path) -> None:
    assert "QT_QPA_PLATFORM=nonsense" in sentence(start(tmp_path, QT_QPA_PLATFORM="nonsense"))


def test_wayland_without_an_x_server(tmp_path: Path) -> None:
    assert "Xwayland" in sentence(start(tmp_path, WAYLAND_DISPLAY="wayland-0"))


def test_wayland_beside_x_is_passed_by(tmp_path: Path) -> None:
    """The views are X11 windows: with both, the start looks for the X server, dead here, and not for Wayland's."""
    text = sentence(start(tmp_path, WAYLAND_DISPLAY="wayland-0", DISPLAY=":9765"))
    assert "could not connect to display :9765" in text


FONTS = """
import sys
from microdesigner.gui import screen
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication
app = QApplication([])
if sys.argv[1:]:
    screen.shipped_fonts = lambda: []
try:
    screen.check_fonts()
    print(QFontInfo(app.font()).family())
except screen.InputError as error:
    print(error)
"""


@pytest.mark.parametrize(("missing", "said"), [((), "DejaVu Sans\n"), (("missing",), "No font is installed")])
def test_no_font_of_the_system(missing: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    alone = {"QT_QPA_PLATFORM": "offscreen", "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    command = [sys.executable, "-c", FONTS, *missing]
    done = subprocess.run(command, env=os.environ | alone, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.startswith(said)


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [
        ("RLIMIT_AS", 900 << 20, "too little memory for a window; raise its limit (ulimit -v)"),
        ("RLIMIT_NOFILE", 20, "too few files for a window; raise its limit (ulimit -n)"),
    ],
)
def test_a_system_that_gives_too_little(tmp_path: Path, limit: str, most: int, said: str) -> None:
    """Libraries that draw would end the program, or wait for ever."""
    command = ["import resource as r, sys", f"r.setrlimit(r.{limit}, ({most}, r.getrlimit(r.{limit})[1]))",
               "from microdesigner.cli.main import main", "sys.exit(main([]))"]  # fmt: skip
    environment = os.environ | {"MICRODESIGNER_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", "; ".join(command)], env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert said in sentence(done)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    text = sentence(start(tmp_path / "file" / "home", QT_QPA_PLATFORM="offscreen"))
    assert "MICRODESIGNER_HOME" in text
    assert str(tmp_path / "file" / "home") in text


@pytest.mark.parametrize("library", ["libEGL.so.1", "libGL.so.1"])
def test_a_missing_system_library(
    library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise ImportError(f"{library}: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(program, "run_desktop", fail)
    assert program.main([]) == 2
    text = capsys.readouterr().err
    assert library in text
    assert text.count("\n") == 1
