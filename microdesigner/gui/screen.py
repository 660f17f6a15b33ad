"""The screen before there is a window: which one is chosen, and a sentence in the place of Qt's abort."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from microdesigner.core.errors import InputError, one_line

WRONG_INPUT = 2
_FONT_ALIASES = {"Monospace", "Sans Serif", "Serif"}  # with fontconfig Qt lists them even where no font is there
_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf")
_VARIABLES = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")


def prepare_screen() -> None:
    """Choose X11 and let a failing start end with a sentence and exit code 2; call before the Qt application is made.

    VTK draws into X11 windows only, also in a Wayland session. Raises InputError where that session offers none.
    """
    if sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM"):
        if not os.environ.get("DISPLAY"):
            raise InputError(
                "The 3-D views need an X server and DISPLAY names none; install Xwayland and start the session again."
            )
        os.environ["QT_QPA_PLATFORM"] = "xcb"
    said: list[str] = []

    def listen(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:  # noqa: ARG001 - Qt's interface
        said.append(" ".join(message.split()))
        if kind == QtMsgType.QtFatalMsg:  # the next thing that Qt does is abort
            print(f"microdesigner: {one_line(_sentence(said[0]))}", file=sys.stderr, flush=True)
            os._exit(WRONG_INPUT)

    qInstallMessageHandler(listen)


def check_fonts() -> None:
    """Where no font is installed, take those that matplotlib brings; call when the Qt application is made.

    Raises InputError where they are missing, too.
    """
    if set(QFontDatabase.families()) - _FONT_ALIASES:
        return
    fonts = [QFontDatabase.addApplicationFont(str(path)) for path in shipped_fonts()]
    if max(fonts, default=-1) < 0:
        raise InputError("No font is installed, so no text can be shown; install one, such as fonts-dejavu-core.")
    QGuiApplication.setFont(QFont(QFontDatabase.applicationFontFamilies(fonts[0])[0]))


def shipped_fonts() -> list[Path]:
    """The upright fonts that come with matplotlib, found without loading it."""
    found = find_spec("matplotlib")
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" if found and found.origin else None
    return [] if folder is None else [path for name in _FONTS if (path := folder / name).is_file()]


def _sentence(reason: str) -> str:
    named = ", ".join(f"{name}={os.environ[name]}" for name in _VARIABLES if os.environ.get(name))
    return (
        f"No window can be opened with {named} ({reason.rstrip('. ')}); name a screen that is there, install the "
        "system library libxcb-cursor if it is missing, or use a command, see microdesigner --help."
    )
