"""The pictures of resources/guide.md: the real window with the shipped model, screen by screen."""

import sys
from dataclasses import replace
from pathlib import Path

from photographer import drawn, take, wait
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from microdesigner.app.store.settings import Settings
from microdesigner.app.sweep import SweepAxis, sweep_requests
from microdesigner.app.targets import QUALITIES
from microdesigner.core.request import Request
from microdesigner.gui import theme
from microdesigner.gui.application import make_application, open_window
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.queue.sheet_dialog import SheetDialog
from microdesigner.gui.queue.sweep import SweepDialog

SWEPT, LOW, HIGH, STEPS = "vol_frac_D", 0.30, 0.54, 4


class Guide:
    """Goes through the window and photographs each screen into `folder`."""

    def __init__(self, window: MainWindow, folder: Path, request: Request) -> None:
        self._window, self._folder, self._request = window, folder, request

    def take_all(self) -> None:
        """All screens, in an order in which each finds what it shows."""
        self._sweep()
        self._targets()
        self._views()
        self._plots()
        self._recipe()
        self._compare()
        self._export()
        self._own_window()
        self._wizard()

    def _sweep(self) -> None:
        """The question, then the contact sheet over the queue and the history that the steps leave."""
        window = self._window
        window.request_model.recall(self._request)
        window.workspace.sweeps.ask()
        dialog = self._dialog(SweepDialog)
        self._take(dialog, "sweep")
        dialog.reject()
        steps, sampler = QUALITIES["draft"]
        quick = replace(self._request, steps=steps, sampler=sampler)
        window.queue.enqueue(sweep_requests(quick, [SweepAxis(SWEPT, LOW, HIGH, STEPS)]), SWEPT)
        wait(lambda: window.findChild(SheetDialog) is not None)
        sheet = self._dialog(SheetDialog)
        self._take(sheet, "contact-sheet")
        sheet.reject()
        window.queue.panel.section.button.setChecked(True)
        self._take(window.bottom_panels, "queue")
        window.history.panel.section.button.setChecked(True)

    def _targets(self) -> None:
        window = self._window
        window.request_model.recall(self._request)
        window.generate()
        wait(lambda: not window.generation.running and drawn(window) and window.sample.seed == self._request.seed)
        self._take(window.targets, "targets")
        self._take(window.bottom_panels, "history")

    def _views(self) -> None:
        views = self._window.views
        views.cut_toggle.setChecked(True)
        views.cut.clips[1].setValue((45, 128))
        views.phases.sliders[1].setValue(35)
        self._settle()
        self._take(self._window.tabs, "views")
        views.cut.clips[1].setValue((0, 128))
        views.phases.sliders[1].setValue(100)
        views.cut_toggle.setChecked(False)
        self._settle()

    def _plots(self) -> None:
        analysis = self._window.results
        self._window.tabs.turn_to("Plots")
        wait(lambda: analysis.plots.complete)
        self._take(self._window.tabs, "plots")
        self._window.tabs.turn_to("Views")

    def _recipe(self) -> None:
        """The right column after a verification."""
        analysis = self._window.results
        analysis.verify()
        wait(lambda: not analysis.verifier.running)
        self._take(self._window.results_panel, "recipe")

    def _compare(self) -> None:
        analysis = self._window.results
        self._window.results_panel.verification.compare.click()
        wait(lambda: analysis.comparison.settled)
        self._take(self._window.tabs, "compare")
        self._window.tabs.turn_to("Views")

    def _export(self) -> None:
        """The open menu, which is a window of its own."""
        button = self._window.workspace.exporting.button
        button.fill()
        menu = button.menu()
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        wait(menu.isVisible)
        self._take(menu, "export")
        menu.close()

    def _own_window(self) -> None:
        own = self._window.workspace.separate_window
        own.open()
        view = own.window.view
        wait(lambda: view.frames > 0)
        self._take(own.window, "own-window")
        own.close()

    def _wizard(self) -> None:
        self._window.training.open()
        wizard = self._window.training.wizard
        wait(wizard.isVisible)
        self._take(wizard, "wizard")
        wizard.reject()

    def _settle(self) -> None:
        wait(lambda: not self._window.views.builder.busy and self._window.views.view.settled)

    def _dialog(self, kind: type[QDialog]) -> QDialog:
        wait(lambda: any(dialog.isVisible() for dialog in self._window.findChildren(kind)))
        return next(dialog for dialog in self._window.findChildren(kind) if dialog.isVisible())

    def _take(self, widget: QWidget, name: str) -> None:
        wait(widget.isVisible)
        take(widget, self._folder / f"guide-{name}.png")


def photograph_guide(folder: Path, request: Request, dark: bool = False) -> None:
    """Open a window, photograph all screens and close it again."""
    app = QApplication.instance() or make_application([])
    theme.apply(app, dark)
    window = open_window(app, settings=Settings(tour_seen=True))
    wait(lambda: "ready" in window.device.text() and window.sample is not None)
    Guide(window, folder, request).take_all()
    window.close()


if __name__ == "__main__":  # python packaging/guide_pictures.py FOLDER [dark], to look at them first
    from pictures import REQUEST, at_home

    with at_home():
        photograph_guide(Path(sys.argv[1]), REQUEST, "dark" in sys.argv[2:])
