"""Choices that outlive the program: each holds, and is stored, as soon as it is made."""

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.store.settings import Settings
from microdesigner.core.paths import user_data
from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import SPACING, named, quiet, tool_button
from microdesigner.gui.widgets.number_field import IntegerField

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
DEVICES = {"auto": "Fastest available", "cpu": "CPU", "cuda": "GPU (NVIDIA or AMD)", "mps": "GPU of a Mac"}
HOME_WORDS = "Set MICRODESIGNER_HOME before a start to keep models, history and queue elsewhere."
NUMBERS = "Shown with a decimal point; typed or pasted with a point or a comma."
MOST_FILMS = 1_000_000
LIMIT_TIP = (
    "How many films without a star the history keeps. Older ones go to its trash, from which you can bring them back."
)


class PreferencesDialog(QDialog):
    """Edits the settings; `beyond` tells how many films of the history a limit would move to the trash."""

    folder_chosen = Signal(str)  # for exports
    device_chosen = Signal(str, int)  # device, threads
    limit_chosen = Signal()

    def __init__(self, settings: Settings, beyond: Callable[[int], int], parent: QWidget) -> None:
        super().__init__(parent)
        self._settings, self._beyond = settings, beyond
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.theme = _choice(THEMES, settings.theme, "Theme", "Light or dark windows.")
        self.device = _choice(DEVICES, settings.device, "Device", "The device that computes films and recipes.")
        self.threads = named(
            IntegerField(), "Threads", "Processor threads of one operation; fewer leave room for others."
        )
        self.threads.setRange(0, os.cpu_count() or 1)
        self.threads.setSpecialValueText("Automatic")
        self.threads.setValue(settings.threads)
        self.limit = named(IntegerField(), "Films in the history", LIMIT_TIP)
        self.limit.setRange(0, MOST_FILMS)
        self.limit.setSpecialValueText("No limit")
        self.limit.setValue(settings.history_limit)
        self.folder = QLabel(settings.export_folder or str(Path.home()))
        self.folder.setWordWrap(True)
        self._lay_out()
        for field in (self.threads, self.limit):
            field.setKeyboardTracking(False)
            field.setMinimumHeight(field.sizeHint().height())  # labels that wrap would take it away
        self.theme.currentIndexChanged.connect(lambda _: self._set_theme())
        self.device.currentIndexChanged.connect(lambda _: self._set_device())
        self.threads.valueChanged.connect(lambda _: self._set_device())
        # later: Enter, which ends the number, would answer the question too
        self.limit.editingFinished.connect(lambda: QTimer.singleShot(0, self, self._ask_limit))

    def use_folder(self, folder: Path) -> None:
        """Offer this folder for exports and sessions."""
        self._settings.export_folder = str(folder)
        self.folder.setText(str(folder))
        self.folder_chosen.emit(str(folder))

    def _set_theme(self) -> None:
        self._settings.theme = self.theme.currentData()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.choose(app, self._settings.theme)

    def _set_device(self) -> None:
        self._settings.device, self._settings.threads = self.device.currentData(), self.threads.value()
        self.device_chosen.emit(self._settings.device, self._settings.threads)

    def _ask_limit(self) -> None:
        """Take a limit over; what it would move is told before, and it goes back where the user does not want that."""
        limit = self.limit.value()
        if limit == self._settings.history_limit:
            return
        if not (films := self._beyond(limit)):
            self._set_limit(limit)
            return
        self.limit.setValue(self._settings.history_limit)  # what is asked about does not hold yet
        oldest = f"the {films} oldest films" if films > 1 else "the oldest film"
        question = QMessageBox(
            QMessageBox.Icon.Question, "Limit the history?",
            f"With at most {limit} films without a star, {oldest} of the history would go to its trash now, and later "
            "ones as new films come. The trash keeps them until you empty it.", parent=self,
        )  # fmt: skip
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        agreed = question.addButton("Move them to the trash", QMessageBox.ButtonRole.AcceptRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        agreed.clicked.connect(lambda: self._set_limit(limit))
        question.open()

    def _set_limit(self, limit: int) -> None:
        self._settings.history_limit = limit
        self.limit.setValue(limit)
        self.limit_chosen.emit()

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder for exports", self.folder.text())
        if name:
            self.use_folder(Path(name))

    def _lay_out(self) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self.folder, 1)
        folder.addWidget(
            tool_button("Choose…", "Choose the folder", "The folder that is proposed for exports.", self._ask_folder)
        )
        home = QLabel(str(user_data()))
        home.setWordWrap(True)
        home.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        home.setToolTip(HOME_WORDS)
        form = QFormLayout()
        form.setSpacing(SPACING)
        form.addRow("Theme", self.theme)
        form.addRow("Device", self.device)
        form.addRow("Threads", self.threads)
        form.addRow("Films in the history", self.limit)
        form.addRow("Export folder", folder)
        form.addRow("Data folder", home)
        form.addRow("Numbers", quiet(NUMBERS))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Enter ends what is being typed
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(520)


def _choice(titles: dict[str, str], chosen: str, name: str, tip: str) -> QComboBox:
    box = named(QComboBox(), name, tip)
    for choice, title in titles.items():
        box.addItem(title, choice)
    box.setCurrentIndex(box.findData(chosen))
    return box
