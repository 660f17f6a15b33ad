"""Kept volumes as files to be dragged to other programs."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QMimeData, QUrl

from microdesigner.app.history import Entry


class DraggedFiles:
    """Copies under names that tell what they are; they last as long as this object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies: TemporaryDirectory[str] | None = None

    def mime(self, entries: Sequence[Entry]) -> QMimeData:
        """What a drop of these entries finds: their VTI files, as far as they can be copied."""
        if self._copies is None:
            self._copies = TemporaryDirectory(prefix="microdesigner-", ignore_cleanup_errors=True)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(path) for path in map(self._copy, entries) if path])
        return mime

    def _copy(self, entry: Entry) -> str:
        assert self._copies is not None
        path = (
            Path(self._copies.name) / f"{entry.request.model or 'volume'}-seed{entry.request.seed}-{entry.number}.vti"
        )
        try:
            shutil.copyfile(self._folder / entry.volume, path)
        except OSError:
            return ""
        return str(path)
