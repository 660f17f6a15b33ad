"""The model that made films: by hash, with its card and its licence, without its weights."""

from dataclasses import dataclass
from pathlib import Path

from microdesigner.app.about import LICENCE
from microdesigner.app.catalogue import installed_models
from microdesigner.core.card import CARD_FILE, PARTS, ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.paths import shipped
from microdesigner.sharing.material import Document, ModelName
from microdesigner.sharing.places import without_places

CARD_IN_CRATE = "model.json"


@dataclass(frozen=True)
class SharedModel:
    """The `card` of a model without places, and the `licence` that it names; "" where it names none."""

    card: Document
    title: str
    licence: str


def shared_model(name: ModelName, place: str) -> SharedModel | None:
    """The model of this very hash, where it is installed or in the folder `place`."""
    folders = [Path(place)] if place else []
    for folder in [*folders, *(model.folder for model in installed_models().models)]:
        try:
            card = ModelCard.read(folder / CARD_FILE)
        except InputError:
            continue
        if set(PARTS) <= set(card.parts) and card.sha256 == name.sha256:
            document = without_places(card.to_json())
            return SharedModel(document, card.title, _licence(folder, document))
    return None


def _licence(folder: Path, card: Document) -> str:
    """What the card says; models that come with the program have its licence."""
    named = card.get("license")
    if isinstance(named, str) and named:
        return named
    return LICENCE if shipped("weights").resolve() in folder.resolve().parents else ""
