"""What is kept of films, or of pictures of their sections, while the rest of a film is generated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from microdesigner.app.kept_film import KeptFilm
from microdesigner.app.kept_region import Region, Shape
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.given import Given, Mask, TargetsOf
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.quantity import size_words
from microdesigner.core.regions import AXES

IN_PLANE = ((1, 2), (0, 2), (0, 1))
VARIED = "Only one film, of the size asked for, can be varied; make the rest anew, or keep a part of that film alone."


@dataclass(frozen=True)
class Piece:
    """What is kept of one film: a region of it; or of a section, all, as layer `layer` across `axis`."""

    film: KeptFilm
    region: Region
    axis: int = 2
    layer: int = 0

    @classmethod
    def of(cls, film: KeptFilm, size: Shape) -> "Piece":
        """Half of a film, all of one that leaves room in a film of `size`, or a section in the middle of one."""
        if film.section:
            axis = default_plane(film.shape, film.upright)
            return cls(film, Region.all_of(film.shape), axis, size[axis] // 2)
        whole = film.known is not None or (film.shape != size and fits(film.shape, size))
        return cls(film, (Region.all_of if whole else Region.half_of)(film.shape))

    def lay(self, labels: PhaseArray, kept: Mask) -> None:
        """Write its labels and mark its voxels in a film [x, y, z]; raises InputError where they do not fit in."""
        x, y, z = labels.shape
        if self.film.section:
            if self.layer >= labels.shape[self.axis]:
                raise InputError(
                    f"The layer {AXES[self.axis]} = {self.layer} does not lie in a film of {size_words((x, y, z))} "
                    f"voxels; they are 0 to {labels.shape[self.axis] - 1}."
                )
            place: list[slice | int] = [slice(None)] * 3
            place[self.axis] = self.layer
            labels[tuple(place)], kept[tuple(place)] = self.scaled((x, y, z)), True
            return
        if not fits(self.film.shape, (x, y, z)):
            raise InputError(
                f"The kept film has {size_words(self.film.shape)} voxels, more than the {size_words((x, y, z))} asked "
                "for; ask for a larger size or stop keeping it."
            )
        box = tuple(slice(edge) for edge in self.film.shape)
        mask = self.region.mask(self.film.shape)
        if self.film.known is not None:
            mask &= self.film.known.mask
        labels[box][mask] = self.film.phases[mask]
        kept[box] |= mask

    def scaled(self, size: Shape) -> PhaseArray:
        """Labels of a section [first, second axis], by nearest neighbour, as a layer of a film of `size`."""
        picture = self.film.picture(self.axis)
        edges = (size[axis] for axis in IN_PLANE[self.axis])
        rows, columns = (
            ((np.arange(edge) + 0.5) * own / edge).astype(int) for edge, own in zip(edges, picture.shape, strict=True)
        )
        return picture[np.ix_(rows, columns)]

    @property
    def nothing(self) -> bool:
        """Whether nothing is kept of its film, which is varied as a whole."""
        known = self.film.known
        return self.region.kind == "none" or (known is not None and self.region.kind == "all" and not known.share)

    def title(self, size: Shape) -> str:
        """What of which film, in words."""
        if not self.film.section:
            whole = self.film.known is not None and self.region.kind == "all"
            return self.film.name if whole else f"{self.region.title()} of {self.film.name}"
        own, edges = self.film.picture(self.axis).shape, tuple(size[axis] for axis in IN_PLANE[self.axis])
        scaled = "" if own == edges else f", scaled from {size_words(own)} to {size_words(edges)} voxels"
        return f"the layer {AXES[self.axis]} = {self.layer} from {self.film.name}{scaled}"


@dataclass(frozen=True)
class KeptPart:
    """All that is kept; of pieces that overlap the later one counts.

    Attributes
    ----------
    pieces : tuple of Piece
    targets_of : str
        Whether fractions asked for are those of the whole "film" or of its "new" part.
    strength : float
        How far what is not kept may leave the film, see `core.given.Given`: 1 makes it anew, less varies it.
    """

    pieces: tuple[Piece, ...]
    targets_of: TargetsOf = "film"
    strength: float = 1.0

    @classmethod
    def of_given(cls, given: Given) -> "KeptPart":
        """What a request keeps."""
        film = KeptFilm.of_given(given)
        return cls((Piece.of(film, given.shape),), given.targets_of, given.strength)

    def given(self, size: Shape) -> Given:
        """The part of a film of `size`, as requests carry it; raises InputError where it is none."""
        return _given(self, size)

    def laid(self, size: Shape) -> tuple[PhaseArray, Mask]:
        """Labels and kept voxels [x, y, z] of a film of `size`; raises InputError where a piece does not fit in."""
        return _laid(self, size)

    def check(self, size: Shape, card: ModelCard) -> None:
        """Raise InputError where a film of `size` cannot be completed by the model of `card`."""
        if self.strength < 1 and not self.varies(size):
            raise InputError(VARIED)
        labels, kept = _laid(self, size)
        if self.strength == 1 and not kept.any():
            raise InputError("No voxel lies in the region to keep; choose a larger region.")
        if kept.all():
            raise InputError(
                "The whole film is kept, so nothing is left to generate; keep a part of it or ask for a larger size."
            )
        highest = int((labels[kept] if self.strength == 1 else self.pieces[0].film.phases).max())
        if highest >= len(card.phase_names):
            raise InputError(
                f"The kept part has {highest + 1} phases, the model {card.name} knows "
                f"{', '.join(card.phase_names)}; choose another model or map the labels first."
            )

    def varies(self, size: Shape) -> bool:
        """Whether it is one film, known as a whole, of which what is not kept of a film of `size` can be varied."""
        film = self.pieces[0].film
        known = film.known is None or film.known.strength < 1
        return len(self.pieces) == 1 and film.shape == size and known

    def summary(self, size: Shape) -> str:
        """One line that says what is kept of which films, and how much of a film of `size` that is."""
        if self.pieces[0].nothing:
            return f"Varying {self.pieces[0].film.name}"
        pieces = " and ".join(piece.title(size) for piece in self.pieces)
        try:
            share = float(self.laid(size)[1].mean())
        except InputError:
            return f"Keeping {pieces}"
        return f"Keeping {pieces}, {100 * share:.3g} %"

    def notes(self, card: ModelCard, voxel_nm: Sequence[float]) -> list[str]:
        """What is taken for granted of the films: labels under other names, voxels of other edges."""
        notes = []
        for film in (piece.film for piece in self.pieces):
            own = film.phase_names
            if own and own != card.phase_names[: len(own)]:
                taken = ", ".join(card.phase_names[: len(own)])
                notes.append(f"The phases {', '.join(own)} of {film.name} are taken as {taken}.")
            if film.voxel_nm and not film.section and not np.allclose(film.voxel_nm, voxel_nm, rtol=0.01):
                edges = size_words(film.voxel_nm, " × ")
                notes.append(f"{film.name} has voxels of {edges} nm; each is taken as one of the new film's.")
        return notes

    def with_piece(self, number: int, piece: Piece) -> "KeptPart":
        """The same with another piece in a place."""
        return replace(self, pieces=(*self.pieces[:number], piece, *self.pieces[number + 1 :]))


@lru_cache(maxsize=4)
def _laid(part: KeptPart, size: Shape) -> tuple[PhaseArray, Mask]:
    labels, kept = np.zeros(size, np.uint8), np.zeros(size, bool)
    for piece in part.pieces:
        piece.lay(labels, kept)
    return labels, kept


@lru_cache(maxsize=4)
def _given(part: KeptPart, size: Shape) -> Given:
    known, region = part.pieces[0].film.known, part.pieces[0].region
    same = known is not None and len(part.pieces) == 1 and region.kind == "all"
    if known is not None and same and known.shape == size and (known.other or part.strength == known.strength):
        # the request that it comes from is the same again, also where it lies between two films
        return replace(known, targets_of=part.targets_of, strength=part.strength)
    words = ", ".join(piece.title(size) for piece in part.pieces if not piece.nothing)
    labels, kept = _laid(part, size)
    if part.strength < 1:
        if not part.varies(size):
            raise InputError(VARIED)
        labels = part.pieces[0].film.phases
    return Given.of(labels, kept, words, part.targets_of, part.strength)


def default_plane(shape: Shape, upright: bool) -> int:
    """The axis across which a section of `shape` lies at first: a picture stands, all else lies as it does."""
    return AXES.index("y") if upright else shape.index(1)


def fits(shape: Shape, size: Shape) -> bool:
    """Whether a film of `shape` has room in one of `size`."""
    return all(own <= edge for own, edge in zip(shape, size, strict=True))
