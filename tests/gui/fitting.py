"""What has less room on the screen than its words need."""

from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget


def cut_off(root: QWidget) -> list[str]:
    """Words of the labels, buttons and choices below `root` that are shown in part only."""
    return [_words(widget) for widget in root.findChildren(QWidget) if widget.isVisible() and _squeezed(widget)]


def _squeezed(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) and widget.text():
        if widget.wordWrap():
            return widget.height() < widget.heightForWidth(widget.width()) - 1
        needed = widget.sizeHint()
    elif isinstance(widget, QAbstractButton | QComboBox):
        needed = widget.minimumSizeHint()
    else:
        return False
    return widget.width() < needed.width() - 1 or widget.height() < needed.height() - 1


def _words(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return widget.currentText() if isinstance(widget, QComboBox) else ""
