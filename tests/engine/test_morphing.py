"""Films between two given ones: the way begins and ends with them, and neighbours on it differ little."""

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.morph import morph_requests
from microdesigner.core.request import Request
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine
from microdesigner.engine.morphing import blended
from tests.engine.test_known_part import blobs

NAMES = ("vol_frac_D", "vol_frac_M", "tortuosity_D")
ENDS = (blobs(1), blobs(2))


def measured(phases: PhaseArray) -> dict[str, float | None]:
    values = sample_values(Microstructure(phases, (1.0, 1.0, 2.0), "periodic", ("donor", "acceptor", "mixed"))).values
    return {name: values[name] for name in NAMES}


def way(engine: Engine, count: int, **others: Any) -> list[Request]:
    strength = others.pop("strength", 0.5)
    request = Request(**{"model": engine.card.name, "steps": 6, "seed": 3, **others})
    return morph_requests(request, ENDS, [measured(phases) for phases in ENDS], count, strength)


def made(engine: Engine, request: Request) -> PhaseArray:
    *_, last = engine.generate(request)
    return last.result.samples[0].microstructure.phases  # type: ignore[union-attr]


@pytest.mark.parametrize("how", [{}, {"match": "fractions"}, {"match": "fractions", "refinement_strength": 0.0}])
def test_the_way_begins_and_ends_with_the_given_films(tiny_engine: Engine, how: dict[str, Any]) -> None:
    for request, end in zip(way(tiny_engine, 2, **how), ENDS, strict=True):
        assert np.mean(made(tiny_engine, request) != end) < 1e-4


def test_neighbours_on_the_way_differ_less_than_its_ends(tiny_engine: Engine) -> None:
    films = [made(tiny_engine, request) for request in way(tiny_engine, 5, match="fractions")]
    steps = [np.mean(one != other) for one, other in pairwise(films)]
    assert min(steps) > 0
    assert max(steps) < np.mean(ENDS[0] != ENDS[1])


def test_targets_go_evenly_from_one_film_to_the_other(tiny_engine: Engine) -> None:
    requests = way(tiny_engine, 5)
    first, last = (measured(phases) for phases in ENDS)
    for name in NAMES:
        values = [request.targets[name] for request in requests]
        assert (values[0], values[-1]) == (pytest.approx(first[name]), pytest.approx(last[name]))
        assert np.ptp(np.diff(values)) < 1e-12
    held = way(tiny_engine, 3, targets={"vol_frac_D": 0.4})
    assert [request.targets for request in held] == [{"vol_frac_D": 0.4}] * 3


def test_a_film_on_the_way_has_the_fractions_asked_for_and_is_made_again_from_its_record(tiny_engine: Engine) -> None:
    request = way(tiny_engine, 5, match="fractions")[1]
    *_, last = tiny_engine.generate(request)
    sample = last.result.samples[0]  # type: ignore[union-attr]
    assert sample.measured["vol_frac_D"] == pytest.approx(request.targets["vol_frac_D"], abs=1e-5)
    recorded = Request.from_json(json.loads(json.dumps(sample.microstructure.provenance["request"])))
    assert recorded == request
    assert (made(tiny_engine, recorded) == sample.microstructure.phases).all()


def test_a_blend_of_films_varies_as_much_as_they_do() -> None:
    """And its mean lies between theirs: half of each of two independent ones would have half their variance."""
    generator = torch.Generator().manual_seed(1)
    first, second = (torch.randn(2, 32, 32, 16, generator=generator) + mean for mean in (1.0, 3.0))
    half = blended(first, second, math.pi / 4)
    assert float(half.std()) == pytest.approx(1.0, abs=0.02)
    assert float(half.mean()) == pytest.approx(2.0, abs=0.02)
    assert torch.allclose(blended(first, second, 0.0), first, atol=1e-6)
    assert torch.allclose(blended(first, second, math.pi / 2), second, atol=1e-6)


def test_denoising_begins_latest_at_both_ends() -> None:
    starts = [Given.between(*ENDS, blend, 0.4).start for blend in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert starts[2] == pytest.approx(0.4)
    assert starts[0] == starts[4] < starts[1] == pytest.approx(starts[3])


def test_what_is_no_way_is_refused() -> None:
    with pytest.raises(InputError, match="64×64×32 and 32×64×32"):
        Given.between(ENDS[0], ENDS[1][:32], 0.5, 0.5)
    for blend, strength in ((1.5, 0.5), (0.5, 1.0)):
        with pytest.raises(InputError, match="between two"):
            Given.between(*ENDS, blend, strength)
    with pytest.raises(InputError, match="2 to 400"):
        morph_requests(Request(), ENDS, [{}, {}], 1)
    document = Request(given=Given.between(*ENDS, 0.5, 0.5)).to_json()
    document["given"]["other"] = document["given"]["other"][:40]
    with pytest.raises(InputError, match="'other'"):
        Request.from_json(document)
