"""The known part of a film that is to be completed: labels of the voxels that are kept."""

import base64
import binascii
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MAX_VOXELS, PhaseArray
from microdesigner.core.quantity import size_words

Mask = NDArray[np.bool_]
BLOCK = 8
"""Edge in voxels of what an autoencoder of this program knows by one latent voxel."""
TOLERANCE, LEAST_STRENGTH = 1e-6, 0.05
LEAST_START = 0.001
"""Time at which denoising begins of a film that is one of the two between which it lies: it changes nothing."""
TargetsOf = Literal["film", "new"]


@dataclass(frozen=True)
class Given:
    """Voxels that a generated film shall have, in the compact form in which requests carry them.

    Made by `Given.of`. Two are equal when they keep the same voxels with the same labels.

    Parameters
    ----------
    shape
        Voxels along x, y, z of the film.
    kept
        Which voxels are given: base64 of the deflated bits of the mask, in C order.
    labels
        Labels of the voxels that are kept, of all voxels where `strength` is below 1: base64 of the deflated bytes, in
        C order.
    region
        The kept region in words, for people.
    targets_of
        What targeted phase fractions speak of: the whole "film" or the "new" part alone.
    strength
        How far what is not kept may leave the given film: 1 is made anew, less is a variation of what the film has
        there, which denoising takes up at this time.
    other, blend
        Labels of all voxels of a second film, as `labels`, when the film lies between the given one and that; and
        where: 0 is the given film, 1 the other. Denoising then takes up a blend of both, at `strength` half-way and
        later towards both ends; "" and 0 for a film that is made of one.

    Raises
    ------
    InputError
        When the entries do not describe such a part.

    Examples
    --------
    >>> phases = np.zeros((4, 4, 2), np.uint8)
    >>> kept = np.zeros((4, 4, 2), bool)
    >>> kept[:2] = True
    >>> given = Given.of(phases, kept, "x=0:2")
    >>> given.share, given.filled(background=1)[3, 0, 0]
    (0.5, np.uint8(1))
    """

    shape: tuple[int, int, int]
    kept: str
    labels: str
    region: str = ""
    targets_of: TargetsOf = "film"
    strength: float = 1.0
    other: str = ""
    blend: float = 0.0

    def __post_init__(self) -> None:
        if not LEAST_STRENGTH <= self.strength <= 1:
            raise InputError(
                f"The strength of a variation must lie between {LEAST_STRENGTH:g} and 1; got {self.strength}."
            )
        if not 0 <= self.blend <= 1 or (self.blend and not self.other) or (self.other and self.strength == 1):
            raise InputError(
                "A film between two is described by both, a blend from 0 to 1 and a strength below 1; make the request "
                "again."
            )
        if min(self.shape) < 1 or math.prod(self.shape) > MAX_VOXELS:
            raise InputError(f"The given part cannot have {size_words(self.shape)} voxels; give a whole film's size.")

    @classmethod
    def of(
        cls,
        phases: PhaseArray,
        kept: Mask,
        region: str = "",
        targets_of: TargetsOf = "film",
        strength: float = 1.0,
    ) -> Self:
        """The part of a film's labels `phases` [x, y, z] where the mask `kept` [x, y, z] is set.

        Raises InputError when everything is kept, or nothing and `strength` is 1.
        """
        if strength == 1 and not kept.any():
            raise InputError("No voxel of the given film lies in the region to keep; choose a larger region.")
        if kept.all():
            raise InputError(
                "The region to keep is the whole film, so nothing is left to generate; choose a smaller region or a "
                "larger size."
            )
        x, y, z = phases.shape
        labels = _packed(phases[kept] if strength == 1 else phases)
        return cls((x, y, z), _packed(np.packbits(kept)), labels, region, targets_of, strength)

    @classmethod
    def between(cls, first: PhaseArray, second: PhaseArray, blend: float, strength: float) -> Self:
        """The film at `blend` on the way from the labels `first` [x, y, z] to those of a `second` film.

        Raises InputError when they differ in size, or for a blend or a strength that is none.
        """
        if first.shape != second.shape:
            raise InputError(
                f"The two films have {size_words(first.shape)} and {size_words(second.shape)} voxels; there is a way "
                "between films of one size alone."
            )
        x, y, z = first.shape
        kept, words = np.packbits(np.zeros(first.shape, bool)), f"{100 * blend:.3g} % of the way between two films"
        return cls((x, y, z), _packed(kept), _packed(first), words, "film", strength, _packed(second), blend)

    @cached_property
    def mask(self) -> Mask:
        """Which voxels are kept [x, y, z]; raises InputError when the entry is damaged."""
        voxels = int(np.prod(self.shape))
        bits = _unpacked(self.kept, (voxels + 7) // 8, "kept")
        return np.unpackbits(bits, count=voxels).astype(bool).reshape(self.shape)

    @property
    def known(self) -> Mask:
        """Which voxels [x, y, z] have labels: those kept, all where the rest is a variation."""
        return self.mask if self.strength == 1 else np.ones(self.shape, bool)

    @cached_property
    def known_labels(self) -> PhaseArray:
        """Labels of the known voxels, in C order; raises InputError when the entry is damaged."""
        return _unpacked(self.labels, int(self.known.sum()), "labels")

    @property
    def ends(self) -> tuple[PhaseArray, PhaseArray]:
        """Labels [x, y, z] of the two films between which the film lies; raises InputError when an entry is damaged."""
        return self.filled(), _unpacked(self.other, math.prod(self.shape), "other").reshape(self.shape)

    @property
    def start(self) -> float:
        """Time, falling from 1 to 0, at which denoising begins."""
        return max(LEAST_START, self.strength * math.sin(math.pi * self.blend)) if self.other else self.strength

    @property
    def kept_labels(self) -> PhaseArray:
        """Labels of the kept voxels, in C order; raises InputError when the entry is damaged."""
        return self.known_labels if self.strength == 1 else self.known_labels[self.mask.ravel()]

    @property
    def blocks(self) -> Mask:
        """Which voxels are kept, as [block along x, voxel in it, block along y, ...], of the whole blocks that an
        autoencoder knows by one number each."""
        whole = self.mask[tuple(slice(edge // BLOCK * BLOCK) for edge in self.shape)]
        x, y, z = (edge // BLOCK for edge in self.shape)
        return whole.reshape(x, BLOCK, y, BLOCK, z, BLOCK)

    @cached_property
    def thin(self) -> bool:
        """Whether no block is kept whole, as of a slice."""
        return not self.blocks.all((1, 3, 5)).any()

    @property
    def share(self) -> float:
        """Share of the film's voxels that are kept."""
        return float(self.mask.mean())

    def filled(self, background: int = 0) -> PhaseArray:
        """Labels [x, y, z] of the known voxels, `background` elsewhere."""
        phases = np.full(self.shape, background, np.uint8)
        phases[self.known] = self.known_labels
        return phases

    def film_fraction(self, label: int, value: float) -> float:
        """Fraction of phase `label` in the whole film when `value` is asked for, of the new part if targets are."""
        if self.targets_of == "film":
            return value
        return value * (1 - self.share) + self._kept(label)

    def new_fraction(self, label: int, value: float) -> float:
        """Fraction of phase `label` that the new part needs for `value` in the whole film."""
        return (value - self._kept(label)) / (1 - self.share)

    def _kept(self, label: int) -> float:
        """Share of the film's voxels that are kept and of phase `label`."""
        return float((self.kept_labels == label).sum()) / self.mask.size

    def check_fractions(self, fractions: Mapping[int, float], phases: Sequence[str]) -> None:
        """Raise InputError where no film with this part has these `fractions` of the whole film, by label, because too
        much of one of the `phases` is given or too little is left for it."""
        kept = np.bincount(self.kept_labels, minlength=len(phases)) / self.mask.size
        free = [label for label in range(len(phases)) if label not in fractions]
        wanted = dict(fractions) | ({free[0]: 1 - sum(fractions.values())} if len(free) == 1 else {})
        for label, value in wanted.items():
            least, most = float(kept[label]), float(kept[label] + 1 - kept.sum())
            if not least - TOLERANCE <= value <= most + TOLERANCE:
                raise InputError(
                    f"With the given part a film has between {least:.3f} and {most:.3f} {phases[label]}, not "
                    f"{value:.3f}; change the target fractions or keep less."
                )

    def to_json(self) -> dict[str, Any]:
        """The entry of a request document, which JSON can hold."""
        document = asdict(self) | {"shape": list(self.shape)}
        if self.strength == 1:
            del document["strength"]
        if not self.other:
            del document["other"], document["blend"]
        return document


def _packed(values: NDArray[np.uint8]) -> str:
    return base64.b64encode(zlib.compress(values.tobytes(), 6)).decode("ascii")


def _unpacked(text: str, length: int, entry: str) -> NDArray[np.uint8]:
    """`length` bytes from `text`; raises InputError naming the `entry` where they are others, and unpacks no more."""
    try:
        inflating = zlib.decompressobj()
        content = inflating.decompress(base64.b64decode(text, validate=True), length + 1)
    except (binascii.Error, zlib.error, ValueError):
        content = b""
    if len(content) != length:
        raise InputError(
            f"The entry '{entry}' of the given part is damaged (it does not hold {length} bytes); make the request "
            "again."
        )
    return np.frombuffer(content, np.uint8)
