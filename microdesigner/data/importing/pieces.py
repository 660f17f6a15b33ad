"""The list of volumes that an import will store: where each comes from, what is known of it, its side of the split."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.data.importing.film import FilmPlan
from microdesigner.data.importing.parts import part_labels
from microdesigner.data.importing.plan import Cut, ImportPlan, Triple
from microdesigner.data.importing.recipes import RecipeTable
from microdesigner.data.importing.sources import FoundVolumes, SourceVolume, read_source
from microdesigner.data.importing.windows import Window, independent_windows, split_windows, window_size
from microdesigner.data.store import HELD_OUT, SERIES, VALIDATION_EVERY, held_out_groups
from microdesigner.io.orientation import turned_edges

GROUP_LABELS = ((SERIES,), ("phi", "chi"))
Labels = dict[str, float]


@dataclass(frozen=True)
class Piece:
    """One volume to store; `labels` are what is known of it before it is measured."""

    name: str
    source: SourceVolume
    window: Window | None
    labels: Labels


@dataclass(frozen=True)
class Pieces:
    """All of them; `grouped` tells that their labels say series and side of the split already, `across` how many were
    left out because they lie on both sides, `independent` how many could lie side by side in the sources, and `spans`
    which sizes, in voxels of the sources, windows have."""

    volumes: tuple[Piece, ...]
    grouped: bool
    across: int
    independent: int
    spans: tuple[Triple, ...] = ()


def pieces_of(plan: ImportPlan, film: FilmPlan, found: FoundVolumes, recipes: RecipeTable | None) -> Pieces:
    """Every volume with its labels; raises InputError where a row is missing or no split is possible."""
    labels = _known_labels(found.volumes, recipes)
    if plan.cut:
        return _cut(plan.cut, film, found.volumes, labels)
    series = _series(labels, plan.group_by)
    if series is not None:
        sides = held_out_groups(series)
        labels = [row | {SERIES: int(s), HELD_OUT: int(o)} for row, s, o in zip(labels, series, sides, strict=True)]
    names = _unique_names(found.volumes)
    volumes = tuple(
        Piece(name, source, None, row) for name, source, row in zip(names, found.volumes, labels, strict=True)
    )
    return Pieces(volumes, series is not None, 0, len(volumes))


def _known_labels(sources: Sequence[SourceVolume], recipes: RecipeTable | None) -> list[Labels]:
    """The numbers that HDF5 attributes and the table say of each source."""
    carried: dict[SourceVolume, Labels] = {}
    for path in dict.fromkeys(source.path for source in sources if source.item is not None):
        of_file = [source for source in sources if source.path == path and source.item is not None]
        carried |= zip(of_file, part_labels(path, [source.item or "" for source in of_file]), strict=True)
    return [carried.get(source, {}) | (_row(source, recipes) if recipes else {}) for source in sources]


def _row(source: SourceVolume, recipes: RecipeTable) -> Labels:
    for name in (source.name, source.item, source.path.name):
        if name in recipes.values:
            return recipes.values[name]
    raise InputError(f"The table of processing parameters has no row for {source.name}; add one.")


def _unique_names(sources: Sequence[SourceVolume]) -> list[str]:
    count = Counter(source.name for source in sources)
    plain = [source.name.replace("/", "-") for source in sources]
    return [
        f"{name}-{number:05d}" if count[source.name] > 1 else name
        for number, (name, source) in enumerate(zip(plain, sources, strict=True))
    ]


def _series(labels: Sequence[Labels], group_by: tuple[str, ...] | None) -> np.ndarray | None:
    """Number of each volume's group, None where no label tells groups apart. Raises InputError for an unknown label."""
    if group_by:
        missing = [name for name in group_by if not all(name in row for row in labels)]
        if missing:
            raise InputError(f"Not every volume carries the label '{missing[0]}'; group by labels that all carry.")
    for names in (group_by,) if group_by is not None else GROUP_LABELS:
        if names and all(name in row for row in labels for name in names):
            rows = np.array([[row[name] for name in names] for row in labels])
            numbers = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
            if numbers.max() > 0:
                return numbers
    return None


def _cut(cut: Cut, film: FilmPlan, sources: Sequence[SourceVolume], labels: Sequence[Labels]) -> Pieces:
    shapes: list[Triple] = [
        turned_edges(read_source(source, film.reading).values.shape, film.cathode) for source in sources
    ]
    names, volumes, across = _unique_names(sources), [], 0
    for number, windows in enumerate(_windows(cut, shapes, sources)):
        for window in windows:
            if window.held_out is None:
                across += 1
                continue
            name = "-".join(
                [names[number], *(f"{axis}{at:05d}" for axis, at in zip("xyz", window.origin, strict=True))]
            )
            side: Labels = {SERIES: 2 * number + window.held_out, HELD_OUT: int(window.held_out)}
            volumes.append(Piece(name, sources[number], window, labels[number] | side))
    separate = sum(independent_windows(shape, window_size(cut, shape)) for shape in shapes)
    spans = dict.fromkeys(window_size(cut, shape) for shape in shapes)
    return Pieces(tuple(volumes), True, across, separate, tuple(spans))


def _windows(cut: Cut, shapes: Sequence[Triple], sources: Sequence[SourceVolume]) -> list[list[Window]]:
    """Windows of each film: many films are held out whole, few keep a corner each."""
    split = [split_windows(shape, cut) for shape in shapes]
    undivided = np.array([all(window.held_out is None for window in windows) for windows in split])
    if len(shapes) < VALIDATION_EVERY and not undivided.all():
        whole = {int(number): False for number in np.flatnonzero(undivided)}
    elif len(shapes) > 1:
        whole = {number: bool(side) for number, side in enumerate(held_out_groups(np.arange(len(shapes))))}
    else:
        raise InputError(
            f"{sources[0].name} is too small to keep a subvolume for validation that shares no voxel with the others; "
            "give a smaller window."
        )
    return [
        [Window(w.origin, w.size, whole[number]) for w in windows] if number in whole else windows
        for number, windows in enumerate(split)
    ]
