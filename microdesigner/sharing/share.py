"""Films and what made them, written as one crate: a folder or a ZIP file, whole or absent."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.claims import claimed, refuse_existing
from microdesigner.core.documents import document_text
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path, replace_folder, temporary_folder
from microdesigner.sharing.files import put_film
from microdesigner.sharing.graph import METADATA_FILE, Crate, metadata
from microdesigner.sharing.material import Material, of_film, request_file
from microdesigner.sharing.model import CARD_IN_CRATE, SharedModel, shared_model
from microdesigner.sharing.runs import of_run
from microdesigner.sharing.terms import Terms

ZIP = ".zip"
STAGE = "share"
_PACKED = (".json", ".jsonl", ".csv", ".txt", ".npy", ".raw", ".vtk")
"""Suffixes of what a ZIP file makes smaller; the others are packed already."""


@dataclass(frozen=True)
class Shared:
    """A crate is written to `path`: how many `films` it holds, and `notes`, sentences on what it lacks."""

    path: Path
    films: int
    notes: tuple[str, ...]


def share(source: Path | Microstructure, out: Path, terms: Terms = Terms(), replace: bool = False) -> Shared:  # noqa: B008
    """Write a film, or all films of a run, as an RO-Crate.

    Parameters
    ----------
    source
        A film, its file, or a folder that `generate` or `design` has written.
    out
        Where: a .zip file, or else a folder.
    terms
        Licence and authors; what is not told stays unknown.
    replace
        Whether a file that is there may be replaced.

    Returns
    -------
    Shared
        What was written.

    Raises
    ------
    InputError
        Where `source` is none, `out` exists or cannot be written, in one sentence.

    Notes
    -----
    The crate holds the files, the request that makes them again, what they measure, the model's card and hash and the
    versions of the software; no weights, no places on this machine and no names of its users.
    """
    *_, last = sharing(source, out, terms, replace)
    assert isinstance(last, Shared)
    return last


def sharing(
    source: Path | Microstructure, out: Path, terms: Terms, replace: bool = False
) -> Iterator[Progress | Shared]:
    """`share` in steps: progress, at last what was written; closing the generator stops and leaves nothing."""
    with claimed(out):
        if not (replace and out.is_file()):  # a folder may hold more than the crate that it was
            refuse_existing(out)
        material = _gathered(source, out.stem)
        model = shared_model(material.model, material.model_place) if material.model else None
        try:
            with temporary_folder(out.parent, out.stem) as place:
                folder = place / "crate"
                folder.mkdir()
                yield from _filled(folder, material, terms, model)
                _settle(folder, out)
        except OSError as error:
            raise InputError(f"{out} cannot be written ({error.strerror or error}); choose another place.") from None
    yield Shared(out, len(material.films), tuple(_notes(material, terms, model)))


def _gathered(source: Path | Microstructure, name: str) -> Material:
    if isinstance(source, Microstructure):
        return of_film(f"{name}.vti", source)
    if not source.exists():
        raise InputError(f"{source} does not exist; name a film or the folder of a run.")
    if source.is_dir() and source.suffix.lower() != ".zarr":
        return of_run(source)
    from microdesigner.io import read

    return of_film(source.name, read(source), (source,))


def _filled(folder: Path, material: Material, terms: Terms, model: SharedModel | None) -> Iterator[Progress]:
    """Write everything into `folder`."""
    films = {}
    for done, film in enumerate(material.films):
        yield Progress(STAGE, done, len(material.films))
        films[film.file] = put_film(film, material, folder)
    documents = dict(material.documents)
    if not material.asked_once:
        documents |= {request_file(film): film.request for film in material.films if film.request is not None}
    if model is not None:
        documents[CARD_IN_CRATE] = model.card
    for name, document in documents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = document if isinstance(document, str) else document_text(document)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    described = metadata(Crate(folder, films, tuple(documents)), material, terms, model)
    (folder / METADATA_FILE).write_text(document_text(described), encoding="utf-8", newline="\n")
    yield Progress(STAGE, len(material.films), len(material.films))


def _settle(folder: Path, out: Path) -> None:
    """Move what lies in `folder` to `out`, packed where that is a ZIP file."""
    if out.suffix.lower() != ZIP:
        replace_folder(folder, out)
        return
    with atomic_path(out) as temporary, zipfile.ZipFile(temporary, "w") as file:
        for path in sorted(folder.rglob("*")):
            packing = zipfile.ZIP_DEFLATED if path.suffix.lower() in _PACKED else zipfile.ZIP_STORED
            file.write(path, path.relative_to(folder), packing)


def _notes(material: Material, terms: Terms, model: SharedModel | None) -> Iterator[str]:
    """What others will miss."""
    if not terms.license:
        yield "No licence is stated, so others must ask before they use the films."
    if material.model is not None and model is None:
        yield f"The model {material.model.name} of this hash is not installed, so its card is left out."
    unknown = [film.file for film in material.films if film.request is None]
    if unknown and not material.recipe:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        yield f"Nothing tells how {unknown[0]}{more} was made; the crate says no more of it."
