"""Before the window closes: what is under way is named, and nothing of it is dropped without a word."""

from collections.abc import Sequence

from PySide6.QtWidgets import QMessageBox, QWidget


def may_close(window: QWidget, unfinished: Sequence[str]) -> bool:
    """Ask where work is under way that would be lost; each is one sentence. Whether the window may close."""
    if not unfinished:
        return True
    question = QMessageBox(QMessageBox.Icon.Question, "Stop what is under way?", "\n\n".join(unfinished), parent=window)
    stop = question.addButton("Stop and close", QMessageBox.ButtonRole.DestructiveRole)
    question.setDefaultButton(question.addButton("Go on", QMessageBox.ButtonRole.RejectRole))
    question.exec()
    return question.clickedButton() is stop
