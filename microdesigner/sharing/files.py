"""The files of films, copied as they are, or written anew where they tell where things lay."""

import shutil
from dataclasses import replace
from pathlib import Path

from microdesigner.app.export_files import files_written
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.sharing.material import Material, SharedFilm, cleaned

MEDIA_TYPES = {
    ".json": "application/json", ".jsonl": "application/x-ndjson", ".csv": "text/csv", ".txt": "text/plain",
    ".vti": "application/xml", ".tif": "image/tiff", ".tiff": "image/tiff", ".png": "image/png",
    ".h5": "application/x-hdf5", ".dream3d": "application/x-hdf5",
}  # fmt: skip
ANY = "application/octet-stream"


def put_film(film: SharedFilm, material: Material, folder: Path) -> list[str]:
    """Write the files of `film` into `folder`; returns their names, that of the film first."""
    from microdesigner.io import write

    if film.volume is not None:
        write(_without_places(film.volume), folder / film.file)
        return [film.file]
    for head in film.heads:
        if material.has_places and (volume := _volume(head)) is not None:
            write(_without_places(volume), folder / head.name)
        else:
            for path in filter(Path.exists, files_written(head)):
                copy = shutil.copytree if path.is_dir() else shutil.copyfile
                copy(path, folder / path.name)
    names = [path.name for head in film.heads for path in files_written(head) if path.exists()]
    return sorted(names, key=lambda name: name != film.file)


def media_type(name: str) -> str:
    """Of a file by its name."""
    return MEDIA_TYPES.get(Path(name).suffix.lower(), ANY)


def _without_places(volume: Microstructure) -> Microstructure:
    return replace(volume, provenance=cleaned(volume.provenance))


def _volume(path: Path) -> Microstructure | None:
    """The film in a file that tells its origin; None in what tells nothing, as pictures and plain labels."""
    from microdesigner.io import read
    from microdesigner.io.registry import format_of

    try:
        format_of(path)
        volume = read(path)
    except InputError:
        return None
    return volume if volume.provenance else None
