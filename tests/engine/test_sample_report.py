"""What a sample tells of its film is what the model sees in that film when it is opened."""

import pytest

from microdesigner.core.events import Finished
from microdesigner.core.request import Request
from microdesigner.engine import Engine


@pytest.mark.parametrize("targets", [{"vol_frac_D": 0.5, "vol_frac_M": 0.05}, {}], ids=["biases", "free"])
def test_recipe_and_verdict_are_those_of_the_opened_film(tiny_engine: Engine, targets: dict[str, float]) -> None:
    request = Request(targets, model=tiny_engine.card.name, steps=2, seed=3, match="fractions" if targets else "none")
    *_, last = tiny_engine.generate(request)
    assert isinstance(last, Finished)
    (made,) = last.result.samples
    opened = tiny_engine.analyse(made.microstructure, made.seed)
    assert made.predicted == opened.predicted
    assert made.process == opened.process
    assert made.verdict["disagreement"] == opened.verdict["disagreement"]


def test_a_film_in_other_voxels_is_seen_as_in_the_models_own(tiny_engine: Engine) -> None:
    films = []
    for edges in (None, (2.0, 2.0, 4.0)):
        request = Request({}, model=tiny_engine.card.name, steps=2, seed=3, voxel_nm=edges, refinement_strength=0)
        *_, last = tiny_engine.generate(request)
        assert isinstance(last, Finished)
        films.append(last.result.samples[0])
    assert films[0].predicted == films[1].predicted
