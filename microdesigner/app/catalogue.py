"""Which models are installed, from their cards alone."""

from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.card import ModelCard, installed_cards
from microdesigner.core.errors import InputError


@dataclass(frozen=True)
class InstalledModel:
    """A bundle on disk with its card."""

    folder: Path
    card: ModelCard


@dataclass
class Catalogue:
    """Usable models, the user's own first, and a sentence for each bundle that cannot be used."""

    models: tuple[InstalledModel, ...]
    problems: tuple[str, ...]

    def reload(self) -> None:
        """Read the cards again, for whoever holds this catalogue."""
        fresh = installed_models()
        self.models, self.problems = fresh.models, fresh.problems

    def folder(self, name: str) -> Path | None:
        """Where the model called `name` lies."""
        return next((model.folder for model in self.models if model.card.name == name), None)

    def card(self, name: str) -> ModelCard | None:
        """The card of the model called `name`."""
        return next((model.card for model in self.models if model.card.name == name), None)


def installed_models() -> Catalogue:
    """Read every card in the user's models and the shipped weights; a user's model hides a shipped one of its name."""
    models: dict[str, InstalledModel] = {}
    problems = []
    for path in installed_cards():
        try:
            card = ModelCard.read(path)
        except InputError as error:
            problems.append(str(error))
            continue
        models.setdefault(card.name, InstalledModel(path.parent, card))
    return Catalogue(tuple(models.values()), tuple(problems))
