"""What can be done with the views, by menu, palette and key."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QAbstractButton

from microdesigner.gui.command import Command
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.viewer.separate_window import SeparateWindow

LOOKS = (("isometric", "from the corner", "6"), ("x", "along x", "7"), ("y", "along y", "8"), ("z", "along z", "9"))
_VOLUME, _SHOWN, _TOOLS = range(3)


def view_commands(views: ViewsPanel, separate: SeparateWindow, say: Callable[[str], object]) -> list[Command]:
    """The commands; `say` gets the reason where a separate window cannot be opened."""
    interactor = views.view.camera_interactor

    def open_window() -> None:
        if problem := separate.open():
            say(problem)

    def toggle(
        section: int, title: str, button: QAbstractButton, view_keys: tuple[str, ...] = (), keys: tuple[str, ...] = ()
    ) -> Command:
        return Command("View", title, button.toggle, keys, view_keys, section, checked=button.isChecked)

    return [
        *(
            Command("View", f"Maximise view {key} or show all", partial(interactor.maximise, index), (), (key,))
            for index, key in enumerate("1234")
        ),
        Command("View", "Fit the volume", interactor.fit, (), ("5",), _SHOWN),
        *(
            Command("View", f"Look {words}", partial(interactor.look, name), (), (key,), _SHOWN)
            for name, words, key in LOOKS
        ),
        toggle(_TOOLS, "Parallel projection", views.orthographic),
        toggle(_TOOLS, "Smooth surfaces", views.smooth),
        toggle(_TOOLS, "Orthogonal slices with a crosshair", views.orthogonal, keys=("F6",)),
        toggle(_TOOLS, "Clip box, slices and threshold", views.cut_toggle),
        toggle(_TOOLS, "Measure a distance", views.measure, ("M",)),
        Command("View", "View in a separate window", open_window, ("F9",), (), _TOOLS + 1),
    ]
