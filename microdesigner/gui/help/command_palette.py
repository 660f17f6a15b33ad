"""Find a command by typing a part of its name."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from microdesigner.gui.command import Command, in_menu_order
from microdesigner.gui.widgets.basics import fit_screen, named

START_SIZE = QSize(520, 420)
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_COMMAND = Qt.ItemDataRole.UserRole


class CommandPalette(QDialog):
    """A line to type in above the commands that fit; Enter runs the chosen one."""

    def __init__(self, commands: list[Command], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Commands")
        fit_screen(self, START_SIZE)
        self._commands = in_menu_order(commands)
        self.line = named(QLineEdit(), "Search commands", "Type parts of a command's name; Enter runs it.")
        self.line.setPlaceholderText("Type a command")
        self.list = named(QListWidget(), "Commands", "Enter or a double click runs the command.")
        self.list.setSpacing(2)
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        self.line.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _: self._run())
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Arrows in the line move through the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVING:
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        self.list.clear()
        for command in self._commands:
            name = ": ".join(filter(None, (command.group, command.submenu, command.title)))
            if all(word in name.lower() for word in words):
                item = QListWidgetItem(f"{name}    {command.hint}".rstrip())
                item.setData(_COMMAND, command)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            command: Command = item.data(_COMMAND)
            self.accept()
            command.run()
