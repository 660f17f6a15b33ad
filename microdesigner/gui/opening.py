"""What becomes of a file that is opened: a volume is shown, a slice kept, a session or a request brought back."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from microdesigner.app.catalogue import Catalogue
from microdesigner.app.request_model import RequestModel
from microdesigner.app.store.session import SUFFIX
from microdesigner.app.volume_open import Opened, SlicePlace
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.importing.volume_loader import VolumeLoader
from microdesigner.gui.keeping.controller import KeepingController
from microdesigner.gui.session import SessionController

ONE_LAYER = (
    "; Ctrl+K keeps its layer and builds a film around it, Generate › Targets from the picture on show asks the model "
    "for films like it, Generate › Reconstruct a film… makes one without a model."
)


class FileOpening(QObject):
    """Tells files apart by their suffix; `show` shows a sample with its request and the file that it comes from."""

    message = Signal(str)
    failed = Signal(str)

    def __init__(
        self, catalogue: Catalogue, model: RequestModel, session: SessionController, loader: VolumeLoader,
        keeping: KeepingController, show: Callable[[Request, Sample, Path], None], parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._catalogue, self._model, self._session = catalogue, model, session
        self._loader, self._keeping, self._show = loader, keeping, show

    def open(self, path: Path) -> None:
        """Open a volume, a session or a request."""
        if path.suffix == SUFFIX:
            self._session.open(path)
        elif path.suffix.lower() == ".json":
            self._open_request(path)
        else:
            if path == self._session.restoring:  # it could not be read then; now the user wants its targets too
                self._session.restoring = None
            self._loader.open(path)

    def show_volume(self, opened: Opened) -> None:
        """Show a volume from a file, with the targets it was generated for."""
        if opened.path == self._session.restoring:
            self._session.restoring = None
        elif opened.request is not None:
            self._model.recall(opened.request)
        self._show(opened.request or Request(model=""), opened.sample, opened.path)
        offer = ONE_LAYER if 1 in opened.sample.microstructure.shape else ""
        self.message.emit(f"Opened: {opened.path}{offer}")

    def keep_slice(self, opened: Opened, place: SlicePlace) -> None:
        """Show a picture, or a volume of one layer, from a file and keep it in the film that is built around it."""
        restoring = opened.path == self._session.restoring  # whose request keeps it already
        self._session.restoring = None if restoring else self._session.restoring
        self._show(Request(model=""), opened.sample, opened.path)
        if not restoring:
            self._keeping.keep_shown(axis=place.axis, layer=place.layer)

    def _open_request(self, path: Path) -> None:
        """Set the targets of a request."""
        try:
            request = Request.read(path)
        except InputError as error:
            self.failed.emit(str(error))
            return
        if self._catalogue.card(request.model) is None:
            self.failed.emit(f"{path} asks for the model {request.model}, which is not installed; install it first.")
            return
        self._model.recall(request)
        self.message.emit(f"Opened: {path}")
