"""Whether this machine can draw at all: VTK ends the process where it cannot."""

import ctypes
import os
import sys

_REMOTE_SESSION = 0x1000
_UNUSABLE = "The OpenGL here is older than 3.2, so volumes cannot be shown; "
_REMOTE = "Remote Desktop offers no other: start microdesigner at the machine itself first, or use a command."
_LOCAL = "install the driver of the graphics card from its maker."
_LIBRARIES = ("libGL.so.1", "libEGL.so.1", "libOSMesa.so.8", "libOSMesa.so.6")


def graphics_problem() -> str | None:
    """A sentence with the remedy where volumes cannot be drawn; call before the first scene."""
    if not sys.platform.startswith("linux"):
        return None if _draws() else _UNUSABLE + (_REMOTE if _is_remote() else _LOCAL)
    if any(map(_loads, _LIBRARIES)):
        return None
    return "No OpenGL library is installed, so volumes cannot be shown; install the system packages libgl1 and libegl1."


def prefer_headless() -> None:
    """Let VTK draw without an X server where there is none; call before the first scene."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")


def _draws() -> bool:
    """Whether VTK finds an OpenGL that is new enough; it asks with a context of its own."""
    from vtkmodules.vtkRenderingCore import vtkRenderWindow
    from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLRenderWindow  # noqa: F401 - makes the system's window known

    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    return bool(window.SupportsOpenGL())


def _is_remote() -> bool:
    """Whether this is a session of Windows' Remote Desktop, which offers the OpenGL of 1996."""
    windows = getattr(ctypes, "windll", None)
    return windows is not None and bool(windows.user32.GetSystemMetrics(_REMOTE_SESSION))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
