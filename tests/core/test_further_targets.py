"""Targets beside a model's conditions: the conditions that are left open are chosen so that films measure them."""

from typing import Any

import numpy as np
import pytest

from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.further_targets import FurtherTargets
from microdesigner.core.request import Request
from microdesigner.core.verdict import judge_request
from tests.tiny_model import CONDITIONS, tiny_card, with_measured_films

FILMS = 200


def area(values: dict[str, Any]) -> Any:
    """Of the films of this card: more in finer films of even fractions."""
    donor = values["vol_frac_D"]
    return 12 * donor * (1 - donor) / values["domain_size"]


def winding(values: dict[str, Any]) -> Any:
    """Tortuosity factor of the donor: it winds the more, the less there is of it and the fewer its straight paths."""
    return 1 + 0.2 / values["vol_frac_D"] + (1 - values["tortuosity_D"])


@pytest.fixture(scope="module")
def card() -> ModelCard:
    """Films at all kinds of conditions, in which both depend on these as above."""
    return ModelCard.from_json(
        with_measured_films(tiny_card(), {"interfacial_area": area, "tortuosity_factor_D": winding})
    )


@pytest.fixture(scope="module")
def further(card: ModelCard) -> FurtherTargets:
    found = card.further_targets
    assert found is not None
    return found


@pytest.mark.parametrize(
    "targets",
    [
        {"interfacial_area": 0.1},
        {"interfacial_area": 0.07, "vol_frac_D": 0.3},
        {"tortuosity_factor_D": 2.2, "vol_frac_D": 0.3},
        {"tortuosity_factor_D": 2.0, "interfacial_area": 0.08, "tortuosity_A": 0.5},
    ],
)
def test_open_conditions_give_what_is_asked(further: FurtherTargets, targets: dict[str, float]) -> None:
    for level in (0.05, 0.5, 0.95):
        completed = further.completed(targets, level)
        assert {name: completed[name] for name in targets} == targets
        measured = {"interfacial_area": area(completed), "tortuosity_factor_D": winding(completed)}
        asked = {name: value for name, value in targets.items() if name in measured}
        assert {name: measured[name] for name in asked} == pytest.approx(asked, rel=0.02)
        assert further.out_of_reach(completed) == {}


def test_samples_differ_in_what_is_left_open(further: FurtherTargets) -> None:
    sizes = {round(further.completed({"interfacial_area": 0.1}, level)["domain_size"], 3) for level in (0.1, 0.5, 0.9)}
    assert len(sizes) == 3


def test_fractions_that_are_chosen_leave_room_for_each_other(further: FurtherTargets) -> None:
    completed = further.completed({"tortuosity_factor_D": 1.05, "vol_frac_M": 0.45}, 0.5)
    assert completed["vol_frac_D"] + completed["vol_frac_M"] <= 1


def test_what_the_other_targets_leave_no_room_for_is_told(card: ModelCard) -> None:
    fixed = {"vol_frac_D": 0.3, "vol_frac_M": 0.1, "tortuosity_D": 0.5, "tortuosity_A": 0.5, "tortuosity_factor_D": 4.0}
    (sentence,) = judge_request(card, fixed).reach_warnings
    assert sentence == (
        "Donor tortuosity factor: films with the other targets measure about 2.18; leave one of those free."
    )
    assert sentence in judge_request(card, fixed).warnings
    assert judge_request(card, fixed | {"tortuosity_factor_D": 2.17}).reach_warnings == ()


def test_further_targets_are_offered_in_the_range_of_the_films(card: ModelCard) -> None:
    names = [parameter.name for parameter in card.targets]
    assert names[-3:] == ["domain_size", "interfacial_area", "tortuosity_factor_D"]
    offered = card.targets[-2]
    assert offered.unit == "1/nm"
    assert sum(offered.histogram) == FILMS
    assert 0.02 < offered.low < offered.high < 0.2


def test_without_such_films_they_are_no_targets() -> None:
    assert ModelCard.from_json(tiny_card()).further_targets is None
    few = with_measured_films(tiny_card(), {"interfacial_area": area})
    few["measured_films"]["rows"] = few["measured_films"]["rows"][:20]  # too few for a fit
    assert [each.name for each in ModelCard.from_json(few).targets][-1] == "domain_size"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"asked": ["domain_size", *CONDITIONS]}, "conditions in their order"),
        ({"measured": ["tortuosity_factor_A", "interfacial_area"]}, "one number per name"),
        ({"measured": ["chi"]}, "chi, which is no target"),
    ],
)
def test_a_strange_table_is_refused(changed: dict[str, Any], words: str) -> None:
    document = with_measured_films(tiny_card(), {"interfacial_area": area})
    document["measured_films"] |= changed
    with pytest.raises(InputError, match=words):
        ModelCard.from_json(document)


def test_a_table_without_training_films_is_refused() -> None:
    document = with_measured_films(tiny_card(), {"interfacial_area": area}) | {"domain_sizes": None}
    with pytest.raises(InputError, match="needs support and domain_sizes"):
        ModelCard.from_json(document)


@pytest.mark.parametrize("name", ["interfacial_area", "domain_size"])
def test_a_target_whose_logarithm_is_sought_is_above_0(name: str) -> None:
    with pytest.raises(InputError, match=f"The target {name} must be above 0; got 0."):
        Request(targets={name: 0.0})


def test_values_without_a_logarithm_are_refused() -> None:
    document = with_measured_films(
        tiny_card(), {"interfacial_area": lambda values: np.zeros(len(values["domain_size"]))}
    )
    with pytest.raises(InputError, match="not above 0"):
        ModelCard.from_json(document)
    document["measured_films"]["rows"] = [[1e10] * 6]
    with pytest.raises(InputError, match="beyond 1e\\+09"):
        ModelCard.from_json(document)
