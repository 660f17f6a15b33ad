"""Guidance moves the estimates of a latent towards the targets, so that refinement has little left to move."""

from typing import Any

import pytest
import torch
from torch import Tensor

from microdesigner.core.request import Request
from microdesigner.engine import Engine, generation
from microdesigner.engine.guidance import SPACING, START, MeasuredGuidance
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.refinement import Refinement
from tests.engine.films import NAMES, denoised_film, latent, measured, quantities_of

CHANGE = torch.tensor([0.03, 0.02, -0.04, 0.05])


def guidance_of(networks: InferenceNetworks, targets: Tensor, *names: str) -> MeasuredGuidance:
    return MeasuredGuidance(networks, targets, quantities_of(networks, *names))


def test_the_last_correction_brings_the_film_near_its_targets(networks: InferenceNetworks) -> None:
    clean = latent()
    before = measured(denoised_film(networks, clean))
    guidance = guidance_of(networks, before + CHANGE, *NAMES)
    for _ in range(3):
        clean = guidance.corrected(clean, 0.1, 0.0)
        guidance._next = START
    missed = measured(denoised_film(networks, clean)) - before - CHANGE
    assert float(missed[:2].abs().max()) < 0.25 * float(CHANGE.abs().max()), "fractions without biases"
    assert float(missed[2:].abs().max()) < 0.5 * float(CHANGE.abs().max()), "straight paths"


def test_a_correction_that_steps_follow_goes_further(networks: InferenceNetworks) -> None:
    clean, targets = latent(), measured(denoised_film(networks, latent())) + CHANGE
    last = guidance_of(networks, targets, *NAMES).corrected(clean, START, 0.0) - clean
    followed = guidance_of(networks, targets, *NAMES).corrected(clean, START, 0.4) - clean
    assert torch.allclose(followed, 2 * last, rtol=1e-3, atol=1e-5)


def test_only_later_estimates_are_corrected_and_not_too_often(networks: InferenceNetworks) -> None:
    clean = latent()
    guidance = guidance_of(networks, measured(denoised_film(networks, clean)) + CHANGE, *NAMES)
    assert torch.equal(guidance.corrected(clean, START + 0.01, START), clean)
    assert guidance.jacobian is None
    assert not torch.equal(guidance.corrected(clean, START, 0.4), clean)
    assert torch.equal(guidance.corrected(clean, START * (1 + SPACING) / 2, 0.4), clean)
    assert not torch.equal(guidance.corrected(clean, START * SPACING, 0.4), clean)


@pytest.mark.parametrize("names", [("vol_frac_D",), ("tortuosity_A",)])
def test_targets_of_one_kind_alone_are_followed(networks: InferenceNetworks, names: tuple[str, ...]) -> None:
    clean = latent()
    before = measured(denoised_film(networks, clean))
    guidance = guidance_of(networks, before + CHANGE, *names)
    column = NAMES.index(names[0])
    after = measured(denoised_film(networks, guidance.corrected(clean, 0.1, 0.0)))
    assert abs(float((after - before - CHANGE)[column])) < (0.6 * abs(float(CHANGE[column])))
    assert guidance.jacobian is not None
    assert len(guidance.jacobian) == names[0].startswith("tortuosity")


def test_a_guided_film_leaves_little_to_refinement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further moves are what makes interfaces rough."""
    engine, moves = Engine.load("ch-3phase", device="cpu"), []

    class NotedRefinement(Refinement):
        def __init__(self, networks: Any, latent: Tensor, *others: Any) -> None:
            super().__init__(networks, latent, *others)
            self.start = latent

        def decoded(self) -> Any:
            film = super().decoded()
            moves.append(float((self.latent - self.start).square().mean().sqrt()))
            return film

    monkeypatch.setattr(generation, "Refinement", NotedRefinement)
    targets = {"vol_frac_D": 0.478, "vol_frac_M": 0.079, "tortuosity_D": 0.518, "tortuosity_A": 0.441}
    list(engine.generate_each([Request(targets, seed=2)]))
    monkeypatch.setattr(generation.Generation, "guidances", lambda self, index, number: [])
    list(engine.generate_each([Request(targets, seed=2)]))
    guided, unguided = moves
    assert guided < unguided / 3


@pytest.mark.parametrize(
    "options", [{"sampler": "ancestral"}, {"refinement_strength": 0.5}, {"refinement_strength": 0}]
)
def test_the_denoiser_is_left_alone_where_that_was_asked(tiny_engine: Engine, options: dict[str, Any]) -> None:
    request = Request({"vol_frac_D": 0.4}, **options)
    assert generation.Generation(tiny_engine.networks, request).guidances(0, 0) == []
    plain = generation.Generation(tiny_engine.networks, Request({"vol_frac_D": 0.4}))
    assert len(plain.guidances(0, 0)) == 1
