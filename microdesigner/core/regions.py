"""Regions of a film in words, as commands and files name them: `x=0:64`, `outside sphere=64,64,32,20`."""

import math
import re
from collections.abc import Sequence

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given, Mask, TargetsOf
from microdesigner.core.microstructure import MAX_VOXELS, PhaseArray
from microdesigner.core.quantity import size_words

AXES = "xyz"
OUTSIDE = "outside"
SPHERE = "sphere"
_EXAMPLES = (
    "x=0:64, y=36 (a slice), 'x=32:96 y=32:96' (a box), sphere=64,64,32,20 (centre and radius), outside sphere=..."
)
_SPAN = re.compile(r"([xyz])=(-?\d*)(:(-?\d*))?")


def region_mask(text: str, shape: tuple[int, int, int]) -> Mask:
    """The voxels [x, y, z] of a film of `shape` that a region names.

    Parameters
    ----------
    text
        Spans of voxels, which a region must lie in all of: `x=0:64` from 0 up to but without 64, `y=36` one layer,
        `z=:32` from the start, negative numbers from the end; or `sphere=X,Y,Z,RADIUS` in voxels. `outside` in front
        means all voxels but those.
    shape
        Voxels along x, y, z.

    Raises
    ------
    InputError
        When the words name no region of such a film.

    Examples
    --------
    >>> region_mask("x=0:2 z=1", (4, 4, 2)).sum(), region_mask("outside x=0:2", (4, 4, 2)).sum()
    (np.int64(8), np.int64(16))
    """
    words = text.split()
    outside = bool(words) and words[0] == OUTSIDE
    words = words[outside:]
    if not words:
        raise InputError(f"The region '{text}' names no voxels; write for example {_EXAMPLES}.")
    mask: Mask = np.ones(shape, bool)
    for word in words:
        mask &= _sphere(word, shape) if word.startswith(SPHERE) else _span(word, shape)
    return ~mask if outside else mask


def _span(word: str, shape: tuple[int, int, int]) -> Mask:
    match = _SPAN.fullmatch(word)
    if match is None:
        raise InputError(f"'{word}' is no region; write for example {_EXAMPLES}.")
    axis, first, colon, last = AXES.index(match[1]), match[2], match[3], match[4]
    edge = shape[axis]
    start = _position(word, first, edge, 0)
    stop = _position(word, last or "", edge, edge) if colon else start + 1
    if not 0 <= start < stop <= edge or (not colon and not first):
        raise InputError(f"'{word}' names no voxels of a film with {edge} along {match[1]}; they are 0 to {edge - 1}.")
    place = np.arange(edge)
    along: Mask = (place >= start) & (place < stop)
    return along.reshape([edge if other == axis else 1 for other in range(3)])


def _position(word: str, digits: str, edge: int, empty: int) -> int:
    if not digits:
        return empty
    if digits == "-":
        raise InputError(f"'{word}' is no region; write for example {_EXAMPLES}.")
    return int(digits) + (edge if int(digits) < 0 else 0)


def _sphere(word: str, shape: tuple[int, int, int]) -> Mask:
    try:
        *centre, radius = (float(number) for number in word.removeprefix(f"{SPHERE}=").split(","))
    except ValueError:
        centre, radius = [], 0.0
    if len(centre) != 3 or not all(np.isfinite([*centre, radius])) or radius <= 0:
        raise InputError(f"'{word}' is no sphere; write its centre and radius in voxels: sphere=64,64,32,20.")
    x, y, z = np.ogrid[tuple(slice(edge) for edge in shape)]
    x, y, z = x - centre[0], y - centre[1], z - centre[2]
    return np.asarray(x**2 + y**2 + z**2 <= radius**2)


def given_part(
    phases: PhaseArray,
    shape: tuple[int, int, int],
    regions: Sequence[str | Mask] = (),
    targets_of: TargetsOf = "film",
    strength: float = 1.0,
) -> Given:
    """What a volume gives to a film that is to be generated.

    Parameters
    ----------
    phases
        Labels [x, y, z] of a volume, which lies at the origin of the film, or of a slice, one voxel thick, which lies
        where the one region, a layer such as `y=36`, says.
    shape
        Voxels of the film along x, y, z.
    regions
        What is kept of it: regions in words, see `region_mask`, or masks [x, y, z] of the film's shape. Voxels in any
        of them are kept; without regions, all of the volume, nothing of a variation.
    targets_of, strength
        See `Given`. A variation needs a volume of the film's shape.

    Raises
    ------
    InputError
        When the volume does not fit into the film, or a region does not lie in it.
    """
    if min(shape) < 1 or math.prod(shape) > MAX_VOXELS:
        raise InputError(f"A film cannot have {size_words(shape)} voxels; ask for another size.")
    words = ", ".join(region if isinstance(region, str) else "mask" for region in regions)
    kept = _union(regions, shape) if regions else np.full(shape, strength == 1)
    if strength < 1 and phases.shape != shape:
        raise InputError(
            f"The volume to vary has {size_words(phases.shape)} voxels, the film {size_words(shape)}; ask for a "
            "film of its size."
        )
    labels = np.zeros(shape, np.uint8)
    if 1 in phases.shape:
        box = _layer(kept)
        labels[box] = _slice_in(box, phases)
        return Given.of(labels, kept, words, targets_of)
    if any(own > edge for own, edge in zip(phases.shape, shape, strict=True)):
        raise InputError(
            f"The given volume of {size_words(phases.shape)} voxels is larger than the film of {size_words(shape)}; "
            "ask for a larger size, or cut it."
        )
    box = tuple(slice(edge) for edge in phases.shape)
    covered = np.zeros(shape, bool)
    labels[box], covered[box] = phases, True
    return Given.of(labels, kept & covered, words, targets_of, strength)


def _union(regions: Sequence[str | Mask], shape: tuple[int, int, int]) -> Mask:
    """Voxels in any of the regions; raises InputError where a mask has another shape than the film."""
    masks = [region_mask(region, shape) if isinstance(region, str) else region for region in regions]
    if wrong := [mask.shape for mask in masks if mask.shape != shape]:
        raise InputError(
            f"The mask of voxels to keep has {size_words(wrong[0])} voxels, the film {size_words(shape)}; give one "
            "of its size."
        )
    return np.logical_or.reduce(masks)


def _slice_in(box: tuple[slice, ...], phases: PhaseArray) -> PhaseArray:
    """Labels of a slice as they lie in the `box` of the film; raises InputError where they have another size."""
    edges = [span.stop - span.start for span in box]
    sides = tuple(edge for edge in edges if edge > 1)
    picture = phases.reshape([edge for edge in phases.shape if edge > 1])
    if picture.shape != sides:
        raise InputError(
            f"The slice has {size_words(picture.shape)} pixels, its place in the film {size_words(sides)} voxels; "
            "scale the picture to that."
        )
    return picture.reshape(edges)


def _layer(kept: Mask) -> tuple[slice, ...]:
    """The layer that a mask is; raises InputError where it is another region."""
    places = np.nonzero(kept)
    box = tuple(slice(int(found.min()), int(found.max()) + 1) for found in places) if places[0].size else ()
    thick = [span.stop - span.start for span in box]
    if (
        sorted(thick)[:1] != [1]
        or kept[box].size != kept.sum()
        or sum(edge == whole for edge, whole in zip(thick, kept.shape, strict=True)) < 2
    ):
        raise InputError("A slice needs the layer of the film where it lies, such as y=36.")
    return box
