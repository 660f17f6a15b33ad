"""Fields for numbers: comma and point mean the same, typed or pasted, and the point is shown in every language."""

from PySide6.QtCore import QEvent, QLocale, QPoint, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QToolTip

from microdesigner.app.numbers import plain_number

REJECTED = "A number has digits and at most one decimal mark, comma or point; thousands are not grouped."
REJECTED_WHOLE = "A whole number has digits only; thousands are not grouped."
_STEPS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class NumberField(QDoubleSpinBox):
    """A number with decimals. Undo and redo are the window's, which take the whole value back."""

    def __init__(self) -> None:
        super().__init__()
        _prepare(self, REJECTED)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:  # type: ignore[override]
        """Take a comma for a point."""
        answer: tuple[QValidator.State, str, int] = super().validate(plain_number(text), position)  # type: ignore[assignment]
        return answer

    def valueFromText(self, text: str) -> float:  # noqa: N802
        """The number that is written."""
        return super().valueFromText(plain_number(text))

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window."""
        return not _passes(self, event) and super().event(event)


class IntegerField(QSpinBox):
    """A whole number, with the window's undo and redo."""

    def __init__(self) -> None:
        super().__init__()
        _prepare(self, REJECTED_WHOLE)

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window."""
        return not _passes(self, event) and super().event(event)


def _prepare(field: QAbstractSpinBox, rejected: str) -> None:
    plain = QLocale.c()
    plain.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    field.setLocale(plain)
    line = field.lineEdit()
    # later: an answer to the key itself would be hidden again by it
    line.inputRejected.connect(
        lambda: QTimer.singleShot(
            0, field, lambda: QToolTip.showText(field.mapToGlobal(QPoint(0, field.height())), rejected, field)
        )
    )


def _passes(field: QAbstractSpinBox, event: QEvent) -> bool:
    """Whether a key is the window's; what is being typed counts by then."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if event.modifiers() & event.modifiers().ControlModifier:
        field.interpretText()
    if any(event.matches(step) for step in _STEPS):
        event.ignore()
        return True
    return False
