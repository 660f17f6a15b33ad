"""A film is completed around its given part: the part stays, the rest meets the targets and continues it."""

from typing import Any

import numpy as np
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.paths import shipped
from microdesigner.core.regions import given_part, region_mask
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.engine import Engine
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.sample_targets import sample_targets
from tests.engine.films import Interpolation

SHAPE = (64, 64, 32)
TARGETS = {"vol_frac_D": 0.34, "vol_frac_M": 0.39}


def blobs(seed: int = 1) -> PhaseArray:
    """Labels of a film with domains of some voxels."""
    latent = torch.randn(1, 4, 8, 8, 4, generator=torch.Generator().manual_seed(seed))
    return Interpolation().decode(latent, True)[0].argmax(0).to(torch.uint8).numpy()


def completed(engine: Engine, given: Given, **others: Any) -> list[Sample]:
    request = Request(**{"targets": TARGETS, "model": engine.card.name, "steps": 3, "given": given, **others})
    *_, last = engine.generate(request)
    return list(last.result.samples)  # type: ignore[union-attr]


def half(region: str = "x=0:32", **others: Any) -> Given:
    return given_part(blobs(), SHAPE, [region], **others)


@pytest.mark.parametrize("region", ["x=0:32", "y=20", "outside sphere=32,32,16,12", "x=3:5 y=7:60 z=1:31"])
@pytest.mark.parametrize(
    "how",
    [{}, {"match": "fractions"}, {"refinement_strength": 0.0}, {"refinement_strength": 0.0, "match": "fractions"},
     {"targets": {**TARGETS, "tortuosity_D": 0.3}, "match": "fractions"}, {"sampler": "dpm-solver++"}],
)  # fmt: skip
def test_given_voxels_stay_to_the_bit(tiny_engine: Engine, region: str, how: dict[str, Any]) -> None:
    given = half(region)
    (sample,) = completed(tiny_engine, given, **how)
    phases = sample.microstructure.phases
    assert (phases[given.mask] == blobs()[given.mask]).all()
    assert (phases != blobs())[~given.mask].any(), "the rest is new"


def test_fractions_of_the_whole_film_are_exact(tiny_engine: Engine) -> None:
    (sample,) = completed(tiny_engine, half(), match="fractions")
    assert sample.measured["vol_frac_D"] == pytest.approx(0.34, abs=1e-5)
    assert sample.measured["vol_frac_M"] == pytest.approx(0.39, abs=1e-5)


def test_fractions_of_the_new_part_are_exact(tiny_engine: Engine) -> None:
    given = half(targets_of="new")
    (sample,) = completed(tiny_engine, given, targets={"vol_frac_D": 0.2, "vol_frac_M": 0.5}, match="fractions")
    new = sample.microstructure.phases[~given.mask]
    assert np.mean(new == 0) == pytest.approx(0.2, abs=1e-4)
    assert np.mean(new == 2) == pytest.approx(0.5, abs=1e-4)


def test_refinement_aims_at_the_film_and_the_denoiser_at_its_new_part(tiny_engine: Engine) -> None:
    given = half(targets_of="new")
    kept = float(np.mean(blobs()[:32] == 0))
    aims = sample_targets(tiny_engine.card, Request({"vol_frac_D": 0.2, "tortuosity_D": 0.4}, given=given))
    assert aims.requested["vol_frac_D"] == pytest.approx((0.2 + kept) / 2)
    assert aims.conditions["vol_frac_D"] == pytest.approx(0.2)
    assert aims.requested["tortuosity_D"] == 0.4
    aims = sample_targets(tiny_engine.card, Request({"vol_frac_D": 0.3}, given=half()))
    assert aims.requested["vol_frac_D"] == 0.3
    assert aims.conditions["vol_frac_D"] == pytest.approx(0.6 - kept)


def test_a_film_is_made_again_from_its_own_record(tiny_engine: Engine) -> None:
    (sample,) = completed(tiny_engine, half(), seed=5)
    recorded = Request.from_json(sample.microstructure.provenance["request"])
    *_, last = tiny_engine.generate(recorded)
    assert (last.result.samples[0].microstructure.phases == sample.microstructure.phases).all()  # type: ignore[union-attr]


def test_samples_differ_and_do_not_depend_on_their_number(tiny_engine: Engine) -> None:
    first, second = completed(tiny_engine, half(), count=2, seed=5)
    (alone,) = completed(tiny_engine, half(), seed=6)
    assert (first.microstructure.phases != second.microstructure.phases).any()
    assert (alone.microstructure.phases == second.microstructure.phases).all()


def test_a_film_grows_around_a_smaller_one(tiny_engine: Engine) -> None:
    small = blobs()[:32]
    (sample,) = completed(tiny_engine, given_part(small, (64, 96, 32)))
    assert sample.microstructure.shape == (64, 96, 32)
    assert (sample.microstructure.phases[:32, :64] == small).all()


def test_the_denoiser_is_shown_the_blocks_that_are_known_whole(tiny_engine: Engine) -> None:
    part = KnownPart(tiny_engine.networks, half())
    noise = torch.randn(4, 8, 8, 4)
    shown = part.shown(noise)
    assert torch.equal(shown[:, 4:], noise[:, 4:])
    assert not (shown[:, :4] == noise[:, :4]).any()
    sliced = KnownPart(tiny_engine.networks, half("y=20"))
    assert torch.equal(sliced.shown(noise), noise)


def test_a_fit_makes_known_voxels_likely(tiny_engine: Engine) -> None:
    for region in ("y=20", "y=0"):
        given = half(region)
        part, start = KnownPart(tiny_engine.networks, given), 0.1 * torch.randn(4, 8, 8, 4)
        kept = torch.from_numpy(given.mask)

        def surprise(latent: torch.Tensor, kept: torch.Tensor = kept) -> float:
            logits = tiny_engine.networks.decode(latent[None])
            entropy = torch.nn.functional.cross_entropy(
                logits, torch.from_numpy(blobs())[None].long(), reduction="none"
            )
            return float(entropy[0][kept].mean())

        before, after = surprise(start), surprise(part.fitted(start, 25, hard=True))
        assert after < 0.99 * before, region


def test_a_fit_moves_known_latents_only_beside_unknown_ones(tiny_engine: Engine) -> None:
    """Of four known columns, 0 to 3, the outer two: the encoder had to guess what lies beside them."""
    part, start = KnownPart(tiny_engine.networks, half()), torch.randn(4, 8, 8, 4)
    moved = (part.fitted(start, 3, hard=True) != part.shown(start)).any(0).any(1).any(1)
    assert moved[[0, 3, 4, 7]].all()
    assert not moved[1:3].any()


def test_refinement_moves_nothing_beside_the_known_part(tiny_engine: Engine) -> None:
    part = KnownPart(tiny_engine.networks, half("y=20"))
    moving = part.apart(torch.ones(1, 4 * 8 * 8 * 4)).reshape(4, 8, 8, 4).bool()
    assert not moving[:, :, 1:4].any()
    assert moving[:, :, [0, 4, 5, 6, 7]].all()


def test_a_part_at_a_periodic_face_reaches_across_it(tiny_engine: Engine) -> None:
    part = KnownPart(tiny_engine.networks, half("y=0"))
    moving = part.apart(torch.ones(1, 4 * 8 * 8 * 4)).reshape(4, 8, 8, 4).bool()
    assert not moving[:, :, [7, 0, 1]].any()
    assert moving[:, :, 2:7].all()


def test_a_variation_leaves_its_film_the_further_the_stronger_it_is(tiny_engine: Engine) -> None:
    def unlike(strength: float) -> float:
        given = given_part(blobs(), SHAPE, [], strength=strength)
        (sample,) = completed(tiny_engine, given, targets={}, refinement_strength=0.0, steps=20)
        part = KnownPart(tiny_engine.networks, given)
        own = tiny_engine.networks.decode(part.latent[None])[0].argmax(0).numpy()
        return float(np.mean(sample.microstructure.phases != own))

    weak, middle, strong = unlike(0.05), unlike(0.4), unlike(0.95)
    assert 0 < weak < middle < strong


def test_what_is_kept_of_a_varied_film_stays(tiny_engine: Engine) -> None:
    given = half(strength=0.3)
    (sample,) = completed(tiny_engine, given, match="fractions")
    assert (sample.microstructure.phases[given.mask] == blobs()[given.mask]).all()
    assert sample.measured["vol_frac_D"] == pytest.approx(0.34, abs=1e-5)


def test_a_variation_takes_as_many_evaluations_as_it_has_time(tiny_engine: Engine) -> None:
    given = given_part(blobs(), SHAPE, [], strength=0.25)
    request = Request(TARGETS, model=tiny_engine.card.name, steps=20, given=given)
    denoised = [event for event in tiny_engine.generate(request) if getattr(event, "stage", "") == "denoise"]
    assert len(denoised) == request.evaluations == 5
    assert {event.total for event in denoised} == {5}  # type: ignore[union-attr]


def test_the_domain_size_of_what_is_known_is_told_to_the_denoiser(tiny_engine: Engine) -> None:
    """Boxes and slices tell it, and most of a film whatever its shape; a corner or scattered voxels do not."""

    def size(given: Given) -> float | None:
        return KnownPart(tiny_engine.networks, given).domain_size

    coarse = blobs()[:32].repeat(2, 0)  # domains twice as long
    boxes = size(half()), size(given_part(coarse, SHAPE, ["x=0:32"]))
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1] > 1.1 * boxes[0]
    assert size(half("outside sphere=32,32,16,9")) == pytest.approx(boxes[0], rel=0.2)
    assert size(half("y=20")) == pytest.approx(boxes[0], rel=0.3)
    assert size(half("x=0:8 y=0:8")) is None
    assert size(half("sphere=32,32,16,12")) is None
    assert size(given_part(blobs(), SHAPE, strength=0.4)) == pytest.approx(boxes[0], rel=0.2)


def test_a_film_follows_the_domain_size_of_its_part(tiny_engine: Engine) -> None:
    def made(size: float | None) -> PhaseArray:
        part = KnownPart.of(tiny_engine.networks, half())
        part.domain_size = size
        return completed(tiny_engine, half(), targets={}, refinement_strength=0.0)[0].microstructure.phases

    assert (made(10.0) != made(60.0)).any()
    assert (made(10.0) == made(10.0)).all()


def test_unknown_phases_are_refused(tiny_engine: Engine) -> None:
    phases = blobs()
    phases[0, 0, 0] = 3
    with pytest.raises(InputError, match="does not know"):
        completed(tiny_engine, given_part(phases, SHAPE, ["x=0:32"]))


@pytest.mark.long
@pytest.mark.skipif(not (shipped("weights") / "ch-3phase" / "model.json").is_file(), reason="no shipped weights")
def test_the_shipped_model_leaves_no_seam() -> None:
    """Unlike neighbours across the border are as frequent as elsewhere; around a film of its own the rest is new."""
    engine = Engine.load("ch-3phase", device="cpu")
    targets = {"vol_frac_D": 0.4, "vol_frac_M": 0.15, "tortuosity_D": 0.5, "tortuosity_A": 0.5}
    *_, last = engine.generate(Request(targets, size=(64, 64, 64), seed=2))
    film = last.result.samples[0].microstructure.phases  # type: ignore[union-attr]
    given = given_part(film, film.shape, ["x=0:32"])
    (sample,) = completed(engine, given, targets=targets, steps=20, seed=9)
    phases = sample.microstructure.phases

    def unlike(across: np.ndarray) -> float:
        return float(np.mean(across[31] != across[32]) + np.mean(across[63] != across[0]))

    inside = 2 * np.mean(film != np.roll(film, 1, 0))
    *_, last = engine.generate(Request(targets, size=(64, 64, 64), seed=9))
    pasted = np.where(region_mask("x=0:32", film.shape), film, last.result.samples[0].microstructure.phases)  # type: ignore[union-attr]
    assert unlike(phases) < 1.5 * inside, "one film, of which a plane scatters"
    assert unlike(pasted) > 4 * inside, "what is pasted does not fit"
    assert all(abs(sample.measured[name] - value) < 0.005 for name, value in targets.items())
