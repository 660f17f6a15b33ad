"""Guidance moves the estimates of a latent towards the targets, so that refinement has little left to move."""

from typing import Any

import pytest
import torch
from torch import Tensor

from microdesigner.core.guidance_schedule import corrected_steps
from microdesigner.core.request import Request
from microdesigner.engine import Engine, generation
from microdesigner.engine.guidance import MeasuredGuidance
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.refinement import Refinement
from tests.engine.films import NAMES, denoised_film, latent, measured, quantities_of

CHANGE = torch.tensor([0.03, 0.02, -0.04, 0.05])


def guidance_of(networks: InferenceNetworks, targets: Tensor, *names: str, steps: int = 1) -> MeasuredGuidance:
    """Guidance that corrects all steps, or the last alone."""
    return MeasuredGuidance(networks, targets, quantities_of(networks, *names), steps, range(steps))


def test_last_corrections_bring_the_film_near_its_targets(networks: InferenceNetworks) -> None:
    clean = latent()
    before = measured(denoised_film(networks, clean))
    for _ in range(3):
        clean = guidance_of(networks, before + CHANGE, *NAMES).corrected(clean)
    missed = measured(denoised_film(networks, clean)) - before - CHANGE
    assert float(missed[:2].abs().max()) < 0.25 * float(CHANGE.abs().max()), "fractions without biases"
    assert float(missed[2:].abs().max()) < 0.5 * float(CHANGE.abs().max()), "straight paths"


def test_a_correction_that_steps_follow_goes_further(networks: InferenceNetworks) -> None:
    clean, targets = latent(), measured(denoised_film(networks, latent())) + CHANGE
    last = guidance_of(networks, targets, *NAMES).corrected(clean) - clean
    followed = guidance_of(networks, targets, *NAMES, steps=2).corrected(clean) - clean
    assert torch.allclose(followed, 2 * last, rtol=1e-3, atol=1e-5)


def test_straight_paths_that_do_not_exist_ask_for_nothing(networks: InferenceNetworks) -> None:
    clean = latent()
    clean[0] -= 20
    assert measured(denoised_film(networks, clean))[2].isnan()
    moved = guidance_of(networks, torch.tensor([0.3, 0.1, 0.4, 0.4]), *NAMES).corrected(clean)
    assert moved.isfinite().all()


def test_steps_that_are_not_chosen_go_on_as_they_are(networks: InferenceNetworks) -> None:
    clean, targets = latent(), measured(denoised_film(networks, latent())) + CHANGE
    guidance = MeasuredGuidance(networks, targets, quantities_of(networks, *NAMES), 3, [1])
    moved = [not torch.equal(guidance.corrected(clean), clean) for _ in range(3)]
    assert moved == [False, True, False]


def test_the_later_steps_are_corrected_more_and_more_often() -> None:
    assert corrected_steps(Request({"vol_frac_D": 0.4}, steps=20)) == (10, 12, 14, 16, 17, 18, 19)
    assert corrected_steps(Request({"vol_frac_D": 0.4}, steps=1)) == (), "pure noise shows no film"
    for steps in (2, 5, 20, 50):
        numbers = corrected_steps(Request({"vol_frac_D": 0.4}, steps=steps))
        assert numbers[-1] == steps - 1
        assert min(numbers) >= steps / 2


@pytest.mark.parametrize("names", [("tortuosity_A",), ("tortuosity_D", "vol_frac_D")])
def test_any_subset_with_straight_paths_is_followed(networks: InferenceNetworks, names: tuple[str, ...]) -> None:
    clean = latent()
    before = measured(denoised_film(networks, clean))
    guidance = guidance_of(networks, before + CHANGE, *names)
    missed = measured(denoised_film(networks, guidance.corrected(clean))) - before - CHANGE
    columns = [NAMES.index(name) for name in names]
    assert (missed.abs() < 0.6 * CHANGE.abs())[columns].all()
    assert guidance.jacobian is not None
    assert len(guidance.jacobian) == 1


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
def test_the_denoiser_is_left_alone_where_that_was_asked(networks: InferenceNetworks, options: dict[str, Any]) -> None:
    targets = {"vol_frac_D": 0.4, "tortuosity_D": 0.4}
    assert generation.Generation(networks, Request(targets, **options)).guidances(0, 0) == []
    assert generation.Generation(networks, Request({"vol_frac_D": 0.4})).guidances(0, 0) == []
    assert len(generation.Generation(networks, Request(targets)).guidances(0, 0)) == 1
