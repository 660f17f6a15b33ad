"""From which models a training can start: asked by the window before it offers one, and by training itself."""

from collections.abc import Collection

from microdesigner.core.card import ModelCard
from microdesigner.core.phases import meaning

_PAPER_NETWORKS = "microgen3d"


def can_be_begun_with(card: ModelCard) -> bool:
    """Whether new networks can begin with the weights of the model of `card`."""
    return card.architecture.get("kind") != _PAPER_NETWORKS


def why_not_fine_tuned(card: ModelCard, phase_names: tuple[str, ...], conditions: Collection[str]) -> str:
    """One sentence why the model of `card` is no start for a data set with these phases and labels that can be
    conditions; empty where it is one."""
    if not can_be_begun_with(card):
        return f"{card.name} has the paper's networks, which cannot be fine-tuned; train a new model."
    known = tuple(condition.name for condition in card.conditions)
    alike = all(meaning(name, card.phase_names) == meaning(name, phase_names) for name in known)
    if len(card.phase_names) != len(phase_names) or not alike or not set(known) <= set(conditions):
        return (
            f"{card.name} knows the phases {', '.join(card.phase_names)} and the conditions {', '.join(known)}, other "
            "than the data set; train a new model on it."
        )
    return ""
