"""The region of a film that is kept, by kind and numbers: what fields edit, and its words for commands and people."""

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from microdesigner.core.given import Mask
from microdesigner.core.quantity import size_words
from microdesigner.core.regions import AXES, OUTSIDE, region_mask

Shape = tuple[int, int, int]
Span = tuple[int, int]
Kind = Literal["slab", "box", "sphere", "layers", "all", "none"]
MOST_NAMED = 4
"""Layers that are named one by one in a sentence."""


@dataclass(frozen=True)
class Region:
    """One of several kinds; the numbers of the others stay for when they are chosen again.

    Attributes
    ----------
    kind : str
        "slab": a span along one axis; "box": spans along all three; "sphere"; "layers": single layers; "all"; "none",
        of a film that is varied as a whole.
    axis : int
        Across which a slab lies: 0, 1, 2 for x, y, z.
    spans : three of (int, int)
        First voxel and the one after the last along x, y, z.
    centre, radius : three int, int
        Of the sphere, in voxels.
    layers : three tuples of int
        Layers across x, y, z.
    outside : bool
        Whether all but a slab, box or sphere is kept.
    """

    kind: Kind = "slab"
    axis: int = 0
    spans: tuple[Span, Span, Span] = ((0, 1), (0, 1), (0, 1))
    centre: Shape = (0, 0, 0)
    radius: int = 1
    layers: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] = ((), (), ())
    outside: bool = False

    @classmethod
    def half_of(cls, shape: Shape) -> Self:
        """The first half along x of a film, with a box, a sphere and a layer in its middle for when they are chosen."""
        x, y, z = shape
        middle = tuple((edge // 4, max(edge // 4 + 1, 3 * edge // 4)) for edge in (y, z))
        return cls(
            spans=((0, max(1, x // 2)), middle[0], middle[1]), centre=(x // 2, y // 2, z // 2),
            radius=max(1, min(shape) // 3), layers=((x // 2,), (), ()),
        )  # fmt: skip

    @classmethod
    def all_of(cls, shape: Shape) -> Self:
        """All of a film."""
        return replace(cls.half_of(shape), kind="all")

    @classmethod
    def none_of(cls, shape: Shape) -> Self:
        """Nothing of a film, which is varied as a whole."""
        return replace(cls.half_of(shape), kind="none")

    def words(self) -> tuple[str, ...]:
        """Regions whose union it is, as `core.regions.region_mask` reads them; none for all of the film or nothing."""
        prefix = f"{OUTSIDE} " if self.outside else ""
        if self.kind == "slab":
            return (prefix + self._span(self.axis),)
        if self.kind == "box":
            return (prefix + " ".join(map(self._span, range(3))),)
        if self.kind == "sphere":
            return (f"{prefix}sphere={','.join(map(str, (*self.centre, self.radius)))}",)
        if self.kind == "layers":
            return tuple(f"{axis}={layer}" for axis, layers in zip(AXES, self.layers, strict=True) for layer in layers)
        return ()

    def mask(self, shape: Shape) -> Mask:
        """Its voxels [x, y, z] in a film of `shape`; raises InputError where it does not lie in it."""
        if self.kind == "all":
            return np.ones(shape, bool)
        kept = np.zeros(shape, bool)
        for words in self.words():
            kept |= region_mask(words, shape)
        return kept

    def title(self) -> str:
        """The region in words for people, its voxels counted from 0 to the last one."""
        if self.kind == "layers":
            named = [word.replace("=", " = ") for word in self.words()]
            more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
            return ("the layers " if len(named) > 1 else "the layer ") + ", ".join(named[:MOST_NAMED]) + more
        if self.kind in ("all", "none"):
            return "all" if self.kind == "all" else "nothing"
        inside = {
            "slab": self._voxels(self.axis),
            "box": ", ".join(map(self._voxels, range(3))),
            "sphere": f"the sphere of radius {self.radius} around {', '.join(map(str, self.centre))}",
        }[self.kind]
        return f"all outside {inside}" if self.outside else inside

    def lengths(self, edges: tuple[float, float, float]) -> str:
        """Where it lies in lengths, for voxels with these `edges` in nm; empty for all of a film."""
        if self.kind == "slab":
            return f"{self._length(self.axis, edges)} nm along {AXES[self.axis]}"
        if self.kind == "box":
            return " × ".join(self._length(axis, edges) for axis in range(3)) + " nm"
        if self.kind == "sphere":
            radii = size_words((self.radius * edge for edge in dict.fromkeys(edges)), " × ")
            centre = ", ".join(f"{(voxel + 0.5) * edge:g}" for voxel, edge in zip(self.centre, edges, strict=True))
            return f"radius {radii} nm around {centre} nm"
        if self.kind == "layers":
            places = [
                f"{axis} = {(layer + 0.5) * edge:g}"
                for axis, layers, edge in zip(AXES, self.layers, edges, strict=True)
                for layer in layers[:MOST_NAMED]
            ]
            return ", ".join(places) + " nm" if places else ""
        return ""

    def _length(self, axis: int, edges: tuple[float, float, float]) -> str:
        first, end = self.spans[axis]
        return f"{first * edges[axis]:g} to {end * edges[axis]:g}"

    def _span(self, axis: int) -> str:
        return f"{AXES[axis]}={self.spans[axis][0]}:{self.spans[axis][1]}"

    def _voxels(self, axis: int) -> str:
        first, end = self.spans[axis]
        return f"{AXES[axis]} = {first} to {end - 1}"
