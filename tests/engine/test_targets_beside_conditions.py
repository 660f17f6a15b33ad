"""A request for what no network is conditioned on: the conditions are chosen for it, and the film measured for it."""

from dataclasses import replace

import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.events import SampleDone
from microdesigner.core.request import Request
from microdesigner.design.space import Space
from microdesigner.engine import Engine
from microdesigner.engine.sample_targets import sample_targets
from tests.tiny_model import CONDITIONS, set_card, tiny_card, with_measured_films

TARGETS = {"vol_frac_D": 0.4, "interfacial_area": 0.08}


@pytest.fixture
def engine(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A model of which is known that the area is two over the domain size."""
    films = with_measured_films(tiny_card(), {"interfacial_area": lambda asked: 2 / asked["domain_size"]})
    set_card(monkeypatch, tiny_engine, **{key: films[key] for key in ("support", "domain_sizes", "measured_films")})
    return tiny_engine


def test_the_denoiser_is_told_conditions_that_give_the_target(engine: Engine) -> None:
    found = sample_targets(engine.card, Request(TARGETS))
    assert found.conditions["domain_size"] == pytest.approx(2 / 0.08, rel=0.01)
    assert found.conditions["vol_frac_D"] == 0.4
    assert found.conditions.keys() == {*CONDITIONS, "domain_size", "interfacial_area"}
    assert found.requested == TARGETS | {"vol_frac_M": found.conditions["vol_frac_M"]}, "fractions cost nothing to meet"
    assert sample_targets(engine.card, Request({"vol_frac_D": 0.4})).requested == {"vol_frac_D": 0.4}


def test_samples_are_drawn_for_conditions_of_their_own(engine: Engine) -> None:
    straight = {sample_targets(engine.card, Request(TARGETS), index).conditions["tortuosity_D"] for index in range(6)}
    assert len(straight) > 2


def test_an_area_is_sought_in_the_voxels_of_the_model(engine: Engine) -> None:
    smaller = Request(TARGETS, voxel_nm=(0.5, 0.5, 1.0))  # the same structure has twice the area per volume
    assert sample_targets(engine.card, smaller).conditions["domain_size"] == pytest.approx(2 / 0.04, rel=0.01)


def test_the_film_is_measured_for_what_was_asked(engine: Engine) -> None:
    request = replace(Request(TARGETS | {"tortuosity_D": 0.5}), steps=1, refinement_strength=0.0)
    (sample,) = [event.sample for event in engine.generate(request) if isinstance(event, SampleDone)]
    assert {"interfacial_area", *CONDITIONS} <= sample.measured.keys()
    assert sample.measured["interfacial_area"] is not None


def test_a_study_reaches_it_by_its_goals(engine: Engine) -> None:
    assert "interfacial_area" not in Space(engine.card, {}, (), 32).names
    with pytest.raises(InputError, match="give bounds on it as goals"):
        Space(engine.card, {"interfacial_area": 0.1}, (), 32)
