"""Opening the desktop from the command line: what must be there before Qt is loaded."""

import argparse
import os
import sys
import tempfile

from microdesigner.core.errors import InputError
from microdesigner.core.paths import user_data
from microdesigner.core.shortages import can_map, can_open

LEAST_ADDRESS_SPACE, LEAST_FILES = 3 << 29, 32  # for a window


def run_desktop(args: argparse.Namespace) -> int:
    """Open the desktop and the files `args.paths` in it; raises InputError where one is missing, or the screen."""
    for path in args.paths:
        if not path.exists():
            raise InputError(f"{path} does not exist; name a volume, a session or a request.")
    if not has_screen():
        raise InputError(
            "The desktop needs a screen and neither DISPLAY nor WAYLAND_DISPLAY names one; "
            "use a command, see microdesigner --help."
        )
    _check_user_folder()
    if not can_map(LEAST_ADDRESS_SPACE):  # graphics drivers crash where they are refused it
        raise InputError("The system gives this program too little memory for a window; raise its limit (ulimit -v).")
    if not can_open(LEAST_FILES):
        raise InputError("The system lets this program open too few files for a window; raise its limit (ulimit -n).")
    from microdesigner.gui.application import run

    return int(run(paths=args.paths))


def _check_user_folder() -> None:
    """Raise InputError where the user's folder cannot be written: nothing would be there at the next start."""
    folder = user_data()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"The folder {folder} for settings and history cannot be written ({error.strerror or error}); "
            "make it writable or name another one in the environment variable MICRODESIGNER_HOME."
        ) from None


def has_screen() -> bool:
    """Whether a window can be shown: on macOS and Windows always, elsewhere where a display or Qt platform is named."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
