"""Light and dark looks, complete palettes so that they hold on every platform."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from microdesigner.gui.widgets.icons import recolour

_LIGHT = {
    "Window": "#eef0f2", "WindowText": "#1d2126", "Base": "#ffffff", "AlternateBase": "#f5f6f8", "Text": "#1d2126",
    "Button": "#f8f9fa", "ButtonText": "#1d2126", "ToolTipBase": "#ffffff", "ToolTipText": "#1d2126",
    "Light": "#ffffff",
    "Midlight": "#e3e6e9", "Mid": "#b6bcc4", "Dark": "#9299a3", "Shadow": "#6d747d", "Highlight": "#2766b0",
    "HighlightedText": "#ffffff", "Link": "#1f5ca6", "LinkVisited": "#6a4c9c", "BrightText": "#b3261e",
    "PlaceholderText": "#757d87", "Accent": "#2766b0",
}  # fmt: skip
_DARK = {
    "Window": "#2b2f36", "WindowText": "#e4e7eb", "Base": "#1b1d21", "AlternateBase": "#212429", "Text": "#e4e7eb",
    "Button": "#3d434c", "ButtonText": "#e4e7eb", "ToolTipBase": "#32363d", "ToolTipText": "#e4e7eb",
    "Light": "#4a505a",
    "Midlight": "#3c4149", "Mid": "#454b54", "Dark": "#17191c", "Shadow": "#0f1012", "Highlight": "#4c8fdc",
    "HighlightedText": "#0d1013", "Link": "#7db3f2", "LinkVisited": "#b79be8", "BrightText": "#ff8a80",
    "PlaceholderText": "#8d949d", "Accent": "#4c8fdc",
}  # fmt: skip
_DISABLED = ("WindowText", "Text", "ButtonText", "HighlightedText")
_STYLE = """
QLabel[role="heading"] { font-weight: 600; font-size: 11pt; }
QLabel[role="name"] { font-weight: 600; }
QLabel[role="section"] { font-weight: 600; color: palette(placeholder-text); }
QLabel[role="quiet"] { color: palette(placeholder-text); }
QPushButton[role="primary"] { font-weight: 600; padding: 6px 14px; }
QPushButton[role="primary"]:enabled {
    background: palette(highlight); color: palette(highlighted-text);
    border: 1px solid palette(highlight); border-radius: 4px;
}
QPushButton[role="primary"]:focus { border: 2px solid palette(window-text); }
QToolButton:checked { background: palette(midlight); border: 1px solid palette(highlight); border-radius: 3px; }
QToolButton:checked:focus { border: 2px solid palette(highlight); }
QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked, QListView::indicator:unchecked {
    border: 1px solid palette(placeholder-text); background: palette(base);
}
QCheckBox::indicator:unchecked, QListView::indicator:unchecked { border-radius: 2px; }
QRadioButton::indicator:unchecked { border-radius: 6px; }
QCheckBox::indicator:unchecked:focus, QRadioButton::indicator:unchecked:focus { border-color: palette(highlight); }
QMenu { border: 1px solid palette(mid); menu-scrollable: 1; }
QMenu::indicator:unchecked { background: transparent; }
QMenu::separator { height: 1px; background: palette(mid); margin: 3px 6px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QToolTip { border: 1px solid palette(mid); padding: 4px; }
QSplitter::handle { background: palette(window); }
"""
_CHOICE = "look"
GOOD, EDGE, BAD = ("#2e8b57", "#4bbd7f"), ("#b8860b", "#e0b040"), ("#b3261e", "#ff8a80")


def apply(app: QApplication, dark: bool) -> None:
    """Give the whole program the light or the dark look."""
    if not app.styleSheet():
        app.setStyle("Fusion")  # once: a wizard hands this very object to its pages, and a second call destroys it
    app.setPalette(palette(dark))
    app.setStyleSheet(_STYLE)
    recolour(app)


def choose(app: QApplication, choice: str) -> None:
    """Give the program the look that the user chose, "light" or "dark", or with "system" the system's from now on."""
    app.setProperty(_CHOICE, choice)
    follow(app)


def follow(app: QApplication) -> None:
    """Give the program the look that is chosen, where it has another."""
    choice = app.property(_CHOICE)
    dark = system_is_dark(app) if choice not in ("light", "dark") else choice == "dark"
    if not app.styleSheet() or dark != is_dark():
        apply(app, dark)


def palette(dark: bool) -> QPalette:
    """The complete palette, Disabled group included."""
    colours = _DARK if dark else _LIGHT
    result = QPalette()
    for name, value in colours.items():
        result.setColor(QPalette.ColorRole[name], QColor(value))
    quiet = QColor(colours["PlaceholderText"])
    for name in _DISABLED:
        result.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole[name], quiet)
    result.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(colours["Mid"]))
    return result


def system_is_dark(app: QApplication) -> bool:
    """Whether the system asks for dark windows."""
    return app.styleHints().colorScheme() == Qt.ColorScheme.Dark


def is_dark() -> bool:
    """Whether the program shows its dark look."""
    return QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def status_colour(pair: tuple[str, str]) -> str:
    """The light or dark variant of GOOD, EDGE or BAD."""
    return pair[is_dark()]
