"""Where a file goes: names keep their dots, and files that are there already are named before they are written over."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from microdesigner.app.export_files import with_suffix

NAMED_FILES = 8
Files = Callable[[Path], Sequence[Path]]


def ask_where(
    parent: QWidget, title: str, proposal: Path, kind: str, suffix: str, write: Callable[[Path], object],
    others: Collection[str] = (), files: Files = lambda path: [path],
) -> None:  # fmt: skip
    """Let the user choose a file of a `kind` and call `write` with its path.

    Parameters
    ----------
    parent, title, proposal
        Of the dialog.
    kind, suffix
        What the file is, and what its name ends with.
    write
        Called once nothing is written over unasked.
    others
        Suffixes that a file of this kind may have too.
    files
        All files that are written for a path. The dialog itself asks about the one that was chosen in it.
    """
    name, _ = QFileDialog.getSaveFileName(parent, title, str(proposal), f"{kind} (*{suffix})")
    if name:
        path = with_suffix(Path(name), suffix, others)
        there = [file.name for file in files(path) if file != Path(name) and file.exists()]
        ask_to_replace(parent, there, path.parent, lambda: write(path))


def ask_to_replace(parent: QWidget, names: Sequence[str], folder: Path, replace: Callable[[], object]) -> None:
    """Name existing files and call `replace` where the user wants that; without any, at once."""
    if not names:
        replace()
        return
    question = QMessageBox(QMessageBox.Icon.Warning, "Replace files?", replacement_words(names, folder), parent=parent)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chosen = question.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
    question.addButton(QMessageBox.StandardButton.Cancel)
    question.setDefaultButton(QMessageBox.StandardButton.Cancel)
    chosen.clicked.connect(lambda: replace())
    question.open()


def replacement_words(names: Sequence[str], folder: Path) -> str:
    """Which files would be replaced."""
    shown, more = "\n".join(names[:NAMED_FILES]), len(names) - NAMED_FILES
    rest = f"\nand {more} more" if more > 0 else ""
    there = "This file is" if len(names) == 1 else f"These {len(names)} files are"
    return f"{there} in {folder} already:\n\n{shown}{rest}\n\nReplace what is there?"
