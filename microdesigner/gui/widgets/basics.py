"""Names, headings and folding: what every panel is made of."""

from collections.abc import Callable
from html import escape
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.value_words import symbol_html
from microdesigner.core.descriptor_spec import DescriptorSpec

Named = TypeVar("Named", bound=QWidget)
SPACING = 8
MIB, GIB = 1 << 20, 1 << 30
NAME_WIDTH = 280  # of a field for a name


def named(widget: Named, name: str, tooltip: str) -> Named:
    """Give a control the name that a screen reader speaks and the tooltip that explains it.

    The wheel changes none that does not have the focus: it goes to what scrolls around it.
    """
    if isinstance(widget, QComboBox | QAbstractSpinBox | QAbstractSlider):
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(_WheelGuard(widget))
    widget.setAccessibleName(name)
    widget.setToolTip(tooltip)
    return widget


class _WheelGuard(QObject):
    """Lets the wheel pass a control without the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Ignore the wheel where it would change a value by accident."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def heading(text: str) -> QLabel:
    """Title of a group of controls."""
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def section(text: str) -> QLabel:
    """Title of a few controls within a group."""
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def quiet(text: str = "") -> QLabel:
    """Secondary text that wraps."""
    label = QLabel(text)
    label.setProperty("role", "quiet")
    label.setWordWrap(True)
    return label


def scrolled(content: QWidget) -> QScrollArea:
    """`content` as wide as its room, with a scroll bar where it is too high."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def scrolling_column(page: QWidget) -> QVBoxLayout:
    """A column for all that `page` holds, which scrolls where the page is lower than its content."""
    content = QWidget()
    around = QVBoxLayout(page)
    around.setContentsMargins(0, 0, 0, 0)
    around.addWidget(scrolled(content))
    return QVBoxLayout(content)


def fit_screen(window: QWidget, size: QSize) -> None:
    """Give a window its size, or what the screen has of it."""
    window.resize(size.boundedTo(window.screen().availableSize() * 0.9))


class Section(QWidget):
    """A part of a column that another feature makes."""

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in its order."""
        return []


class CollapsibleSection(QWidget):
    """A title that folds its content away; unlike superqt's, its button may stand elsewhere, in a row with others."""

    opening = Signal()  # before the content is shown

    def __init__(self, title: str, content: QWidget, tooltip: str, opened: bool = False) -> None:
        super().__init__()
        self._content = content
        self.button = named(QToolButton(), title, tooltip)
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.button)
        column.addWidget(content)
        self.button.toggled.connect(self._fold)
        self.button.setChecked(opened)
        self._fold(opened)

    def _fold(self, opened: bool) -> None:
        if opened:
            self.opening.emit()
        self._content.setVisible(opened)
        self.button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)


def as_text(words: str) -> str:
    """Words that may come from a stranger's file, for a tooltip: Qt would follow what looks like tags, and fetch
    the pictures that they name."""
    return f"<qt>{escape(words).replace(chr(10), '<br>')}</qt>" if RichText.mightBeRichText(words) else words


def data_amount(size: int) -> str:
    """So many bytes in words."""
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{max(1, round(size / MIB))} MiB"


def axis_html(spec: DescriptorSpec) -> str:
    """Title, symbol and unit of a quantity, as they stand at an axis, with the index set low."""
    return spec.axis_title.replace(spec.symbol, symbol_html(spec.symbol))


def tool_button(text: str, name: str, tooltip: str, on_click: Callable[[], object]) -> QToolButton:
    """A small button that does one thing."""
    button = named(QToolButton(), name, tooltip)
    button.setText(text)
    button.clicked.connect(lambda: on_click())
    return button


def toggle_button(text: str, name: str, tooltip: str, checked: bool) -> QToolButton:
    """A small button that stays down."""
    button = named(QToolButton(), name, tooltip)
    button.setText(text)
    button.setCheckable(True)
    button.setChecked(checked)
    return button
