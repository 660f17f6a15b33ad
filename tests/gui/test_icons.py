"""Icons follow the look, and every one that is named is there."""

import re
from pathlib import Path

from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication, QPushButton

from microdesigner.gui import menus, theme
from microdesigner.gui.widgets.icons import with_icon

ROOT = Path(__file__).parents[2]
ICONS = ROOT / "resources" / "icons"


def _darkest(button: QPushButton, mode: QIcon.Mode = QIcon.Mode.Normal) -> int:
    image = button.icon().pixmap(24, mode).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return min(colour.lightness() for colour in colours if colour.alpha() > 200)


def test_icons_are_dark_on_light_and_light_on_dark(qapp: QApplication) -> None:
    theme.apply(qapp, dark=False)
    button = with_icon(QPushButton("Generate"), "play")
    on_light, disabled = _darkest(button), _darkest(button, QIcon.Mode.Disabled)
    theme.apply(qapp, dark=True)
    assert _darkest(button) > 200 > 80 > on_light
    assert disabled > on_light + 40
    theme.apply(qapp, dark=False)
    button.deleteLater()


def test_every_named_icon_is_there_with_its_licence() -> None:
    code = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "microdesigner" / "gui").rglob("*.py"))
    named = {*re.findall(r'with_icon\([^"]*"([a-z0-9-]+)"', code), *menus.ICONS.values()}
    files = {path.stem for path in ICONS.glob("*.svg")}
    assert len(named) > 10
    assert named == files
    assert "ISC License" in (ICONS / "LICENSE").read_text(encoding="utf-8")
