"""The menu bar, made from the commands of the features: each is an action with its keys."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from PySide6.QtGui import QAction, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMainWindow, QMenu

from microdesigner.gui.command import Command, in_menu_order
from microdesigner.gui.widgets.icons import with_icon

ICONS = {
    "Open a volume…": "folder-open", "Save session…": "save", "Export…": "download", "Undo": "undo-2", "Redo": "redo-2",
    "Copy picture of the views": "copy", "Preferences…": "settings", "Generate": "play", "Cancel": "square",
    "Sweep over a range…": "list-ordered", "New random seed": "shuffle", "Train a model…": "graduation-cap",
    "Fit the volume": "maximize", "Look from the corner": "rotate-3d", "Guide": "circle-help",
    "All commands…": "search",
    "History of all films": "history", "Compare the two selected results": "columns-2",
}  # fmt: skip


def make_menus(
    window: QMainWindow, commands: Sequence[Command], undo: QUndoStack, submenus: Mapping[str, QMenu]
) -> None:
    """One menu per group of commands, parted into their sections; `submenus` come before the command of their name."""
    for group, members in groupby(in_menu_order(commands), lambda command: command.group):
        menu = window.menuBar().addMenu(f"&{group}")
        actions: list[tuple[QAction, Command]] = []
        inner: dict[str, QMenu] = {}
        section: int | None = None
        for command in members:
            if section not in (None, command.section):
                menu.addSeparator()
            section = command.section
            target = menu
            if command.submenu:
                target = inner.setdefault(command.submenu, QMenu(command.submenu, menu))
                if target.isEmpty():
                    menu.addMenu(target)
            if command.title in submenus:
                menu.addMenu(submenus[command.title])
            action = _action(command, window)
            target.addAction(action)
            actions.append((action, command))
        _keep_true(menu, actions)
    _name_steps(window, undo)


def _keep_true(menu: QMenu, actions: list[tuple[QAction, Command]]) -> None:
    """Let a menu show what is on and what can be done now. Closed, all can be: a greyed action's keys would be dead."""

    def show() -> None:
        for action, command in actions:
            if command.checked is not None:
                action.setChecked(command.checked())
            if command.enabled is not None:
                action.setEnabled(command.enabled())

    def enable() -> None:
        for action, _ in actions:
            action.setEnabled(True)

    menu.aboutToShow.connect(show)
    menu.aboutToHide.connect(enable)


def _name_steps(window: QMainWindow, undo: QUndoStack) -> None:
    """Let Undo and Redo tell what they take back."""
    actions = {action.text(): action for action in window.findChildren(QAction)}
    for title, changed in (("Undo", undo.undoTextChanged), ("Redo", undo.redoTextChanged)):
        changed.connect(lambda step, title=title: actions[title].setText(f"{title} {step}".strip()))


def _action(command: Command, window: QMainWindow) -> QAction:
    # After a tab stand keys that the views handle while they have the focus: as a shortcut they would work everywhere.
    keys = f"\t{command.view_keys[0]}" if command.view_keys else ""
    action = QAction(command.title.replace("&", "&&") + keys, window)
    action.setShortcuts([QKeySequence(keys) for keys in command.keys])
    action.setCheckable(command.checked is not None)
    action.triggered.connect(lambda: command.run())
    if command.title in ICONS:
        with_icon(action, ICONS[command.title])
    return action
