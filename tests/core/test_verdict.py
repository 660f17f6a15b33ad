"""Verdicts: targets are judged for the thickness asked, sizes are warned of, films are told from their training."""

import numpy as np
import pytest

from microdesigner.core.card import ModelCard
from microdesigner.core.film_thickness import equivalent_tort1
from microdesigner.core.result import parameter_note
from microdesigner.core.verdict import FilmVerdict, film_warning, in_thickness, judge_film, judge_request, size_warnings
from tests.tiny_model import tiny_card

LAYERS = 32


@pytest.fixture(scope="module")
def card() -> ModelCard:
    """Films of 32 layers with straight paths of 0.35 to 0.65."""
    random = np.random.default_rng(0)
    points = np.stack(
        [random.uniform(low, high, 200) for low, high in ((0.2, 0.4), (0.1, 0.2), (0.35, 0.65), (0.35, 0.65))], 1
    )
    return ModelCard.from_json(tiny_card() | {"support": points.tolist(), "domain_sizes": None})


def test_a_structure_has_fewer_straight_paths_in_a_thicker_film() -> None:
    """Mean of donor and acceptor of one simulated recipe: 0.695, 0.405 and 0.215 in 32, 64 and 128 layers."""
    assert equivalent_tort1(0.405, 64, 32) == pytest.approx(0.695, abs=0.04)
    assert equivalent_tort1(0.405, 64, 128) == pytest.approx(0.215, abs=0.03)
    for value in (0.02, 0.3, 0.97):
        assert equivalent_tort1(equivalent_tort1(value, 64, 96), 96, 64) == pytest.approx(value, abs=1e-6)
    assert [equivalent_tort1(value, 64, 128) for value in (0.0, 1.0)] == [0, 1]


def test_only_straight_paths_depend_on_the_thickness() -> None:
    moved = in_thickness({"vol_frac_D": 0.3, "tortuosity_D": 0.5, "CT_f_A_tort1": 0.5}, 64, 128)
    assert moved["vol_frac_D"] == 0.3
    assert moved["tortuosity_D"] == moved["CT_f_A_tort1"] < 0.3


def test_targets_are_judged_for_the_size_asked(card: ModelCard) -> None:
    targets = {"tortuosity_D": 0.5, "tortuosity_A": 0.5}
    usual = judge_request(card, targets)
    assert (usual.words, usual.warnings, usual.nearest) == ("well supported", (), targets)
    thick = judge_request(card, targets, (64, 64, 2 * LAYERS))
    assert thick.support == 0
    assert thick.words == "outside the training data"
    assert "in a film of 64 layers" in thick.warnings[0]
    assert thick.nearest["tortuosity_D"] < 0.45
    again = judge_request(card, thick.nearest, (64, 64, 2 * LAYERS))
    assert again.support is not None
    assert again.support >= 0.1
    assert again.warnings == ()
    as_thick = in_thickness(targets, LAYERS, 2 * LAYERS)
    assert judge_request(card, as_thick, (64, 64, 2 * LAYERS)).support == pytest.approx(usual.support, abs=0.02)


def test_domain_sizes_are_judged_in_the_voxels_asked_for() -> None:
    """The films of the card have domains of 24 to 27.8 nm in voxels of 1 nm."""
    card = ModelCard.from_json(tiny_card())
    usual = {"vol_frac_D": 0.3, "vol_frac_M": 0.11, "domain_size": 26.0}
    assert judge_request(card, usual).warnings == ()
    larger = usual | {"domain_size": 6 * 26.0}
    outside = judge_request(card, larger)
    assert outside.words == "outside the training data"
    assert outside.reach_warnings == (
        "Domains of 156 nm need a voxel edge of about 6 nm, which scales the film; with the edge asked for they "
        "measure 24 to 27.8 nm.",
    )
    scaled = (6.0, 6.0, 12.0)
    assert judge_request(card, larger, None, scaled).support == judge_request(card, usual).support
    assert judge_request(card, larger, None, scaled).warnings == ()
    assert judge_request(card, usual, None, scaled).nearest["domain_size"] == pytest.approx(6 * 26, rel=0.1)


def test_without_a_sample_of_films_nothing_is_claimed() -> None:
    bare = ModelCard.from_json(tiny_card() | {"support": None, "domain_sizes": None})
    verdict = judge_request(bare, {"vol_frac_D": 0.9})
    assert (verdict.support, verdict.words, verdict.warnings) == (None, "", ())


def test_sizes_that_a_model_does_less_well_are_warned_of(card: ModelCard) -> None:
    assert "ask for at least 32×32×16" in size_warnings(card, (32, 32, 8))[0]
    assert "ask for at least" in size_warnings(card, (16, 64, 32))[0]
    assert "never measured" in size_warnings(card, (64, 64, 96))[0]
    for known in ((64, 64, 32), (32, 32, 16), (256, 256, 64)):
        assert size_warnings(card, known) == []
    assert judge_request(card, {}, (32, 32, 8)).warnings


def predictions(card: ModelCard, offset: float) -> tuple[dict[str, float | None], dict[str, dict[str, float]]]:
    predicted = {condition.name: {"mean": 0.5, "std": 0.02} for condition in card.conditions}
    return dict.fromkeys(predicted, 0.5 + offset), predicted


def test_a_film_is_judged_by_the_predictor(card: ModelCard) -> None:
    for offset, words in ((0.0, "like the"), (0.02, "like the"), (0.036, "unusual"), (0.06, "unlike the")):
        verdict = judge_film(card, *predictions(card, offset), card.shape)
        assert verdict.disagreement == pytest.approx(offset / 0.02)
        assert verdict.words.startswith(words)
        assert bool(film_warning(verdict.to_json())) == (offset > 0.03)
    assert "3.0 standard deviations" in film_warning(judge_film(card, *predictions(card, 0.06), card.shape).to_json())


def test_what_does_not_exist_does_not_count(card: ModelCard) -> None:
    measured, predicted = predictions(card, 0.02)
    measured["tortuosity_D"] = None
    assert judge_film(card, measured, predicted, card.shape).disagreement == pytest.approx(1)
    nothing = judge_film(card, {}, predicted, card.shape)
    assert nothing.disagreement is None
    assert film_warning(nothing.to_json()) == film_warning({}) == ""


def test_straight_paths_of_a_thicker_film_are_compared_as_the_predictor_knows_them(card: ModelCard) -> None:
    measured, predicted = predictions(card, 0.0)
    thick = {
        name: None if value is None else in_thickness({name: value}, LAYERS, 64)[name]
        for name, value in measured.items()
    }
    assert judge_film(card, thick, predicted, (64, 64, 64)).disagreement == pytest.approx(0, abs=1e-6)
    assert (judge_film(card, measured, predicted, (64, 64, 64)).disagreement or 0) > 3


def test_a_parameter_that_is_hardly_determined_says_so() -> None:
    assert "spans 70 % of the trained range" in parameter_note({"interval_share": 0.7})
    assert "spans 100 %" in parameter_note({"interval_share": 1.3})
    assert parameter_note({"interval_share": 0.2}) == parameter_note({"mean": 0.5}) == ""


def test_the_border_between_usual_and_unusual_belongs_to_the_unusual() -> None:
    assert film_warning({"disagreement": 1.6, "words": "unusual among the training films"})
    assert film_warning({"disagreement": 1.59, "words": "like the training films"}) == ""
    assert FilmVerdict(1.234567, "like").to_json() == {"disagreement": 1.2346, "words": "like"}
