"""What people read of a target: its meaning, its range, and whether it can be controlled at all."""

from microdesigner.core.card import CONTROLLED, ModelCard, Parameter
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.quantity import unit_words


def describe_parameter(parameter: Parameter, card: ModelCard | None = None) -> str:
    """Tooltip text: title, symbol, unit, trained range, meaning and source; with the model's `card`, whether it can be
    controlled at all."""
    spec = spec_of(parameter.name)
    unit = unit_words(spec.unit, " {}")
    trained = f"Trained on {parameter.low:.3g} to {parameter.high:.3g}{unit}."
    note = control_note(card, parameter.name) if card else ""
    words = [f"{spec.title} ({spec.symbol}, {parameter.name}).", spec.meaning, trained, note]
    return " ".join([*filter(None, words), f"Definition: {spec.source}."])


def control_note(card: ModelCard, name: str) -> str:
    """What must be said of a condition whose measured values hardly follow the targets, by the accuracy that the card
    records; "" where they do or it records none."""
    agreement = card.agreement(name)
    if agreement is None or agreement >= CONTROLLED:
        return ""
    return f"Hardly varies by itself and cannot be controlled: r² {agreement:.2f} of measured with targeted values."
