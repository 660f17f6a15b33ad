"""The menu bar, made from the list of commands: each command is an action with its keys."""

from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from microdesigner.gui.actions import Command

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

ORDER = ("File", "Edit", "Generate", "Models", "View", "Window", "Help")


def make_menus(window: "MainWindow") -> None:
    """One menu per group of commands, the usual ones in their usual order."""
    ranked = sorted(window.commands, key=lambda command: ORDER.index(command.group))
    for group, members in groupby(ranked, lambda command: command.group):
        menu = window.menuBar().addMenu(f"&{group}")
        for command in members:
            menu.addAction(_action(command, window))
    _name_steps(window)


def _name_steps(window: "MainWindow") -> None:
    """Let Undo and Redo tell what they take back."""
    actions = {action.text(): action for action in window.findChildren(QAction)}
    for title, changed in (("Undo", window.undo.undoTextChanged), ("Redo", window.undo.redoTextChanged)):
        changed.connect(lambda step, title=title: actions[title].setText(f"{title} {step}".strip()))


def _action(command: Command, window: "MainWindow") -> QAction:
    # After a tab stand keys that the views handle while they have the focus: as a shortcut they would work everywhere.
    told = f"\t{command.view_keys[0]}" if command.view_keys else ""
    action = QAction(command.title.replace("&", "&&") + told, window)
    action.setShortcuts([QKeySequence(keys) for keys in command.keys])
    action.triggered.connect(lambda: command.run())
    return action
