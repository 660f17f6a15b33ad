"""Everything the window can do, in one list: shortcuts, the command palette and the shortcut sheet come from it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from microdesigner.app.request_export import as_command, as_python
from microdesigner.core.request import Request
from microdesigner.gui import layout
from microdesigner.gui.central_area import PAGES
from microdesigner.gui.results.export_button import MOTIONS
from microdesigner.gui.volume_files import MOVIES

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

ON_VIEWS = " on the views"


@dataclass(frozen=True)
class Command:
    """`keys` work everywhere in the window; `view_keys` while the views have the focus, which handle them."""

    group: str
    title: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    view_keys: tuple[str, ...] = ()

    @property
    def hint(self) -> str:
        """The keys in words."""
        return " or ".join([*self.keys, *(key + ON_VIEWS for key in self.view_keys)])


def commands(window: "MainWindow") -> list[Command]:
    """What `window` can do."""
    groups = (_generation, _models, _files, _editing, _views, _window, _help)
    return [command for group in groups for command in group(window)]


def _generation(window: "MainWindow") -> list[Command]:
    options = window.targets.options
    return [
        Command("Generate", "Generate", window.generate, ("Ctrl+Return", "Ctrl+Enter")),
        Command("Generate", "Cancel", window.cancel, ("Esc",)),
        Command("Generate", "Sweep over a range…", window.sweeps.ask, ("Ctrl+Shift+Return",)),
        Command("Generate", "Pause or continue the queue", window.queue.panel.pause.toggle),
        Command("Generate", "Verify the recipe by simulation", window.results.verify, ("Ctrl+Shift+V",)),
        Command("Generate", "New random seed", options.roll, ("Ctrl+R",)),
        Command("Generate", "Lock or free the seed", options.locked.toggle),
        Command("Generate", "Live draft on or off", options.live.toggle, ("Ctrl+L",)),
        Command("Generate", "Use the nearest supported targets", window.targets.badge.nearest_wanted.emit),
    ]


def _models(window: "MainWindow") -> list[Command]:
    return [
        Command("Models", "Train a model…", window.training.open, ("Ctrl+T",)),
        Command("Models", "Import a model…", window.training.import_model),
    ]


def _files(window: "MainWindow") -> list[Command]:
    return [
        Command("File", "Open a volume…", window.open_button.ask, ("Ctrl+O",)),
        Command("File", "Open session…", window.session.ask_open),
        Command("File", "Save session…", window.session.ask_save, ("Ctrl+S",)),
        Command("File", "Export…", window.export_button.showMenu, ("Ctrl+E",)),
        *(
            Command("File", f"{name} ({suffix.upper()})…", partial(window.export_button.ask_film, suffix, motion))
            for motion, name in MOTIONS.items()
            for suffix in MOVIES
        ),
    ]


def _editing(window: "MainWindow") -> list[Command]:
    return [
        Command("Edit", "Undo", window.undo.undo, ("Ctrl+Z",)),
        Command("Edit", "Redo", window.undo.redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
        Command("Edit", "Copy request as command line", partial(_copy, window, as_command), ("Ctrl+Shift+C",)),
        Command("Edit", "Copy request as Python", partial(_copy, window, as_python)),
    ]


def _views(window: "MainWindow") -> list[Command]:
    views, interactor = window.views, window.views.view.camera_interactor
    looks = (("isometric", "from the corner", "6"), ("x", "along x", "7"), ("y", "along y", "8"), ("z", "along z", "9"))
    return [
        *(
            Command(
                "View",
                f"Maximise view {index + 1} or show all",
                partial(interactor.maximise, index),
                (),
                (key,),
            )
            for index, key in enumerate("1234")
        ),
        Command("View", "Fit the volume", interactor.fit, (), ("5",)),
        *(Command("View", f"Look {words}", partial(interactor.look, name), (), (key,)) for name, words, key in looks),
        Command("View", "Measure a distance", views.measure.toggle, (), ("M",)),
        Command("View", "Perspective or parallel projection", views.orthographic.toggle),
        Command("View", "Smooth surfaces or voxels", views.smooth.toggle),
        Command("View", "Clip box, slices and threshold", views.cut_toggle.toggle),
        Command("View", "View in its own window", partial(_open_own_window, window), ("F9",)),
    ]


def _window(window: "MainWindow") -> list[Command]:
    stage = window.results.tabs
    return [
        *(
            Command("Window", f"Show the page {title}", partial(stage.turn_to, title), (f"Ctrl+{place}",))
            for place, title in enumerate(PAGES, 1)
        ),
        Command("Window", "Compare the two selected results", window.results.compare_selected, ("Ctrl+Shift+D",)),
        Command("Window", "Show or hide the history", window.history.panel.section.button.toggle, ("Ctrl+H",)),
        Command("Window", "Show or hide the queue", window.queue.panel.section.button.toggle, ("Ctrl+J",)),
        Command("Window", "Show or hide the log", window.log.section.button.toggle),
        Command("Window", "Show or hide the targets", partial(layout.toggle, window, window.targets), ("F7",)),
        Command("Window", "Show or hide the results", partial(layout.toggle, window, window.results_panel), ("F8",)),
        Command("Window", "Reset the layout", partial(layout.reset, window)),
        Command("Window", "Close", window.close, ("Ctrl+Q",)),
    ]


def _help(window: "MainWindow") -> list[Command]:
    return [
        Command("Help", "All commands…", window.help.show_palette, ("Ctrl+Shift+P",)),
        Command("Help", "Shortcuts…", window.help.show_shortcuts, ("F1",)),
        Command("Help", "Tour of the window", window.help.show_tour),
        Command("Help", "Report a problem…", window.help.show_report),
    ]


def _open_own_window(window: "MainWindow") -> None:
    if problem := window.separate_window.open():
        window.status_line.setText(problem)


def _copy(window: "MainWindow", words: Callable[[Request], str]) -> None:
    request = window.targets.request()
    if request is not None:
        QGuiApplication.clipboard().setText(words(request))
        window.status_line.setText("The request is in the clipboard.")
