"""Words with indices set low, where Qt shows plain text only: in cells of lists and on pictures."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPalette, QStaticText, QTextDocumentFragment, QTextOption
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

RICH = Qt.ItemDataRole.UserRole + 16
"""Role of a cell's words as HTML; its display role holds them as plain text."""
PADDING = 4


def plain(html: str) -> str:
    """The words of a line of HTML."""
    return QTextDocumentFragment.fromHtml(html).toPlainText().replace("\u00a0", " ")


def draw_rich(painter: QPainter, room: QRectF, html: str, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> None:
    """A line in the painter's font and colour, cut between words and ended by dots where `room` is narrower."""
    text = _fitted(html, painter.font(), room.width())
    left, height = room.width() - text.size().width(), text.size().height()
    if align & Qt.AlignmentFlag.AlignHCenter:
        left /= 2
    elif not align & Qt.AlignmentFlag.AlignRight:
        left = 0.0
    top = (room.height() - height) / 2 if align & Qt.AlignmentFlag.AlignVCenter else 0.0
    painter.drawStaticText(QPointF(room.left() + max(0.0, left), room.top() + top), text)


def _fitted(html: str, font: QFont, width: float) -> QStaticText:
    words = html.split(" ")
    text = _prepared(html, font)
    while text.size().width() > width and len(words) > 1:
        words.pop()
        text = _prepared(f"{' '.join(words)}…", font)
    return text


def _prepared(html: str, font: QFont) -> QStaticText:
    text = QStaticText(html)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    text.setTextOption(option)
    text.setTextFormat(Qt.TextFormat.RichText)
    text.prepare(font=font)
    return text


class RichDelegate(QStyledItemDelegate):
    """Draws what a cell holds under RICH in place of its plain text."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell's ground, then its words."""
        html = index.data(RICH)
        if not html:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        style, palette, state = QApplication.style(), option.palette, option.state  # type: ignore[attr-defined]
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option)
        align = Qt.AlignmentFlag.AlignVCenter
        if option.decorationPosition == QStyleOptionViewItem.Position.Top:  # type: ignore[attr-defined]
            room.setLeft(option.rect.left())  # type: ignore[attr-defined]
            room.setRight(option.rect.right())  # type: ignore[attr-defined]
            align |= Qt.AlignmentFlag.AlignHCenter
        option.text = " "  # type: ignore[attr-defined]  # which leaves the icon where it is
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(option.font)  # type: ignore[attr-defined]
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        active = bool(state & QStyle.StateFlag.State_Active)
        group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        painter.setPen(palette.color(group, role))
        draw_rich(painter, QRectF(room).adjusted(PADDING, 0, -PADDING, 0), html, align)
        painter.restore()
