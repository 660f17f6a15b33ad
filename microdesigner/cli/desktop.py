"""`microdesigner-desktop`: the program without a console, for menus and double clicks."""

import io
import sys

from microdesigner.cli import main as program

TITLE = "microdesigner"
_ICON_ERROR = 0x10


def main() -> int:
    """Run as the command does; where there is no console, what it would have said on ending is shown in a box."""
    if sys.stderr is not None:
        return program.main()
    sys.stdout, sys.stderr = io.StringIO(), (said := io.StringIO())
    code = program.main()
    if code not in (program.DONE, program.INTERRUPTED):
        show(said.getvalue().strip().removeprefix("microdesigner: ") or f"The program ended with code {code}.")
    return code


def show(sentence: str) -> None:
    """A box of Windows, which needs no Qt: that may be what failed."""
    import ctypes

    windows = getattr(ctypes, "windll", None)
    if windows is not None:
        windows.user32.MessageBoxW(None, sentence, TITLE, _ICON_ERROR)
