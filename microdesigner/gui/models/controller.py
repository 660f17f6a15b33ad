"""The page of the chosen model, and what its buttons do."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from microdesigner.app.catalogue import Catalogue, InstalledModel
from microdesigner.app.model_page import delete, rename
from microdesigner.core.errors import MicrodesignerError
from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.command import Command
from microdesigner.gui.models.page import ModelPage
from microdesigner.gui.widgets.replacing import ask_where

EXPORT = "microdesigner.app.workers.models:export_model"


class ModelController(QObject):
    """Shows pages; `changed` tells that models have other names, or are fewer, and which to choose now."""

    changed = Signal(str)  # the model to choose, "" for any
    message = Signal(str)
    failed = Signal(str, str)  # sentence, details

    def __init__(self, catalogue: Catalogue, chosen: Callable[[], str], window: QWidget) -> None:
        super().__init__(window)
        self._catalogue, self._chosen, self._window = catalogue, chosen, window
        self.exporting = BackgroundTask(self)
        self.exporting.result.connect(lambda path: self.message.emit(f"Written: {path}"))
        self.exporting.failed.connect(self.failed)

    def commands(self) -> list[Command]:
        """What can be found out about models."""
        return [Command("Models", "About the chosen model…", self.show)]

    def show(self) -> None:
        """Show the page of the chosen model."""
        model = next((each for each in self._catalogue.models if each.card.name == self._chosen()), None)
        if model is None:
            return
        page = ModelPage(model, self._window)
        page.rename_requested.connect(lambda: self._ask_name(model, page))
        page.export_requested.connect(lambda: self._export(model, page))
        page.delete_requested.connect(lambda: self._ask_to_delete(model, page))
        page.open()

    def close(self) -> None:
        """End an export."""
        self.exporting.close()

    def _export(self, model: InstalledModel, page: ModelPage) -> None:
        proposal = Path.home() / f"{model.card.name}.zip"
        ask_where(page, "Export the model", proposal, "Models", ".zip",
                  lambda path: self.exporting.start(EXPORT, model.folder, path))  # fmt: skip

    def _ask_name(self, model: InstalledModel, page: ModelPage) -> None:
        dialog = QInputDialog(page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename the model")
        dialog.setLabelText("Its new name. Films that it has made keep the old one in their request.")
        dialog.setTextValue(model.card.name)
        dialog.textValueSelected.connect(lambda name: self._rename(model, name.strip(), page))
        dialog.open()

    def _rename(self, model: InstalledModel, name: str, page: ModelPage) -> None:
        if name != model.card.name and self._done(lambda: rename(model, name)):
            page.accept()
            self.changed.emit(name)
            self.message.emit(f"The model {model.card.name} is called {name} now.")

    def _ask_to_delete(self, model: InstalledModel, page: ModelPage) -> None:
        question = QMessageBox(
            QMessageBox.Icon.Warning, "Delete the model?",
            f"{model.card.name} will be removed for good; export it first to keep a copy. Films that it has made stay.",
            parent=page,
        )  # fmt: skip
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        agreed = question.addButton("Delete for good", QMessageBox.ButtonRole.DestructiveRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        agreed.clicked.connect(lambda: self._delete(model, page))
        question.open()

    def _delete(self, model: InstalledModel, page: ModelPage) -> None:
        if self._done(lambda: delete(model)):
            page.accept()
            self.changed.emit("")
            self.message.emit(f"The model {model.card.name} is deleted.")

    def _done(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except (MicrodesignerError, OSError) as error:
            self.failed.emit(str(error), "")
            return False
        return True
