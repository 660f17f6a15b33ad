"""Targets by other names, acceptor fractions, conditions that cannot be controlled."""

import numpy as np
import pytest

from microdesigner.core.card import ModelCard, installed_cards
from microdesigner.core.conditions import in_conditions
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.core.parameter_notes import control_note, describe_parameter
from microdesigner.core.request import Request
from microdesigner.core.request_check import check_request
from microdesigner.core.support import Support
from tests.tiny_model import tiny_card

THREE = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")
TWO = ("ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1")


def films() -> Support:
    """Donor 0.3 to 0.5; mixed a tenth to a fifth of it, more where there is less acceptor."""
    random = np.random.default_rng(0)
    donor, mixed = random.uniform(0.3, 0.5, 400), random.uniform(0.1, 0.2, 400)
    return Support(("vol_frac_D", "vol_frac_M"), np.stack([donor, mixed], 1))


@pytest.mark.parametrize(("conditions", "phases"), [(THREE, 3), (TWO, 2)])
def test_each_quantity_has_one_meaning_by_either_name(conditions: tuple[str, ...], phases: int) -> None:
    short = {"vol_frac_D": 0.4, "tortuosity_D": 0.5, "tortuosity_A": 0.6}
    graspi = {"ABS_f_D": 0.4, "CT_f_D_tort1": 0.5, "CT_f_A_tort1": 0.6}
    expected = short if phases == 3 else graspi
    for asked in (short, graspi):
        assert in_conditions(asked, conditions, PHASE_NAMES[:phases], None) == expected


def test_a_quantity_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="ABS_f_D name one quantity"):
        Request({"vol_frac_D": 0.4, "ABS_f_D": 0.4})
    with pytest.raises(InputError, match="tortuosity_D and CT_f_D_tort1 name one quantity"):
        in_conditions({"tortuosity_D": 0.4, "CT_f_D_tort1": 0.4}, THREE, PHASE_NAMES, None)
    with pytest.raises(InputError, match=r"sum to 1\.2"):
        Request({"ABS_f_D": 0.6, "vol_frac_A": 0.6})


def test_the_acceptor_of_two_phases_is_what_the_donor_leaves() -> None:
    assert in_conditions({"vol_frac_A": 0.6}, TWO, PHASE_NAMES[:2], None) == {"ABS_f_D": pytest.approx(0.4)}
    assert in_conditions({"vol_frac_A": 0.6, "vol_frac_D": 0.4}, TWO, PHASE_NAMES[:2], None) == {"ABS_f_D": 0.4}
    with pytest.raises(InputError, match="must sum to 1"):
        in_conditions({"vol_frac_A": 0.6, "ABS_f_D": 0.3}, TWO, PHASE_NAMES[:2], None)


def test_the_acceptor_of_three_phases_and_another_fix_the_third() -> None:
    for given, third in (("vol_frac_D", "vol_frac_M"), ("vol_frac_M", "vol_frac_D")):
        found = in_conditions({"vol_frac_A": 0.5, given: 0.3}, THREE, PHASE_NAMES, None)
        assert found[third] == pytest.approx(0.2)
    whole = {"vol_frac_A": 0.5, "vol_frac_D": 0.3, "vol_frac_M": 0.2}
    assert in_conditions(whole, THREE, PHASE_NAMES, None) == {"vol_frac_D": 0.3, "vol_frac_M": 0.2}
    with pytest.raises(InputError, match=r"sum to 1\.1"):
        in_conditions({"vol_frac_A": 0.6, "ABS_f_D": 0.5}, THREE, PHASE_NAMES, None)


def test_the_acceptor_alone_takes_the_mixed_fraction_of_films_that_have_it() -> None:
    def mixed(acceptor: float, level: float = 0.5) -> float:
        wanted = in_conditions({"vol_frac_A": acceptor}, THREE, PHASE_NAMES, films(), level)
        assert sum(wanted.values()) + acceptor == pytest.approx(1)
        return wanted["vol_frac_M"]

    # many acceptors are only in films of little donor and little mixed phase
    assert mixed(0.58) < mixed(0.45) < mixed(0.33)
    assert mixed(0.45) == pytest.approx(0.15, abs=0.01)
    assert mixed(0.45, 0.1) == pytest.approx(0.11, abs=0.015)
    assert mixed(0.45, 0.9) == pytest.approx(0.19, abs=0.015)
    assert mixed(0.99) <= 0.01
    with pytest.raises(InputError, match="alone does not fix"):
        in_conditions({"vol_frac_A": 0.5}, THREE, PHASE_NAMES, None)


def test_a_card_takes_all_these_names_and_no_others() -> None:
    card = ModelCard.from_json(tiny_card())
    check_request(card, Request({"ABS_f_D": 0.3, "CT_f_A_tort1": 0.5}))
    check_request(card, Request({"vol_frac_A": 0.4}))
    with pytest.raises(InputError, match="no target 'CT_f_e_conn'"):
        check_request(card, Request({"CT_f_e_conn": 0.3}))


def test_a_condition_that_cannot_be_controlled_says_so() -> None:
    figures = {name: {"squared_pearson": 0.99} for name in THREE}
    weak = {**figures, "vol_frac_M": {"squared_pearson": 0.31}}
    alone = {"control": {"vol_frac_M": {"squared_pearson": 1.0}}, "count": 9, "targets": "held-out"}
    card = ModelCard.from_json(
        tiny_card() | {"accuracy": {"all": {"control": weak, "count": 9, "targets": "held-out"}, "asked M": alone}}
    )
    assert "cannot be controlled: r² 0.31" in control_note(card, "vol_frac_M")
    assert control_note(card, "vol_frac_D") == ""
    assert control_note(ModelCard.from_json(tiny_card()), "vol_frac_M") == ""
    words = [describe_parameter(condition, card) for condition in card.conditions]
    assert ["cannot be controlled" in text for text in words] == [False, True, False, False]


@pytest.mark.parametrize("targets", [{"vol_frac_M": 0.0}, {"vol_frac_D": 0.3, "vol_frac_A": 0.7}])
def test_a_film_without_the_mixed_phase_is_left_to_models_of_two_phases(targets: dict[str, float]) -> None:
    trained = [{"name": name, "low": 0.04, "high": 0.9} for name in THREE]
    card = ModelCard.from_json(tiny_card() | {"conditions": trained})
    with pytest.raises(InputError, match=r"at least about 0\.04 of it; .* such as ch-2phase"):
        check_request(card, Request(targets))
    check_request(card, Request({"vol_frac_M": 0.01}))
    check_request(card, Request({}))
    check_request(ModelCard.from_json(tiny_card()), Request(targets))  # some of its training films have none
    (shipped,) = (path for path in installed_cards() if path.parent.name == "ch-3phase")
    with pytest.raises(InputError, match="ch-2phase"):
        check_request(ModelCard.read(shipped), Request(targets))


def test_the_mixed_fraction_is_a_quantile_of_films_weighted_by_how_near_their_acceptor_fraction_is() -> None:
    """Acceptor fractions off by 0, 0, 1/2 and 1 of the kernel's width: weights 1, 1, exp(-1/8), exp(-1/2)."""
    four = Support(("vol_frac_D", "vol_frac_M"), np.array([[0.4, 0.1], [0.3, 0.2], [0.31, 0.14], [0.24, 0.16]]))
    weights = np.exp([0.0, -1 / 8, -1 / 2, 0.0])  # by rising mixed fraction
    middles = (np.cumsum(weights) - weights / 2) / weights.sum()
    for level in (0.2, 0.5, 0.7):
        mixed = in_conditions({"vol_frac_A": 0.5}, THREE, PHASE_NAMES, four, level)["vol_frac_M"]
        assert mixed == pytest.approx(np.interp(level, middles, [0.1, 0.14, 0.16, 0.2]), abs=1e-6)


def test_without_films_that_name_both_fractions_the_acceptor_alone_is_refused() -> None:
    for names in (("vol_frac_D", "tortuosity_D"), ("tortuosity_D", "vol_frac_M")):
        with pytest.raises(InputError, match="give vol_frac_D or vol_frac_M with it"):
            in_conditions({"vol_frac_A": 0.5}, THREE, PHASE_NAMES, Support(names, np.full((4, 2), 0.2)))
