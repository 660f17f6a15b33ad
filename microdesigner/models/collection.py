"""Models outside the program: a folder or web address with one-file models and an index that holds their hashes."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Annotated, Literal

from msgspec import Meta, Struct

from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.core.documents import Line, document_text, parse_document
from microdesigner.core.errors import InputError
from microdesigner.core.paths import file_sha256, temporary_folder, user_data, write_text_atomic
from microdesigner.core.places import opened
from microdesigner.models.archive import export_bundle, import_bundle

INDEX_FILE = "models.json"
LARGEST_INDEX_BYTES = 4 << 20
LARGEST_MODEL_BYTES = 8 << 30
COLLECTION = "the collection"
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")]


class CollectedModel(Struct, frozen=True):
    """A model of a collection: its file beside the index, with size and SHA-256."""

    name: Line
    file: FileName
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    bytes: Annotated[int, Meta(gt=0, le=LARGEST_MODEL_BYTES)]
    title: Annotated[str, Meta(max_length=1000)] = ""


class Collection(Struct, frozen=True):
    """The index of a collection."""

    schema: Literal[1]
    models: tuple[CollectedModel, ...]


def write_collection(bundles: Sequence[Path], folder: Path) -> None:
    """Write `bundles` as one-file models into `folder`, and last the index that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    models = []
    for bundle in bundles:
        card = ModelCard.read(bundle / CARD_FILE)
        path = folder / f"{bundle.name}.zip"
        export_bundle(bundle, path)
        models.append(CollectedModel(card.name, path.name, file_sha256(path), path.stat().st_size, card.title))
    write_text_atomic(folder / INDEX_FILE, document_text(Collection(1, tuple(models))))


def install_collected(name: str, place: str, new_name: str | None = None) -> Path:
    """Install the model `name` of the collection at `place`, a folder or an https address, as `new_name` (its own).

    Returns the model's folder. Raises InputError when there is no such collection or model, or what arrives differs
    from the index in size or hash.
    """
    models = read_collection(place).models
    entry = next((model for model in models if model.name == name), None)
    if entry is None:
        known = ", ".join(model.name for model in models) or "none"
        raise InputError(f"The collection {place} has no model '{name}'; it has {known}.")
    user_data().mkdir(parents=True, exist_ok=True)
    with temporary_folder(user_data(), "arriving") as folder:
        path = folder / entry.file
        with opened(place, entry.file, COLLECTION) as source, path.open("wb") as target:
            _copy(source, target, entry.bytes)
        if (path.stat().st_size, file_sha256(path)) != (entry.bytes, entry.sha256):
            raise InputError(f"{entry.file} of {place} is not the file that its index names; try again later.")
        return import_bundle(path, new_name)


def read_collection(place: str) -> Collection:
    """The index of the collection at `place`; raises InputError naming it."""
    with opened(place, INDEX_FILE, COLLECTION) as file:
        content = file.read(LARGEST_INDEX_BYTES + 1)
    if len(content) > LARGEST_INDEX_BYTES:
        raise InputError(f"{INDEX_FILE} of {place} is too large for the index of a collection; check the place.")
    return parse_document(
        content, Collection, f"{INDEX_FILE} of {place}", "the index of a collection", "check the place"
    )


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> None:
    """At most `most` bytes and one, by which the size is seen to differ."""
    remaining = most + 1
    while remaining and (piece := source.read(min(remaining, 1 << 20))):
        target.write(piece)
        remaining -= len(piece)
