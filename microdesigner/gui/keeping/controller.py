"""Keeping a part of a film in the window: its panel, its commands, and what of the film on show is marked."""

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from microdesigner.app.keeping import Keeping
from microdesigner.app.kept_film import KeptFilm
from microdesigner.app.kept_region import Shape
from microdesigner.app.request_model import Design, RequestModel
from microdesigner.core.errors import InputError
from microdesigner.core.given import Mask
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.keeping.panel import KeptPanel

VARIED = "Generate makes variations of {name} from now on."
KEPT = "A part of {name} is kept as it is; Generate makes the rest around it."
NO_FILM = "There is no film on show to start from; generate or open one first."


class KeepingController(QObject):
    """Keeps a part of the film that `film` names, None where none is on show."""

    changed = Signal()  # what is to be marked
    message = Signal(str)

    def __init__(self, model: RequestModel, film: Callable[[], KeptFilm | None], parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._keeping, self._film = model, Keeping(model), film
        self._kept = model.state.options.kept
        self._size = model.size
        self._found: tuple[object, Mask | None] = (None, None)
        self.panel = KeptPanel(model)
        self.panel.keep_requested.connect(lambda: self.keep_shown())
        self.panel.vary_requested.connect(self.vary_shown)
        self.panel.mark_toggled.connect(self.changed)
        model.changed.connect(self._follow)

    def keep_shown(self, **entries: Any) -> None:
        """Keep a part of the film on show; `entries` are those of the piece that are known."""
        film = self._film()
        if film is None:
            self.message.emit(NO_FILM)
        else:
            self.keep(film, **entries)

    def vary_shown(self) -> None:
        """Generate variations of the film on show from now on."""
        film = self._film()
        if film is None:
            self.message.emit(NO_FILM)
        else:
            self._keeping.vary(film)
            self.message.emit(VARIED.format(name=film.name))

    def keep(self, film: KeptFilm, **entries: Any) -> None:
        """Keep a part of a film, or a section beside what is kept; `entries` are those of the piece that are known."""
        self._keeping.keep(film, **entries)
        if self._keeping.part is not None:
            self.message.emit(KEPT.format(name=film.name))

    def mask_of(self, volume: Microstructure, voxels: Shape) -> Mask | None:
        """The kept voxels [x, y, z] of a volume that is, or stands for, a film of so many voxels; None where it has
        none."""
        part, size = self._keeping.part, self._model.size
        if part is None or size is None or not self.panel.mark.isChecked():
            return None
        key = (part, size, id(volume), voxels)
        if self._found[0] != key:
            self._found = key, self._look_up(volume, voxels, size)
        return self._found[1]

    def commands(self) -> list[Command]:
        """What can be done with the kept part."""
        mark = self.panel.mark
        return [
            Command("Generate", "Keep a part of the film on show", self.keep_shown, ("Ctrl+K",), section=2),
            Command("Generate", "More like the film on show", self.vary_shown, ("Ctrl+Shift+K",), section=2),
            Command(
                "Generate",
                "Stop keeping",
                self._keeping.stop,
                section=2,
                enabled=lambda: self._keeping.part is not None,
            ),
            Command("View", "Mark the kept part", mark.toggle, section=3, checked=mark.isChecked),
        ]

    def _look_up(self, volume: Microstructure, voxels: Shape, size: Shape) -> Mask | None:
        part = self._keeping.part
        assert part is not None
        try:
            labels, mask = part.laid(size)
        except InputError:
            labels, mask = np.zeros(size, np.uint8), np.zeros(size, bool)
        coarse = volume.shape != voxels
        if voxels == size and mask.any() and (coarse or np.array_equal(volume.phases[mask], labels[mask])):
            return mask
        for piece in part.pieces:
            if piece.film.phases is volume.phases and not piece.film.section:
                try:
                    region = piece.region.mask(voxels)
                except InputError:
                    return None
                return region if region.any() else None
        return None

    def _follow(self, design: Design) -> None:
        if (self._kept, self._size) != (design.options.kept, self._model.size):
            self._kept, self._size = design.options.kept, self._model.size
            self.changed.emit()
