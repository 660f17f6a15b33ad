"""Targets are possible at every moment."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microdesigner.app.targets import Options, Targets, comparison, median
from microdesigner.core.card import ModelCard, Parameter
from microdesigner.core.request import Request
from tests.tiny_model import tiny_card

NAMES = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")


def _card(names: tuple[str, ...] = NAMES, phases: tuple[str, ...] = ("donor", "acceptor", "mixed")) -> ModelCard:
    conditions = [{"name": name, "low": 0.1, "high": 0.5} for name in names]
    no_sample = {"support": None, "domain_sizes": None}
    return ModelCard.from_json(tiny_card() | no_sample | {"phases": list(phases), "conditions": conditions})


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0, 1), st.booleans()), max_size=12))
def test_any_sequence_of_changes_makes_a_valid_request(changes: list[tuple[str, float, bool]]) -> None:
    targets = Targets(_card())
    for name, value, fixed in changes:
        targets.set_value(name, value)
        targets.set_fixed(name, fixed)
        request = targets.request(Options())
        assert isinstance(request, Request)
        assert targets.dependent_value is None or 0 <= targets.dependent_value <= 1


def test_the_fraction_just_moved_stays_where_it_was_put() -> None:
    targets = Targets(_card())
    targets.set_value("vol_frac_M", 0.4)
    targets.set_value("vol_frac_D", 0.9)
    assert targets.state.values["vol_frac_D"] == 0.9
    assert targets.state.values["vol_frac_M"] == pytest.approx(0.1)


def test_the_dependent_phase_is_the_one_without_a_condition() -> None:
    assert Targets(_card()).dependent_phase == "acceptor"
    assert Targets(_card(("ABS_f_D",), ("donor", "acceptor"))).dependent_phase == "acceptor"
    assert Targets(_card(("tortuosity_D",))).dependent_phase is None


def test_sliders_of_named_phases_share_one_whole() -> None:
    names = ("volume_fraction_quartz", "volume_fraction_clay", "volume_fraction_pore")
    targets = Targets(_card((*names, "straight_paths_pore_lower"), ("quartz", "clay", "pore", "organic")))
    assert targets.fractions == names
    assert targets.dependent_phase == "organic"
    targets.set_value(names[1], 0.3)
    targets.set_value(names[0], 0.8)
    assert sum(targets.state.values[name] for name in names) == pytest.approx(1)
    assert targets.dependent_value == pytest.approx(0)
    assert targets.limits("straight_paths_pore_lower") == (0, 1)
    measured = dict.fromkeys((*names, "volume_fraction_organic"), 0.25)
    asked = comparison(Request(dict.fromkeys(names, 0.2)), measured)
    assert asked["volume_fraction_organic"] == (pytest.approx(0.4), 0.25)


def test_two_fractions_are_a_target_for_the_third() -> None:
    measured = {"vol_frac_D": 0.31, "vol_frac_A": 0.5, "vol_frac_M": 0.19, "tortuosity_D": None}
    compared = comparison(Request({"vol_frac_M": 0.2, "vol_frac_D": 0.3}), measured)
    assert list(compared) == list(measured), "in the order in which films are described"
    assert compared["vol_frac_A"] == (pytest.approx(0.5), 0.5)
    assert compared["tortuosity_D"] == (None, None)
    assert comparison(Request({"vol_frac_D": 0.3}), measured)["vol_frac_A"] == (None, 0.5)


def test_targets_are_judged_and_moved_for_the_size_asked() -> None:
    """The same straight paths mean another structure in a thicker film."""
    random = np.random.default_rng(0)
    ranges = ((0.2, 0.4), (0.1, 0.2), (0.35, 0.65), (0.35, 0.65))
    films = np.stack([random.uniform(low, high, 200) for low, high in ranges], 1)
    targets = Targets(ModelCard.from_json(tiny_card() | {"support": films.tolist(), "domain_sizes": None}))
    targets.ask_only({"tortuosity_D": 0.5, "tortuosity_A": 0.5})
    thick = (64, 64, 64)  # twice the layers of the training films
    assert targets.judged().words == targets.judged((64, 64, 32)).words == "well supported"
    assert targets.judged(thick).words == "outside the training data"
    targets.use_nearest()
    assert targets.targets() == {"tortuosity_D": 0.5, "tortuosity_A": 0.5}
    targets.use_nearest(thick)
    assert targets.targets()["tortuosity_D"] < 0.45
    assert targets.judged(thick).words == "well supported"


def test_what_follows_from_fractions_and_paths_starts_free() -> None:
    assert set(Targets(_card(("ABS_f_D", "CT_f_D_tort1", "ABS_wf_D"))).targets()) == {"ABS_f_D", "CT_f_D_tort1"}
    assert set(Targets(_card(("ABS_wf_D",))).targets()) == {"ABS_wf_D"}


def test_switching_models_keeps_what_both_share() -> None:
    first = Targets(_card())
    first.set_value("vol_frac_D", 0.42)
    first.set_fixed("tortuosity_D", False)
    second = Targets(_card(("vol_frac_D", "tortuosity_D")), first.state)
    assert second.targets() == {"vol_frac_D": 0.42}


def test_without_a_sample_of_the_data_there_is_no_verdict() -> None:
    assert Targets(_card()).judged().support is None


def test_median_follows_the_histogram() -> None:
    assert median(Parameter("x", 0.0, 1.0, (0, 0, 0, 10))) == pytest.approx(0.875)
    assert median(Parameter("x", 0.0, 1.0)) == 0.5


def test_settings_survive_and_foreign_ones_do_not_hurt(tmp_path: Path) -> None:
    from microdesigner.app.store.settings import Settings

    path = tmp_path / "settings.json"
    Settings(model="a", smooth=False).save(path)
    assert Settings.load(path) == Settings(model="a", smooth=False)
    path.write_text('{"model": 3, "smooth": true, "colour": 1}', encoding="utf-8")
    assert Settings.load(path) == Settings()
    path.write_text("{", encoding="utf-8")
    assert Settings.load(path) == Settings()


def test_ranges_of_lengths_are_those_of_the_voxels_asked_for() -> None:
    own, larger = Targets(_sized_card()), Targets(_sized_card(), voxel_nm=(3.0, 3.0, 6.0))
    assert larger.limits("domain_size") == pytest.approx([3 * end for end in own.limits("domain_size")])
    assert larger.limits("vol_frac_D") == own.limits("vol_frac_D")
    own.ask_only({"domain_size": 25.0})
    asked, middle = own.in_voxels((3.0, 3.0, 6.0)), own.state.values["vol_frac_D"]
    assert (asked.values["domain_size"], asked.values["vol_frac_D"]) == (25.0, middle), "what is asked for stays"
    own.set_fixed("domain_size", False)
    assert own.in_voxels((3.0, 3.0, 6.0)).values["domain_size"] == 75.0


def _sized_card() -> ModelCard:
    return ModelCard.from_json(tiny_card())
