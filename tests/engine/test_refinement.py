"""Refinement moves a latent to where its film measures the targets, and moves nothing else that need not move."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine, film_measure, refinement
from microdesigner.engine.differentiable_descriptors import target_quantities, target_values, why_not_refined
from microdesigner.engine.film_measure import FilmMeasure
from microdesigner.engine.latent_steps import broyden_update, least_change
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.preview import Previewer
from microdesigner.engine.refinement import EXACT_TOLERANCE, ROUNDS, Refinement
from microdesigner.engine.sample_targets import SampleTargets
from tests.engine.films import NAMES, denoised_film, latent, measured, quantities_of


def refine(
    networks: InferenceNetworks, clean: torch.Tensor, targets: torch.Tensor, *names: str, strength: float = 1.0
) -> tuple[Refinement, np.ndarray]:
    process = Refinement(networks, clean, targets, quantities_of(networks, *names), strength)
    for _ in process.rounds():
        pass
    return process, process.decoded().phases


CHANGE = torch.tensor([0.03, 0.02, -0.04, 0.05])


def test_a_refinement_shows_its_film_on_the_way_in_its_place(networks: InferenceNetworks) -> None:
    clean = latent()
    targets = measured(denoised_film(networks, clean)) + CHANGE
    process = Refinement(networks, clean, targets, quantities_of(networks, *NAMES), 1.0)
    previewer = Previewer(networks, {})
    looks = [previewer.refined(process) for _ in process.rounds()]
    film = process.decoded().phases
    assert looks[0] is None, "nothing is decoded yet"
    shown = [look.phases for look in looks if look is not None]
    assert shown[0].shape == tuple(edge // 2 for edge in film.shape)
    alike = [float(np.mean(phases == film[::2, ::2, ::2])) for phases in shown]
    assert alike[-1] > max(alike[0], 0.9)


def test_refined_films_measure_what_was_asked(networks: InferenceNetworks) -> None:
    clean = latent()
    targets = measured(denoised_film(networks, clean)) + CHANGE
    _, film = refine(networks, clean, targets, *NAMES)
    missed = (measured(film) - targets).abs()
    assert float(missed[:2].max()) < 5e-4, "fractions"
    assert float(missed[2:].max()) <= EXACT_TOLERANCE, "straight paths"


def test_a_film_whose_own_fraction_is_far_off_reaches_its_straight_paths() -> None:
    targets = {"vol_frac_D": 0.423, "vol_frac_M": 0.1281, "tortuosity_D": 0.4924, "tortuosity_A": 0.6174}
    (sample,) = Engine.load("ch-3phase", device="cpu").generate_each([Request(targets, seed=34)])
    assert {name: sample.measured[name] for name in targets} == pytest.approx(targets, abs=0.005)


@pytest.mark.parametrize("seed", [1, 4])
def test_films_without_undecided_voxels_reach_their_fractions(seed: int) -> None:
    """These are denoised a tenth off, so surely that biases on their logits change nothing."""
    targets = {"vol_frac_D": 0.4, "vol_frac_M": 0.15}
    (sample,) = Engine.load("ch-3phase", device="cpu").generate_each([Request(targets, seed=seed, size=(64, 64, 64))])
    assert {name: sample.measured[name] for name in targets} == pytest.approx(targets, abs=0.002)


def test_half_a_strength_mends_half_of_each_miss(networks: InferenceNetworks) -> None:
    clean = latent()
    targets = measured(denoised_film(networks, clean)) + torch.tensor([0.04, 0.02, 0, 0])
    _, film = refine(networks, clean, targets, "vol_frac_D", "vol_frac_M", strength=0.5)
    assert float(measured(film)[0] - targets[0]) == pytest.approx(-0.02, abs=1e-3)


def test_fractions_alone_leave_the_latent_as_it_was(networks: InferenceNetworks) -> None:
    clean = latent()
    targets = measured(denoised_film(networks, clean)) + CHANGE
    process, film = refine(networks, clean, targets, "vol_frac_D")
    assert torch.equal(process.latent, clean)
    assert float(measured(film)[0] - targets[0]) == pytest.approx(0, abs=5e-4)


def first_moments(phases: np.ndarray) -> list[float]:
    height = (np.arange(phases.shape[2]) + 0.5) / phases.shape[2] * 2 - 1
    return [float(((phases == label).mean((0, 1)) * height).mean()) for label in range(3)]


def test_more_straight_paths_do_not_come_from_a_tilted_film(networks: InferenceNetworks) -> None:
    """Donor paths count from the anode: more donor there would be the shortest way to more of them."""
    clean = latent()
    before = denoised_film(networks, clean)
    targets = measured(before) + torch.tensor([0, 0, 0.06, 0.06])
    _, film = refine(networks, clean, targets, *NAMES)
    assert (measured(film) - targets).abs()[2:].max() <= EXACT_TOLERANCE
    assert first_moments(film) == pytest.approx(first_moments(before), abs=2e-3)


def test_what_measures_right_is_left_alone(networks: InferenceNetworks) -> None:
    clean = latent()
    targets = measured(denoised_film(networks, clean))
    process, film = refine(networks, clean, targets, *NAMES)
    assert torch.equal(process.latent, clean)
    assert (film != denoised_film(networks, clean)).mean() < 1e-3


def test_a_target_out_of_reach_is_approached(networks: InferenceNetworks) -> None:
    clean = latent()
    before = measured(denoised_film(networks, clean))
    targets = before - torch.tensor([0, 0, 0.7, 0])
    _, film = refine(networks, clean, targets, *NAMES)
    assert before[2] - 0.05 > measured(film)[2] > targets[2]


def test_a_phase_that_is_missing_is_grown(networks: InferenceNetworks) -> None:
    """Nothing is measured, so derivatives do not exist; the fraction is reached all the same."""
    clean = latent()
    clean[0] -= 20
    assert not (denoised_film(networks, clean) == 0).any()
    targets = torch.tensor([0.3, 0.1, 0.4, 0.4])
    _, film = refine(networks, clean, targets, *NAMES)
    assert float(measured(film)[0]) == pytest.approx(0.3, abs=0.01)


def test_derivatives_tell_which_way_straight_paths_grow(networks: InferenceNetworks) -> None:
    clean = latent()
    targets = measured(denoised_film(networks, clean))
    measure = FilmMeasure(networks, targets, quantities_of(networks, *NAMES), 1.0)
    values, jacobian = measure.derivatives(measure.with_derivatives(clean))
    assert len(values) == 2
    for row, value in enumerate(values):
        uphill = jacobian[row].reshape(clean.shape)
        moved = clean + 0.05 * uphill / uphill.abs().max()
        after, _ = measure.derivatives(measure.with_derivatives(moved))
        assert float(after[row]) > float(value)


@pytest.mark.parametrize("phases", [2, 3])
def test_labels_in_one_pass_are_those_of_the_largest_logits(phases: int) -> None:
    """Bit for bit, equal logits (the first phase's) and biases for the whole film included."""
    from microdesigner.engine.balance import labels_and_shares

    generator = torch.Generator().manual_seed(0)
    logits = torch.randint(-3, 4, (phases, 8, 6, 5), generator=generator).float()
    for bias in (torch.randint(-1, 2, (phases, 5), generator=generator).float(), torch.zeros(phases, 1)):
        for biased in (logits, logits.transpose(1, 2)):
            labels, shares = labels_and_shares(biased, bias)
            assert torch.equal(labels, (biased + bias[:, None, None]).argmax(0).to(torch.uint8))
            counted = torch.stack([(labels == phase).float().mean((0, 1)) for phase in range(phases)])
            assert torch.allclose(shares, counted)


def test_derivatives_by_logits_hold_at_constant_moments(networks: InferenceNetworks) -> None:
    """A change of the logits, after which biases restore all goals, changes a linear quantity as foretold."""
    from microdesigner.engine.balance import FilmBalance, layer_shares, moments, soft_phases

    logits = networks.decode(latent()[None])[0].double()
    generator = torch.Generator().manual_seed(0)
    slopes = torch.rand(logits.shape[1:], generator=generator, dtype=torch.float64)
    change = 5e-3 * torch.randn(logits.shape, generator=generator, dtype=torch.float64)

    def soft_moments(values: torch.Tensor) -> torch.Tensor:
        return moments(values.mean((1, 2)).float()).double()

    bias = torch.zeros(3, logits.shape[-1], dtype=torch.float64)
    soft = soft_phases(logits, bias)
    balance = FilmBalance(moments(layer_shares(soft.argmax(0), 3)), [1])
    foretold = float((balance.at_balance(soft.float(), 0, slopes.float()).double() * change).sum())
    goal, after = soft_moments(soft), bias
    for _ in range(4):
        now = soft_phases(logits + change, after)
        missing = (goal - soft_moments(now)).float().flatten() * balance._moving
        step = torch.linalg.solve(balance.stiffness(now.float()), missing[:, None]).reshape(3, 2).double()
        height = (torch.arange(logits.shape[-1]) + 0.5) / logits.shape[-1] * 2 - 1
        after = after + step @ torch.stack([torch.ones_like(height), height]).double()
    gained = float((slopes * (soft_phases(logits + change, after)[0] - soft[0])).sum())
    assert gained == pytest.approx(foretold, rel=0.05)


def test_the_least_change_adds_what_is_missing_and_nothing_beside() -> None:
    generator = torch.Generator().manual_seed(0)
    jacobian, missing = torch.randn(2, 40, generator=generator), torch.randn(2, generator=generator)
    change = least_change(jacobian, missing, torch.ones(2))
    assert torch.allclose(jacobian @ change, missing, rtol=0.01, atol=0.01)
    assert int(torch.linalg.matrix_rank(torch.cat([jacobian, change[None]]))) == 2


def test_broyden_s_update_explains_what_the_last_round_gave_and_leaves_other_directions() -> None:
    generator = torch.Generator().manual_seed(0)
    jacobian, change = torch.randn(2, 40, generator=generator), torch.randn(40, generator=generator)
    gained = torch.randn(2, generator=generator)
    updated = broyden_update(jacobian, change, gained)
    assert torch.allclose(updated @ change, gained, atol=1e-4)
    other = torch.randn(40, generator=generator)
    other -= (other @ change) / (change @ change) * change
    assert torch.allclose(updated @ other, jacobian @ other, atol=1e-4)


def test_secant_updates_are_used(networks: InferenceNetworks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them, derivatives that are wrong by a factor come much less near in as many rounds."""
    monkeypatch.setitem(film_measure.RESPONSE, "straight", 1.5)  # three times too steep
    monkeypatch.setattr(refinement, "SLOW", math.inf)  # never renewed
    with_updates = misses(networks)
    monkeypatch.setattr(refinement, "broyden_update", lambda jacobian, change, gained: jacobian)
    assert with_updates < misses(networks) / 4


def misses(networks: InferenceNetworks) -> float:
    """What is left of the largest misses of two films."""
    left = 0.0
    for seed in (1, 3):
        clean = latent(seed)
        targets = measured(denoised_film(networks, clean)) + CHANGE
        _, film = refine(networks, clean, targets, *NAMES)
        left += float((measured(film) - targets).abs().max())
    return left


def test_films_too_large_for_gradients_are_not_measured_on_their_way(tiny_engine: Engine) -> None:
    assert target_quantities(tiny_engine.card, [True] * 4, voxels=1024**3) == []


@pytest.mark.parametrize("strength", [-0.1, 1.5, "much", True])
def test_a_strength_that_cannot_be_is_refused(strength: object) -> None:
    with pytest.raises(InputError, match="refinement_strength"):
        Request(refinement_strength=strength)  # type: ignore[arg-type]


def test_requests_of_older_versions_are_understood() -> None:
    assert Request.from_json({"guidance": 0.5}) == Request(refinement_strength=0.5)
    with pytest.raises(InputError, match="both refinement_strength and guidance"):
        Request.from_json({"guidance": 0.5, "refinement_strength": 0.5})


def test_straight_paths_of_boxes_are_left_to_the_candidates_and_that_is_told(tiny_engine: Engine) -> None:
    """Derivatives are those of cubes; with boxes they may point the wrong way."""
    card = tiny_engine.card.with_entries({"voxel_nm": [10.0, 10.0, 1.0]})
    asked = [True] * len(card.conditions)
    assert not any(quantity.straight for quantity in target_quantities(card, asked, 1000))
    assert any(not quantity.straight for quantity in target_quantities(card, asked, 1000))
    assert "no cubes" in why_not_refined(card, ["tortuosity_D"])
    assert not why_not_refined(card, ["vol_frac_D"])
    assert not why_not_refined(card.with_entries({"voxel_nm": [2.0, 2.0, 2.0]}), ["tortuosity_D"])
    boxes = copy.copy(tiny_engine.networks)
    boxes.bundle = replace(boxes.bundle, card=card)
    engine = copy.copy(tiny_engine)
    engine.networks = boxes
    *_, last = engine.generate(Request(targets={"tortuosity_D": 0.4}, steps=2))
    assert "no cubes" in last.result.samples[0].match["not_refined"]


@pytest.mark.parametrize("name", ["interfacial_area", "tortuosity_factor_D"])
def test_area_and_tortuosity_factor_reach_their_targets(networks: InferenceNetworks, name: str) -> None:
    clean = latent()
    card = networks.bundle.card

    def value(phases: np.ndarray) -> float:
        film = Microstructure(phases, card.voxel_nm, card.lateral, card.phase_names)
        return float(sample_values(film, [name]).values[name] or 0)

    before = value(denoised_film(networks, clean))
    wanted = SampleTargets({}, {name: 0.9 * before})
    targets, asked = target_values(card, wanted)
    process = Refinement(networks, clean, targets, target_quantities(card, asked, 64 * 64 * 32), 1.0)
    assert len([*process.rounds()]) < 2 + ROUNDS, "derivatives that lead nowhere use up all rounds"
    assert value(process.decoded().phases) == pytest.approx(0.9 * before, rel=EXACT_TOLERANCE)
