"""Targets of a model from what a picture of a section tells of its film."""

from collections.abc import Mapping
from dataclasses import dataclass

from microdesigner.core.card import ModelCard
from microdesigner.core.conditions import targets_among
from microdesigner.core.descriptor_spec import DOMAIN_SIZE, INTERFACIAL_AREA, spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.estimate import Estimate, told
from microdesigner.core.phases import Names, fraction_labels

UNKNOWN_EDGE = "the edge of a pixel is not known"
FOLLOWS = "it follows from the others"
NOT_IN_A_PLANE = "no plane tells them"


@dataclass(frozen=True)
class PictureTargets:
    """Targets under the model's names, and in `words` the estimates with their errors and what is left open."""

    targets: dict[str, float]
    words: str


def picture_targets(card: ModelCard, estimates: Mapping[str, Estimate], phase_names: Names) -> PictureTargets:
    """What a model can be asked for so that its films are like a picture.

    Parameters
    ----------
    card : ModelCard
        The model.
    estimates : mapping
        Of `section_estimates`; without lengths where the pixel edge is unknown.
    phase_names : tuple of str
        Names of the picture's phases, which are the model's by their labels.

    Raises
    ------
    InputError
        When the picture shows a phase that the model does not have.
    """
    values = {name: estimate.value for name, estimate in estimates.items()}
    for label, fraction in fraction_labels(values, phase_names).items():
        if fraction > 0 and label >= len(card.phase_names):
            raise InputError(
                f"The picture shows the phase {phase_names[label]}, which the model {card.name} does not have; its "
                f"phases are {', '.join(card.phase_names)}. Map the values to these, or choose another model."
            )
    found = targets_among(values, phase_names, (parameter.name for parameter in card.targets), card.phase_names)
    follows = [INTERFACIAL_AREA] if found.keys() >= {DOMAIN_SIZE, INTERFACIAL_AREA} else []
    for name in follows:  # asked for too, the errors of both would contradict each other
        del found[name]
    targets = {name: round(value, spec_of(name).decimals_up_to(value)) for name, value in found.items()}
    free = [parameter.name for parameter in card.targets if parameter.name not in targets]
    lengths = [name for name in free if name in (DOMAIN_SIZE, INTERFACIAL_AREA) and name not in follows]
    others = [name for name in free if name not in (*lengths, *follows)]
    open_ = [(follows, FOLLOWS), (lengths, UNKNOWN_EDGE), (others, NOT_IN_A_PLANE)]
    sentences = [_left_open(names, why) for names, why in open_ if names]
    return PictureTargets(targets, " ".join([f"{told(estimates)}.", *sentences]))


def _left_open(names: list[str], why: str) -> str:
    return f"Left open, as {why}: {', '.join(spec_of(name).words for name in names)}."
