"""What helps a user on: the search for commands, the sheet of keys, the tour, the report."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from microdesigner.app.diagnostics import diagnostics
from microdesigner.app.store.settings import Settings
from microdesigner.gui.command import Command
from microdesigner.gui.help.about_dialog import AboutDialog
from microdesigner.gui.help.command_palette import CommandPalette
from microdesigner.gui.help.guide_window import CONTENTS, GUIDE, GuideWindow
from microdesigner.gui.help.shortcut_sheet import ShortcutSheet
from microdesigner.gui.help.tour import Step, Tour
from microdesigner.gui.widgets.details_dialog import DetailsDialog

REPORT_WORDS = (
    "Information that helps to find the cause of a problem. Nothing is sent; copy or save it and pass it on as "
    "you like."
)
LOST = "The program ended unexpectedly last time; finished results, the queue and the session are stored."


class HelpController(QObject):
    """Opens dialogues on the window and leads through it.

    `commands` and `device` tell what can be done and what generates, when they are asked; `steps` are those of the
    tour, and `reveal` brings a widget to the front where it lies on a page, and tells whether it does.
    """

    failed = Signal(str, str)  # sentence, details
    tour_ended = Signal()

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        commands: Callable[[], list[Command]],
        device: Callable[[], str],
        steps: Callable[[], list[Step]],
        reveal: Callable[[QWidget], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._commands, self._device = commands, device
        self._steps, self._reveal = steps, reveal
        self.tour: Tour | None = None

    def commands(self) -> list[Command]:
        """What helps."""
        return [
            Command("Help", "Guide", self.show_guide, ("Shift+F1",)),
            Command("Help", "Manual", lambda: self.show_guide(CONTENTS)),
            Command("Help", "All commands…", self.show_palette, ("Ctrl+Shift+P",)),
            Command("Help", "Shortcuts…", self.show_shortcuts, ("F1",)),
            Command("Help", "Tour of the window", self.show_tour),
            Command("Help", "Report a problem…", self.show_report, section=1),
            Command("Help", "Check for updates…", self.check_for_updates, section=2),
            Command("Help", "About microdesigner…", self.show_about, section=2),
        ]

    def welcome(self, lost: str | None) -> None:
        """Offer what is known about a sudden end of the last run, or lead through the window at the first start."""
        if lost is not None:
            self.failed.emit(LOST, lost)
        elif not self._settings.tour_seen:
            self.show_tour()

    def show_palette(self) -> None:
        """Offer all commands to a search."""
        _open(CommandPalette(self._commands(), self._window))

    def show_shortcuts(self) -> None:
        """Show all keys on one sheet."""
        _open(ShortcutSheet(self._commands(), self._window))

    def show_guide(self, page: str = GUIDE) -> None:
        """Show a page of the manual, or bring its window to the front."""
        guide = self._window.findChild(GuideWindow)
        if guide is None:
            guide = GuideWindow(self._window, page)
        elif guide.pages.page != page:
            guide.pages.turn_to(page)
        guide.show()
        guide.raise_()
        guide.activateWindow()

    def show_about(self) -> AboutDialog:
        """Show version, licences and citation."""
        about = AboutDialog(self._window)
        _open(about)
        return about

    def check_for_updates(self) -> None:
        """Ask for newer versions, which nothing but this does, and show the answer beside the present one."""
        self.show_about().check_for_updates()

    def show_report(self) -> None:
        """Show what a report of a problem should hold."""
        _open(DetailsDialog("Report", REPORT_WORDS, diagnostics(self._device()), self._window))

    def show_tour(self) -> None:
        """Lead through the window from the beginning."""
        if self.tour is not None:
            self.tour.end()
        self.tour = Tour(self._window, self._steps(), self._reveal)
        self.tour.ended.connect(self._forget)
        self._settings.tour_seen = True

    def _forget(self) -> None:
        self.tour = None
        self.tour_ended.emit()


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
