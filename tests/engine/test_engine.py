"""From request to volumes: determinism, events, exactness, what a sample records, what is refused."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.compute import ComputePolicy, choose_device
from microdesigner.core.card import ModelCard
from microdesigner.core.domain_sizes import DomainSizes
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Finished, GenerationEvent, Preview, Progress, SampleDone
from microdesigner.core.film_thickness import equivalent_tort1
from microdesigner.core.paths import shipped
from microdesigner.core.request import Request
from microdesigner.core.request_check import check_request
from microdesigner.core.response import ResponseSurface
from microdesigner.core.result import Result
from microdesigner.core.verdict import judge_request
from microdesigner.engine import Engine, generation, latents
from microdesigner.engine.latents import initial_noises
from microdesigner.models.bundle import update_card
from tests.tiny_model import set_card

TARGETS = {"vol_frac_D": 0.35, "vol_frac_M": 0.2}


def generate(engine: Engine, **entries: object) -> Result:
    *_, last = engine.generate(Request(**{"steps": 3, "targets": TARGETS, **entries}))  # type: ignore[arg-type]
    assert isinstance(last, Finished)
    return last.result


def volumes(result: Result) -> list[np.ndarray]:
    return [sample.microstructure.phases for sample in result.samples]


def test_the_same_request_gives_the_same_volumes(tiny_engine: Engine) -> None:
    first, again = (generate(tiny_engine, seed=3, match="fractions") for _ in range(2))
    assert (volumes(first)[0] == volumes(again)[0]).all()
    assert first.samples[0].process == again.samples[0].process


@pytest.mark.parametrize("sampler", ["sa-solver", "dpm-solver++", "ancestral"])
def test_a_sample_is_the_same_alone_and_among_others(tiny_engine: Engine, sampler: str) -> None:
    together = volumes(generate(tiny_engine, seed=10, count=3, sampler=sampler))
    for index, volume in enumerate(together):
        assert (volumes(generate(tiny_engine, seed=10 + index, sampler=sampler))[0] == volume).all()
    assert (together[0] != together[1]).any()


def test_the_first_candidate_is_the_sample_without_candidates() -> None:
    one, many = initial_noises(5, 1, (4, 8, 8, 4)), initial_noises(5, 3, (4, 8, 8, 4))
    assert (one[0].noise == many[0].noise).all()
    assert one[0].seed == many[0].seed != many[1].seed


def test_conditions_reach_the_denoiser(tiny_engine: Engine) -> None:
    free, asked = generate(tiny_engine, targets={}), generate(tiny_engine, targets={"tortuosity_D": 0.9})
    assert (volumes(free)[0] != volumes(asked)[0]).any()


@pytest.mark.parametrize("changed", [{"domain_sizes": None}, {"size_response": {"noise": 0.5}}])
def test_domain_sizes_reach_the_denoiser_and_name_the_model(
    changed: dict[str, Any], tiny_engine: Engine, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_folder, tmp_path / "tiny")
    coarser = [2 * size for size in tiny_engine.card.domain_size_nm or ()]
    update_card(folder, {key: value or coarser for key, value in changed.items()})
    other = Engine.load(str(folder), device="cpu")
    asked, otherwise = generate(tiny_engine), generate(other, model=str(folder))
    assert (volumes(asked)[0] != volumes(otherwise)[0]).any()
    assert other.identity != tiny_engine.identity


def test_samples_of_one_request_are_drawn_for_domain_sizes_of_their_own() -> None:
    shares = [draw.coarser for seed in range(4) for draw in initial_noises(seed, 2, (4, 8, 8, 4))]
    assert len(set(shares)) == len(shares)
    assert all(0 <= share < 1 for share in shares)


def test_events_come_in_order(tiny_engine: Engine) -> None:
    events = list(tiny_engine.generate(Request(TARGETS, count=3, steps=4)))
    kinds = Counter(type(event) for event in events)
    assert kinds[SampleDone] == 3
    assert kinds[Finished] == 1
    assert isinstance(events[-1], Finished)
    assert [event.index for event in events if isinstance(event, SampleDone)] == [0, 1, 2]
    assert only(events, "denoise")[-1] == Progress("denoise", 12, 12)
    assert only(events, "measure")[-1] == Progress("measure", 3, 3)
    assert only(events, "refine")[0].done == 0, "told before the first round, which takes long"
    for stage in ("denoise", "refine", "decode", "measure"):
        done = [event.done for event in only(events, stage)]
        assert done == sorted(done)


def only(events: list[GenerationEvent], stage: str) -> list[Progress]:
    return [event for event in events if isinstance(event, Progress) and event.stage == stage]


def test_previews_show_the_whole_film_and_come_to_resemble_it(tiny_engine: Engine) -> None:
    """At half its resolution: voxel (i, j, k) of a preview lies where voxel (2 i, 2 j, 2 k) of the film does."""
    events = list(tiny_engine.generate(Request(steps=400, count=2, refinement_strength=0)))
    previews = [event.phases for event in events if isinstance(event, Preview)]
    film = next(event.sample.microstructure.phases for event in events if isinstance(event, SampleDone))
    assert len(previews) >= 3
    assert {preview.shape for preview in previews} == {(32, 32, 16)}
    alike = [float(np.mean(preview == film[::2, ::2, ::2])) for preview in previews]
    turned = float(np.mean(previews[-1] == film[::-2, ::2, ::2]))
    assert alike[-1] > max(alike[0], turned + 0.05), "an untrained model's film is fine noise, but in its place"


def test_previews_take_a_small_share_of_the_denoising(tiny_engine: Engine) -> None:
    events = list(tiny_engine.generate(Request(steps=200, refinement_strength=0)))
    previews = [index for index, event in enumerate(events) if isinstance(event, Preview)]
    assert 1 <= len(previews) < 100
    assert previews[0] >= 200 * 0.25


def test_closing_cancels(tiny_engine: Engine) -> None:
    events = tiny_engine.generate(Request(count=1000, steps=2))
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert list(events) == []


@pytest.mark.parametrize("match", ["fractions", "all"])
def test_fractions_are_exact(tiny_engine: Engine, match: str) -> None:
    sample = generate(tiny_engine, match=match, candidates=1).samples[0]
    voxels = 64 * 64 * 32
    assert sample.measured["vol_frac_D"] == round(0.35 * voxels) / voxels
    assert sample.measured["vol_frac_M"] == round(0.2 * voxels) / voxels
    assert set(sample.match["bias"]) == {"donor", "acceptor", "mixed"}
    assert 0 < sample.match["changed"] < 1


def test_an_acceptor_target_is_made_exact_too(tiny_engine: Engine) -> None:
    sample = generate(tiny_engine, match="fractions", targets={"vol_frac_A": 0.25, "vol_frac_M": 0.25}).samples[0]
    assert sample.measured["vol_frac_A"] == sample.measured["vol_frac_M"] == 0.25


def test_the_best_candidate_is_kept(tiny_engine: Engine) -> None:
    targets = {"vol_frac_D": 0.5}
    raw = [generate(tiny_engine, targets=targets, candidates=n).samples[0] for n in (1, 4)]
    errors = [abs(float(sample.measured["vol_frac_D"] or 0) - 0.5) for sample in raw]
    assert errors[1] <= errors[0]
    assert raw[1].match["candidates"] == 4


def test_the_recipe_to_try_gives_on_average_what_the_film_measures(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = generate(tiny_engine).samples[0]
    assert plain.recipe == {name: spread["q50"] for name, spread in plain.process.items()}
    random = np.random.default_rng(0)
    recipes = {name: random.normal(np.median(draws), np.std(draws), 400) for name, draws in plain.draws.items()}
    wanted = np.median(plain.draws["phi"]) + 0.3 * np.std(plain.draws["phi"])
    response = ResponseSurface.fitted(
        recipes, {"vol_frac_D": float(plain.measured["vol_frac_D"] or 0) + recipes["phi"] - wanted}
    )
    assert response is not None
    set_card(monkeypatch, tiny_engine, response=response.to_json())
    sample = generate(tiny_engine).samples[0]
    assert sample.measured == plain.measured
    assert sample.recipe["phi"] == pytest.approx(wanted, abs=0.1 * np.std(plain.draws["phi"]))
    assert all(spread["q05"] < sample.recipe[name] < spread["q95"] for name, spread in sample.process.items())


def test_what_a_sample_holds(tiny_engine: Engine) -> None:
    result = generate(tiny_engine)
    sample = result.samples[0]
    volume = sample.microstructure
    assert volume.shape == (64, 64, 32)
    assert volume.voxel_nm == (1.0, 1.0, 2.0)
    assert set(sample.measured) == {"vol_frac_D", "vol_frac_A", "vol_frac_M", "tortuosity_D", "tortuosity_A"}
    assert set(sample.reasons) == {name for name, value in sample.measured.items() if value is None}
    assert set(sample.predicted) == {"vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A"}
    for name in ("phi", "chi", "log_time"):
        summary = sample.process[name]
        assert summary["q05"] < summary["q50"] < summary["q95"]
        assert len(sample.draws[name]) == 300
    assert sample.support is not None
    assert Request.from_json(volume.provenance["request"]) == result.request
    assert volume.provenance["model"] == result.model
    assert volume.provenance["sample"]["seed"] == sample.seed
    assert {"denoise", "decode", "measure"} <= set(result.seconds)


def test_requests_made_together_equal_those_made_alone(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ComputePolicy, "batch_size", lambda policy, voxels: 4)  # as on a GPU
    requests = [
        Request({"vol_frac_D": value, "vol_frac_M": 0.2}, seed=seed, steps=2, candidates=2, match="all")
        for seed, value in enumerate((0.3, 0.4, 0.5))
    ]
    together = list(tiny_engine.generate_each(requests))
    for request, sample in zip(requests, together, strict=True):
        *_, last = tiny_engine.generate(request)
        assert isinstance(last, Finished)
        alone = last.result.samples[0]
        assert np.array_equal(sample.microstructure.phases, alone.microstructure.phases)
        assert sample.to_json("") == alone.to_json("")


def test_requests_made_together_must_be_alike(tiny_engine: Engine) -> None:
    with pytest.raises(InputError, match="same targets"):
        tiny_engine.generate_each([Request({"vol_frac_D": 0.3}), Request({"vol_frac_M": 0.3})])


def test_samples_differ_in_what_an_acceptor_fraction_leaves_open(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of films of one acceptor fraction some have more mixed phase than others."""
    told: list[dict[str, float]] = []
    _note_conditions(monkeypatch, told)
    request = Request({"vol_frac_A": 0.5}, seed=4, count=6, steps=1, refinement_strength=0.0)
    list(tiny_engine.generate(request))
    mixed = [conditions["vol_frac_M"] for conditions in told]
    assert len(mixed) == 6
    assert all(conditions["vol_frac_D"] + conditions["vol_frac_M"] == pytest.approx(0.5) for conditions in told)
    trained = np.array(tiny_engine.card.support_points)
    near = trained[np.abs(1 - trained[:, 0] - trained[:, 1] - 0.5) < 0.05, 1]
    assert 0.4 < np.std(mixed) / near.std() < 1.6
    assert near.min() <= min(mixed) < max(mixed) <= near.max()
    alone = Request({"vol_frac_A": 0.5}, seed=6, steps=1, refinement_strength=0.0)
    list(tiny_engine.generate(alone))
    assert told[-1]["vol_frac_M"] == mixed[2], "a sample is the same alone and among others"


def test_the_denoiser_is_asked_for_what_the_structure_has_in_the_thickness_that_it_knows(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film twice as thick has fewer straight paths than the same structure in the trained one; it is compared with
    what was asked of it all the same."""
    told: list[dict[str, float]] = []
    _note_conditions(monkeypatch, told)
    targets = {"vol_frac_D": 0.35, "tortuosity_D": 0.4}
    layers = tiny_engine.card.shape[2]
    for thickness in (layers, 2 * layers):
        size = (32, 32, thickness)
        request = Request(targets, size=size, steps=1, refinement_strength=0.0)
        *_, last = tiny_engine.generate(request)
        tiny_engine.draft(request)
        assert isinstance(last, Finished)
        sample = last.result.samples[0]
        assert sample.support == pytest.approx(judge_request(tiny_engine.card, targets, size).support)
        assert last.result.request.targets == targets
    known, _, thick, drafted = told
    assert known == pytest.approx(targets)
    assert thick == drafted == {"vol_frac_D": 0.35, "tortuosity_D": equivalent_tort1(0.4, 2 * layers, layers)}
    assert thick["tortuosity_D"] > 0.6


def test_the_best_candidate_of_a_thick_film_is_nearest_to_what_was_asked(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    aims: list[dict[str, float]] = []
    monkeypatch.setattr(generation, "misfit", lambda values, targets, conditions: aims.append(dict(targets)) or 1.0)
    wanted: list[list[float]] = []

    class NotedRefinement(generation.Refinement):
        def __init__(self, networks: Any, latent: Any, values: Any, *others: Any) -> None:
            wanted.append(values.tolist())
            super().__init__(networks, latent, values, *others)

    monkeypatch.setattr(generation, "Refinement", NotedRefinement)
    targets = {"vol_frac_D": 0.35, "tortuosity_D": 0.4}
    generate(tiny_engine, targets=targets, size=(32, 32, 64), steps=1)
    assert aims == [targets]
    assert [values[: len(tiny_engine.card.conditions)] for values in wanted] == [pytest.approx([0.35, 0.0, 0.4, 0.0])]


def _note_conditions(monkeypatch: pytest.MonkeyPatch, told: list[dict[str, float]]) -> None:
    """Collect what conditions each latent, by name."""
    original = latents.condition_values

    def noted(card: ModelCard, targets: Any) -> Any:
        told.extend(dict(asked) for asked in targets)
        return original(card, targets)

    monkeypatch.setattr(latents, "condition_values", noted)


def test_other_sizes(tiny_engine: Engine) -> None:
    assert volumes(generate(tiny_engine, size=(96, 32, 64)))[0].shape == (96, 32, 64)


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ({"size": (64, 64, 40)}, "multiple"),
        ({"size": (64, 64, 48)}, "multiple of 32"),
        ({"targets": {"porosity": 0.2}}, "porosity"),
    ],
)
def test_what_the_model_cannot_serve_is_refused_at_once(
    tiny_engine: Engine, entries: dict[str, object], word: str
) -> None:
    with pytest.raises(InputError, match=word):
        tiny_engine.generate(Request(**entries))  # type: ignore[arg-type]


def test_too_little_memory_is_said(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.")

    monkeypatch.setattr(tiny_engine.bundle.autoencoder, "decode", fail)
    with pytest.raises(MicrodesignerError, match="64×64×32 voxels does not fit"):
        list(tiny_engine.generate(Request(steps=1)))


def test_missing_models_and_devices_are_named() -> None:
    with pytest.raises(InputError, match="no-such-model"):
        Engine.load("no-such-model")
    with pytest.raises(InputError, match="abacus"):
        choose_device("abacus")


def test_a_folder_is_a_name(tiny_folder: Path, tiny_engine: Engine) -> None:
    assert ModelCard.read(tiny_folder / "model.json").name == tiny_engine.card.name == "tiny"


@pytest.mark.skipif(not (shipped("weights") / "ch-3phase" / "model.json").is_file(), reason="no shipped weights")
def test_the_shipped_model_meets_its_targets() -> None:
    result = generate(Engine.load("ch-3phase", device="cpu"), steps=16, match="all", candidates=2)
    measured = result.samples[0].measured
    assert measured["vol_frac_D"] == pytest.approx(0.35, abs=1e-4)
    assert measured["tortuosity_D"] is not None


def test_a_targeted_domain_size_conditions_the_denoiser_in_the_voxels_of_the_model(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    condition_for = DomainSizes.condition_for

    def noted(self: DomainSizes, size: float, targets: Mapping[str, float]) -> float:
        asked.append(size)
        return condition_for(self, size, targets)

    monkeypatch.setattr(DomainSizes, "condition_for", noted)
    targets = {"vol_frac_D": 0.3, "domain_size": 28.0}
    measured = generate(tiny_engine, targets=targets, steps=1).samples[0].measured
    assert asked == [28.0]
    assert measured["domain_size"] is not None
    generate(tiny_engine, targets=targets, steps=1, voxel_nm=(2.0, 2.0, 4.0))
    assert asked == [28.0, 14.0], "voxels twice as wide: the same structure has domains twice as wide"
    assert "domain_size" not in generate(tiny_engine, steps=1).samples[0].measured


def test_a_model_without_domain_sizes_refuses_them(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each.name for each in tiny_engine.card.targets][-1] == "domain_size"
    set_card(monkeypatch, tiny_engine, domain_sizes=None)
    with pytest.raises(InputError, match="has no target 'domain_size'"):
        check_request(tiny_engine.card, Request(targets={"domain_size": 20.0}))
