"""Whether this machine can draw at all: VTK ends the process where it cannot."""

import ctypes
import os
import sys

_LIBRARIES = ("libGL.so.1", "libEGL.so.1", "libOSMesa.so.8", "libOSMesa.so.6")


def graphics_problem() -> str | None:
    """A sentence with the remedy when no OpenGL library is installed; call before the first scene."""
    if not sys.platform.startswith("linux") or any(map(_loads, _LIBRARIES)):
        return None
    return "No OpenGL library is installed, so volumes cannot be shown; install the system packages libgl1 and libegl1."


def prefer_headless() -> None:
    """Let VTK draw without an X server where there is none; call before the first scene."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
