"""Edits of what is kept of films, each a step of the request model's."""

from dataclasses import replace
from typing import Any

from microdesigner.app.kept_film import KeptFilm
from microdesigner.app.kept_part import KeptPart, Piece, fits
from microdesigner.app.kept_region import Region, Shape
from microdesigner.app.request_model import RequestModel
from microdesigner.core.given import TargetsOf

FIRST_STRENGTH = 0.4
"""Of a variation: some domains differ, most stay."""


class Keeping:
    """What is kept in the request of `model`."""

    def __init__(self, model: RequestModel) -> None:
        self._model = model

    @property
    def part(self) -> KeptPart | None:
        """All that is kept; None where all of the film is generated."""
        return self._model.state.options.kept

    def keep(self, film: KeptFilm, **entries: Any) -> None:
        """Keep a part of a film in place of what is kept so far; a section comes to those kept already.

        The film asked for becomes as large as a larger one of which a part is kept. `entries` are those of the piece
        that differ from its first choice.
        """
        size = self._model.size
        if size is None:
            return
        if not film.section and not fits(film.shape, size):
            size = self._room_for(film.shape)
        piece = replace(Piece.of(film, size), **entries)
        before = self.part.pieces if self.part and film.section else ()
        targets_of = self.part.targets_of if self.part else "film"
        self._set(KeptPart((*before, piece), targets_of), f"Keep a part of {film.name}", size=size)

    def edit(self, number: int, gesture: str = "", **changes: Any) -> None:
        """Change entries of a piece by name; changes of one `gesture` are one step."""
        if self.part is not None and number < len(self.part.pieces):
            piece = replace(self.part.pieces[number], **changes)
            self._set(self.part.with_piece(number, piece), "Change the kept part", gesture)

    def drop(self, number: int) -> None:
        """Keep one piece no more."""
        if self.part is not None:
            others = (*self.part.pieces[:number], *self.part.pieces[number + 1 :])
            self._set(replace(self.part, pieces=others) if others else None, "Keep one piece no more")

    def stop(self) -> None:
        """Keep nothing: all of the film is generated."""
        self._set(None, "Keep nothing")

    def set_targets_of(self, targets_of: TargetsOf) -> None:
        """Let fractions speak of the whole film, or of its new part alone."""
        if self.part is not None:
            self._set(replace(self.part, targets_of=targets_of), "Change what targets speak of")

    def vary(self, film: KeptFilm) -> None:
        """Vary a film as a whole, in place of what is kept so far."""
        if self._model.size is None:
            return
        size = film.shape if fits(film.shape, self._model.size) else self._room_for(film.shape)
        piece = replace(Piece.of(film, size), region=Region.none_of(film.shape))
        self._set(KeptPart((piece,), strength=FIRST_STRENGTH), f"Vary {film.name}", size=size)

    def set_strength(self, strength: float, gesture: str = "") -> None:
        """Let what is not kept leave its film so far, see `KeptPart`."""
        if self.part is not None:
            self._set(replace(self.part, strength=strength), "Change how far the rest may differ", gesture)

    def _room_for(self, shape: Shape) -> Shape:
        """The smallest size that the model can make and that holds a film of `shape`."""
        assert self._model.targets is not None
        multiple = self._model.targets.card.size_multiple
        x, y, z = (-(-edge // multiple) * multiple for edge in shape)
        return x, y, z

    def _set(self, part: KeptPart | None, title: str, gesture: str = "", size: Shape | None = None) -> None:
        state, targets = self._model.state, self._model.targets
        options = replace(state.options, kept=part)
        if size is not None and targets is not None:
            options = replace(options, size=None if size == targets.card.shape else size)
        self._model.edit(replace(state, options=options), title, gesture)
