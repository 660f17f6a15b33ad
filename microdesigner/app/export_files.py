"""Which files an export writes, so that none is written over unasked."""

from collections.abc import Collection, Sequence
from pathlib import Path

SURFACE_SUFFIXES = frozenset({".stl", ".ply", ".obj"})
"""Of surfaces, which are one file per phase."""
COMPANIONS = {".raw": (".json",), ".mhd": (".raw", ".json")}
"""Suffixes of what a format writes beside its file."""


def with_suffix(path: Path, suffix: str, others: Collection[str] = ()) -> Path:
    """`path` with `suffix` at its end unless that or one of `others` is there already; other dots belong to the name.

    Examples
    --------
    >>> with_suffix(Path("film.v1"), ".vti").name, with_suffix(Path("film.TIF"), ".tiff", [".tif"]).name
    ('film.v1.vti', 'film.TIF')
    >>> with_suffix(Path("film.ome.tif"), ".ome.tif").name
    'film.ome.tif'
    """
    known = (suffix, *others)
    return path if path.name.lower().endswith(known) else path.with_name(path.name + suffix)


def files_written(path: Path, phase_names: Sequence[str] = ()) -> list[Path]:
    """All files that an export to `path` may write."""
    suffix = path.suffix.lower()
    if suffix in SURFACE_SUFFIXES:
        return [path.with_name(f"{path.stem}-{name}{suffix}") for name in phase_names]
    return [path, *(path.with_suffix(beside) for beside in COMPANIONS.get(suffix, ()))]
