"""Choices that outlive the program: each holds, and is stored, as soon as it is made."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.store.settings import Settings
from microdesigner.core.paths import user_data
from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import SPACING, named, quiet, tool_button

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
HOME_WORDS = "Set MICRODESIGNER_HOME before a start to keep models, history and queue elsewhere."
NUMBERS = "Shown with a decimal point; typed or pasted with a point or a comma."


class PreferencesDialog(QDialog):
    """Edits the settings."""

    folder_chosen = Signal(str)  # for exports

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.theme = named(QComboBox(), "Theme", "Light or dark windows.")
        for choice, title in THEMES.items():
            self.theme.addItem(title, choice)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.theme.currentIndexChanged.connect(lambda _: self._set_theme())
        self.folder = QLabel(settings.export_folder or str(Path.home()))
        self.folder.setWordWrap(True)
        self._lay_out()

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

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder for exports", self.folder.text())
        if name:
            self.use_folder(Path(name))

    def _lay_out(self) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self.folder, 1)
        folder.addWidget(tool_button("Choose…", "Choose the folder", "Where exports are offered.", self._ask_folder))
        home = QLabel(str(user_data()))
        home.setWordWrap(True)
        home.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        home.setToolTip(HOME_WORDS)
        form = QFormLayout()
        form.setSpacing(SPACING)
        form.addRow("Theme", self.theme)
        form.addRow("Exports", folder)
        form.addRow("Models and history", home)
        form.addRow("Numbers", quiet(NUMBERS))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(520)
