"""What is asked about stored films: notes, tags, and whether the trash is emptied."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from microdesigner.app.history_model import HistoryModel
from microdesigner.app.store.history_rows import Entry


def ask_note(parent: QWidget, model: HistoryModel, entry: Entry) -> None:
    """Let the user write a note."""
    _ask(parent, "Note", "What should be remembered about this film?", entry.note,
         lambda text: model.set_note(entry, text))  # fmt: skip


def ask_tags(parent: QWidget, model: HistoryModel, entries: Sequence[Entry]) -> None:
    """Let the user write tags, which all of these films have then."""
    common = [tag for tag in entries[0].tags if all(tag in entry.tags for entry in entries)]
    _ask(parent, "Tags", "Tags, with commas between them:", ", ".join(common),
         lambda text: model.set_tags(entries, text.split(",")))  # fmt: skip


def ask_to_empty(parent: QWidget, count: int, empty: Callable[[], None]) -> None:
    """Call `empty` once the user agrees to lose the `count` films in the trash."""
    question = QMessageBox(
        QMessageBox.Icon.Warning, "Empty the trash?",
        f"{'One film' if count == 1 else f'{count} films'} will be removed for good, volumes included. "
        "This cannot be undone.", parent=parent,
    )  # fmt: skip
    question.addButton("Remove for good", QMessageBox.ButtonRole.DestructiveRole).clicked.connect(lambda: empty())
    question.addButton(QMessageBox.StandardButton.Cancel)
    question.setDefaultButton(QMessageBox.StandardButton.Cancel)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.open()


def _ask(parent: QWidget, title: str, question: str, text: str, answer: Callable[[str], None]) -> None:
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(question)
    dialog.setTextValue(text)
    dialog.textValueSelected.connect(answer)
    dialog.open()
