"""Which models can be fine-tuned: the window offers these alone."""

from microdesigner.core.card import ModelCard
from microdesigner.models.microgen3d.published import PUBLISHED, published_card
from microdesigner.training.fine_tuning import why_not_fine_tuned
from tests.tiny_model import CONDITIONS, tiny_card


def test_a_native_model_with_the_phases_and_conditions_of_the_data_is_offered() -> None:
    card = ModelCard.from_json(tiny_card())
    assert why_not_fine_tuned(card, card.phase_names, CONDITIONS) == ""
    assert "other than the data set" in why_not_fine_tuned(card, ("wood", "air"), CONDITIONS)
    assert "other than the data set" in why_not_fine_tuned(card, card.phase_names, CONDITIONS[:-1])


def test_the_papers_models_are_not_offered() -> None:
    for name in PUBLISHED:
        card = ModelCard.from_json(published_card(name))
        names = [condition.name for condition in card.conditions]
        assert "cannot be fine-tuned" in why_not_fine_tuned(card, card.phase_names, names)
