"""What a model is asked for so that its films are like a picture, and what is told of it."""

import pytest

from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.estimate import Estimate
from microdesigner.core.picture_targets import picture_targets
from tests.tiny_model import tiny_card, with_measured_films

NAMES = ("donor", "acceptor", "mixed")
FRACTIONS = {
    "vol_frac_D": Estimate(0.41234, 0.03),
    "vol_frac_A": Estimate(0.4, 0.02),
    "vol_frac_M": Estimate(0.1878, 0.01),
}
LENGTHS = {"domain_size": Estimate(34.567, 2.6), "interfacial_area": Estimate(0.0912, 0.007)}


@pytest.fixture
def card() -> ModelCard:
    return ModelCard.from_json(tiny_card())


def test_what_the_model_knows_is_asked_for_and_the_rest_left_open(card: ModelCard) -> None:
    found = picture_targets(card, FRACTIONS | LENGTHS, NAMES)
    assert found.targets == {"vol_frac_D": 0.412, "vol_frac_M": 0.188, "domain_size": 34.57}
    assert "donor fraction 0.412 ± 0.030" in found.words
    assert "domain size 34.6 ± 2.6 nm, interfacial area 0.0912 ± 0.0070 1/nm." in found.words
    assert found.words.endswith("no plane tells them: donor straight paths (tort1), acceptor straight paths (tort1).")


def test_without_the_edge_of_a_pixel_the_domain_size_stays_open(card: ModelCard) -> None:
    found = picture_targets(card, FRACTIONS, NAMES)
    assert set(found.targets) == {"vol_frac_D", "vol_frac_M"}
    assert "as the edge of a pixel is not known: domain size." in found.words


def test_the_interfacial_area_is_told_but_left_to_the_domain_size() -> None:
    card = ModelCard.from_json(
        with_measured_films(tiny_card(), {"interfacial_area": lambda asked: 3 / asked["domain_size"]})
    )
    found = picture_targets(card, FRACTIONS | LENGTHS, NAMES)
    assert set(found.targets) == {"vol_frac_D", "vol_frac_M", "domain_size"}
    assert "interfacial area 0.0912 ± 0.0070 1/nm. Left open, as it follows from the others: interfacial" in found.words
    unscaled = picture_targets(card, FRACTIONS, NAMES)
    assert "the edge of a pixel is not known: domain size, interfacial area." in unscaled.words


def test_phases_are_the_models_by_their_labels_and_others_are_refused(card: ModelCard) -> None:
    names = ("solid", "pore", "clay", "void")
    estimates = {f"volume_fraction_{name}": Estimate(0.25, 0.01) for name in names}
    with pytest.raises(InputError, match="shows the phase void, which the model tiny does not have"):
        picture_targets(card, estimates, names)
    absent = estimates | {"volume_fraction_void": Estimate(0.0, 0.0)}
    assert picture_targets(card, absent, names).targets == {"vol_frac_D": 0.25, "vol_frac_M": 0.25}
