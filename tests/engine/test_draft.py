"""Quick looks at what a request makes."""

import numpy as np
import pytest
import torch
from torch import Tensor

from microdesigner.core.errors import InputError
from microdesigner.core.regions import given_part
from microdesigner.core.request import Request, Sampler
from microdesigner.engine.engine import Engine
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.latents import denoised, drafted, initial_noises, latent_shape
from microdesigner.engine.matching import rough_labels
from microdesigner.engine.networks import InferenceNetworks


def test_a_draft_is_the_whole_film_in_half_the_resolution(tiny_engine: Engine) -> None:
    request = Request({"vol_frac_D": 0.35, "vol_frac_M": 0.2}, seed=4)
    phases = tiny_engine.draft(request).phases
    assert phases.shape == (32, 32, 16)
    assert phases.dtype == np.uint8
    shares = np.bincount(phases.ravel(), minlength=3) / phases.size
    assert shares == pytest.approx([0.35, 0.45, 0.2], abs=0.02)
    np.testing.assert_array_equal(tiny_engine.draft(request).phases, phases)


def test_drafts_of_one_seed_change_little_by_little(tiny_engine: Engine) -> None:
    one, near, other = (
        tiny_engine.draft(Request({"vol_frac_D": fraction}, seed=seed)).phases
        for fraction, seed in ((0.35, 4), (0.36, 4), (0.35, 5))
    )
    assert (one == near).mean() > 0.97 > (one == other).mean()


@pytest.mark.parametrize("sampler", ["sa-solver", "dpm-solver++", "ancestral"])
def test_a_draft_takes_the_path_of_its_film(
    sampler: Sampler, tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request({"vol_frac_D": 0.35}, seed=4, steps=6, sampler=sampler)
    start = initial_noises(request.seed, 1, latent_shape(tiny_engine.card, tiny_engine.card.shape))[0]
    film = list(denoised(tiny_engine.networks, request, [request.targets], [start], 1))[-1]
    monkeypatch.setattr("microdesigner.engine.latents.DRAFT_TIMES", (1.0, 0.9, 0.7, 0.5, 0.35, 0.2))  # every step
    followed = drafted(tiny_engine.networks, request, request.targets, start)
    assert isinstance(film, Tensor)
    torch.testing.assert_close(followed, film[0], atol=1e-4, rtol=1e-3)


def test_a_draft_evaluates_the_denoiser_twice(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    times = []
    evaluate = InferenceNetworks.velocity

    def counted(networks: InferenceNetworks, noisy: Tensor, time: Tensor, *more: Tensor) -> Tensor:
        times.append(float(time[0]))
        return evaluate(networks, noisy, time, *more)

    monkeypatch.setattr(InferenceNetworks, "velocity", counted)
    tiny_engine.draft(Request({"vol_frac_D": 0.35}))
    assert times == pytest.approx([0.8, 0.55])


def test_a_draft_of_what_the_model_cannot_serve_is_refused(tiny_engine: Engine) -> None:
    with pytest.raises(InputError):
        tiny_engine.draft(Request({"nonesuch": 0.5}))


def test_rough_labels_meet_fractions_far_from_those_of_the_logits() -> None:
    logits = np.random.default_rng(0).normal(size=(3, 32, 32, 16)).astype(np.float32)
    logits[1] += 2
    labels = rough_labels(logits, {0: 0.6, 2: 0.1})
    assert np.bincount(labels.ravel()) / labels.size == pytest.approx([0.6, 0.3, 0.1], abs=0.02)
    np.testing.assert_array_equal(rough_labels(logits, {}), logits.argmax(axis=0))


@pytest.mark.parametrize("region", ["x=0:32", "y=17", "outside sphere=32,32,16,12"])
def test_a_draft_holds_what_is_given_of_its_film(region: str, tiny_engine: Engine) -> None:
    shape = tiny_engine.card.shape
    film = np.random.default_rng(0).integers(0, 3, [edge // 2 for edge in shape]).astype(np.uint8)
    phases = film.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    given = given_part(phases, shape, [region])
    targets = {"vol_frac_D": 0.34, "vol_frac_M": 0.33}
    draft = tiny_engine.draft(Request(targets, seed=4, given=given)).phases
    known = given.mask.reshape(32, 2, 32, 2, 16, 2).mean((1, 3, 5)) >= 0.5
    assert known.any()
    np.testing.assert_array_equal(draft[known], film[known])
    shares = np.bincount(draft.ravel(), minlength=3) / draft.size
    assert shares == pytest.approx([0.34, 0.33, 0.33], abs=0.03)


def test_a_draft_is_made_around_what_is_given(tiny_engine: Engine) -> None:
    """Also where nothing is pinned it differs from that of the request alone: the denoiser sees the known part."""
    shape = tiny_engine.card.shape
    request = Request({"vol_frac_D": 0.35}, seed=4, size=shape)
    given = given_part(np.zeros(shape, np.uint8), shape, ["x=0:32"])
    start = initial_noises(request.seed, 1, latent_shape(tiny_engine.card, shape))[0]
    seen: list[Tensor] = []

    class Spy:
        def corrected(self, clean: Tensor) -> Tensor:
            seen.append(KnownPart.of(tiny_engine.networks, given).shown(clean))
            return seen[-1]

    free = drafted(tiny_engine.networks, request, request.targets, start)
    around = drafted(tiny_engine.networks, request, request.targets, start, [Spy()])
    assert len(seen) == request.steps
    assert not torch.equal(free[:, 4:], around[:, 4:])
    torch.testing.assert_close(around[:, :4], seen[0][:, :4])
