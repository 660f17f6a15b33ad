"""A machine that cannot draw is told so in a sentence before VTK ends the process."""

import ctypes
import sys
from types import SimpleNamespace

import pytest

from microdesigner.view3d import graphics


def test_linux_without_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "_loads", lambda library: False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "libgl1" in str(graphics.graphics_problem())


@pytest.mark.parametrize(("remote", "remedy"), [(0, "driver"), (1, "Remote Desktop")])
def test_windows_with_an_opengl_too_old(remote: int, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def metrics(number: int) -> int:
        asked.append(number)
        return remote

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(
        ctypes, "windll", SimpleNamespace(user32=SimpleNamespace(GetSystemMetrics=metrics)), raising=False
    )
    monkeypatch.setattr(graphics, "_draws", lambda: False)
    assert remedy in str(graphics.graphics_problem())
    assert asked == [0x1000]
    monkeypatch.setattr(graphics, "_draws", lambda: True)
    assert graphics.graphics_problem() is None


@pytest.mark.skipif(not any(map(graphics._loads, graphics._LIBRARIES)), reason="nothing draws here")
def test_vtk_is_asked_with_a_context_of_its_own() -> None:
    graphics.prefer_headless()
    assert graphics._draws()
