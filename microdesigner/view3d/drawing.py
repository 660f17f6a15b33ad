"""Windows that VTK draws into, and what draws there."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkActor2D,
    vtkCoordinate,
    vtkLight,
    vtkPolyDataMapper,
    vtkPolyDataMapper2D,
    vtkRenderer,
    vtkRenderWindow,
    vtkTextProperty,
)

VTK_FONT_FILE = 4
SOFTWARE = ("software", "llvmpipe", "softpipe", "swrast", "swiftshader", "gdi generic", "basic render")
LIGHT_DIRECTION = (-0.12, 0.36, 0.92)  # to the right, up, towards the viewer


def off_screen_window() -> vtkRenderWindow:
    """A window that nobody sees."""
    window = vtkRenderWindow()
    window.SetMultiSamples(0)
    window.SetOffScreenRendering(True)
    window.SwapBuffersOff()  # its pixels are fetched, not shown
    return window


def backdrop(window: vtkRenderWindow) -> vtkRenderer:
    """What clears `window` for all that is added after it: software clears a part by filling it, a third of a frame."""
    renderer = vtkRenderer()
    renderer.SetBackgroundAlpha(1.0)  # other pixels than opaque ones would be undefined on a widget
    window.AddRenderer(renderer)
    return renderer


def camera_light() -> vtkLight:
    """From above the viewer's left shoulder, so that the sides of a box differ and what looks up is bright. It is the
    only one, as software pays for each at every pixel; ambient light brightens what it does not reach."""
    light = vtkLight()
    light.SetLightTypeToCameraLight()
    light.SetPosition(*LIGHT_DIRECTION)
    return light


def in_typeface(words: vtkTextProperty) -> None:
    """Write with the typeface of figures, which every machine has with matplotlib; VTK's own stands out."""
    if (path := _typeface()) is not None:
        words.SetFontFamily(VTK_FONT_FILE)
        words.SetFontFile(str(path))
    else:
        words.SetFontFamilyToArial()


@cache
def _typeface() -> Path | None:
    """Where it is, found without loading matplotlib."""
    package = find_spec("matplotlib")
    places = package.submodule_search_locations if package is not None else None
    files = [Path(place, "mpl-data", "fonts", "ttf", "DejaVuSans.ttf") for place in places or ()]
    return next((file for file in files if file.is_file()), None)


def still_actor(data: vtkPolyData) -> vtkActor:
    """An actor, of one colour or a texture, of data that stay as they are: no frame asks whether they have changed."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.ScalarVisibilityOff()
    mapper.SetStatic(True)
    actor = vtkActor()
    actor.SetMapper(mapper)
    return actor


def flat_actor(data: vtkPolyData) -> vtkActor2D:
    """An actor on the picture's plane whose points are places in the volume."""
    places = vtkCoordinate()
    places.SetCoordinateSystemToWorld()
    mapper = vtkPolyDataMapper2D()
    mapper.SetInputData(data)
    mapper.SetTransformCoordinate(places)
    actor = vtkActor2D()
    actor.SetMapper(mapper)
    return actor


class WindowPixels:
    """Draws a window and fetches its pixels, into one buffer."""

    def __init__(self, window: vtkRenderWindow) -> None:
        self._window, self._buffer = window, vtkUnsignedCharArray()

    def draw(self, size: tuple[int, int]) -> None:
        """Draw the window in this size."""
        if tuple(self._window.GetSize()) != size:
            self._window.SetSize(*size)
        self._window.Render()

    def fetched(self, size: tuple[int, int], area: tuple[float, float, float, float]) -> NDArray[np.uint8]:
        """Pixels uint8 [height, width, RGBA] of an area (left, bottom, right, top, in shares) of a window of this size,
        the lowest row first; valid until the next call."""
        left, right = round(area[0] * size[0]), round(area[2] * size[0])
        bottom, top = round(area[1] * size[1]), round(area[3] * size[1])
        self._window.GetRGBACharPixelData(left, bottom, right - 1, top - 1, 0, self._buffer, 0)
        return np.asarray(vtk_to_numpy(self._buffer)).reshape(top - bottom, right - left, 4)


def drawn_by_hardware(window: vtkRenderWindow) -> bool:
    """Whether a graphics card draws; asked for after the first picture."""
    report: str = window.ReportCapabilities()
    renderer = next((line for line in report.splitlines() if "renderer string" in line), "software").lower()
    return not any(name in renderer for name in SOFTWARE)
