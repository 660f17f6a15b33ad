"""What helps a user on: the search for commands, the sheet of keys, the tour, the report."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from microdesigner.app.diagnostics import diagnostics
from microdesigner.gui.help.command_palette import CommandPalette
from microdesigner.gui.help.shortcut_sheet import ShortcutSheet
from microdesigner.gui.help.tour import Tour
from microdesigner.gui.widgets.details_dialog import DetailsDialog

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

REPORT_WORDS = "What helps whoever looks into a problem. Nothing is sent; copy or save it and pass it on as you like."
LOST = "The program did not come to its end last time; finished results, the queue and the session were kept."


class HelpController(QObject):
    """Opens dialogues on the window and leads through it."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.tour: Tour | None = None

    def welcome(self, lost: str | None) -> None:
        """Offer what is known about a sudden end of the last run, or lead through the window at the first start."""
        if lost is not None:
            self._window.error_bar.tell(LOST, lost)
        elif not self._window.settings.tour_seen:
            self.show_tour()

    def show_palette(self) -> None:
        """Offer all commands to a search."""
        _open(CommandPalette(self._window.commands, self._window))

    def show_shortcuts(self) -> None:
        """Show all keys on one sheet."""
        _open(ShortcutSheet(self._window.commands, self._window))

    def show_report(self) -> None:
        """Show what a report of a problem should hold."""
        _open(DetailsDialog("Report", REPORT_WORDS, diagnostics(self._window.device.text()), self._window))

    def show_tour(self) -> None:
        """Lead through the window from the beginning."""
        if self.tour is not None:
            self.tour.end()
        self.tour = Tour(self._window)
        self._window.settings.tour_seen = True


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
