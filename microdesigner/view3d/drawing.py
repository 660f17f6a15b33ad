"""Windows that VTK draws into, and what draws there."""

from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow

SOFTWARE = ("software", "llvmpipe", "softpipe", "swrast", "swiftshader", "gdi generic", "basic render")


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


def still_actor(data: vtkPolyData) -> vtkActor:
    """An actor, of one colour or a texture, of data that stay as they are: no frame asks whether they have changed."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.ScalarVisibilityOff()
    mapper.SetStatic(True)
    actor = vtkActor()
    actor.SetMapper(mapper)
    return actor


def drawn_by_hardware(window: vtkRenderWindow) -> bool:
    """Whether a graphics card draws; asked for after the first picture."""
    report: str = window.ReportCapabilities()
    renderer = next((line for line in report.splitlines() if "renderer string" in line), "software").lower()
    return not any(name in renderer for name in SOFTWARE)
