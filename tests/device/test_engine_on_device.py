"""Generation on a device that is not the CPU: no tensor on the wrong side, and few crossings between the two."""

from pathlib import Path

import numpy as np
import pytest
import torch

from microdesigner.compute import ComputePolicy, policy
from microdesigner.core.events import Finished
from microdesigner.core.paths import shipped
from microdesigner.core.request import Request
from microdesigner.core.result import Result
from microdesigner.engine import Engine
from microdesigner.engine.latents import condition_values
from microdesigner.engine.refinement import Refinement
from tests.device.accelerator import Accelerator, Crossings

TARGETS = {"vol_frac_D": 0.35, "vol_frac_M": 0.2, "tortuosity_D": 0.4, "tortuosity_A": 0.4}


@pytest.fixture(autouse=True)
def _like_a_gpu(accelerator: Accelerator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 4, 16-bit floats and channels last, as on a card."""
    monkeypatch.setattr(ComputePolicy, "batch_size", lambda policy, voxels: 4)
    monkeypatch.setattr(policy, "_has_bfloat16", lambda device: device.type != "cpu")
    monkeypatch.setattr(policy, "_memory_format", lambda device: torch.channels_last_3d)


@pytest.fixture
def engine(accelerator: Accelerator, tiny_folder: Path) -> Engine:
    return Engine.load(str(tiny_folder), "accel")


def generate(engine: Engine, **entries: object) -> Result:
    *_, last = engine.generate(Request(**{"steps": 3, "targets": TARGETS, **entries}))  # type: ignore[arg-type]
    assert isinstance(last, Finished)
    return last.result


def test_a_tensor_on_the_wrong_side_is_noticed(accelerator: Accelerator) -> None:
    with pytest.raises(RuntimeError, match="same device"):
        torch.ones(2, device=accelerator.device) + torch.ones(2)


@pytest.mark.parametrize(
    "entries",
    [
        {"count": 2},
        {"match": "fractions"},
        {"match": "all", "candidates": 2},
        {"sampler": "ancestral"},
        {"refinement_strength": 0},
        {"targets": {}},
        {"size": (96, 64, 32)},
        {"size": (320, 64, 32), "refinement_strength": 0},  # more than one tile
    ],
    ids=str,
)
def test_every_way_to_generate_keeps_its_tensors_together(engine: Engine, entries: dict[str, object]) -> None:
    result = generate(engine, **entries)
    assert result.device == "accel"
    assert all(sample.measured["vol_frac_D"] is not None for sample in result.samples)


def test_drafts_and_batches(engine: Engine) -> None:
    assert engine.draft(Request(TARGETS)).phases.shape == (32, 32, 16)
    requests = [Request({"vol_frac_D": 0.3 + 0.1 * i, "vol_frac_M": 0.2}, seed=i, steps=2) for i in range(3)]
    assert len(list(engine.generate_each(requests))) == 3


def test_a_volume_of_other_origin_is_analysed(engine: Engine) -> None:
    volume = generate(engine, refinement_strength=0).samples[0].microstructure
    assert engine.analyse(volume).process


def test_a_sample_is_the_same_alone_and_in_a_batch(engine: Engine) -> None:
    together = generate(engine, count=3, seed=5).samples
    for index, sample in enumerate(together):
        alone = generate(engine, seed=5 + index).samples[0]
        assert np.array_equal(alone.microstructure.phases, sample.microstructure.phases)


@pytest.mark.parametrize("name", ["ch-3phase", "ch-2phase", "bentheimer"])
def test_the_shipped_models(name: str, accelerator: Accelerator) -> None:
    if not (shipped("weights") / name / "model.json").is_file():
        pytest.skip("no shipped weights")
    engine = Engine.load(name, "accel")
    assert generate(engine, targets=engine.card.middle, size=(64, 64, 32), steps=2).samples


def test_a_denoiser_step_crosses_nothing_but_its_time(engine: Engine, accelerator: Accelerator) -> None:
    few, many = (_crossings(accelerator, lambda n=n: generate(engine, steps=n, refinement_strength=0)) for n in (4, 12))
    step = many - few
    assert step.to_device <= 8 * 2, step
    assert step.to_host <= 8, "previews aside nothing returns"
    assert step.reads == 0


def test_a_refinement_round_crosses_a_handful_of_times(engine: Engine, accelerator: Accelerator) -> None:
    latent = torch.randn(4, 8, 8, 4, generator=torch.Generator().manual_seed(0)).to(accelerator.device)
    values, _ = condition_values(engine.card, [TARGETS])
    from microdesigner.engine.differentiable_descriptors import target_quantities

    quantities = target_quantities(engine.card, [True] * 4, 64 * 64 * 32)
    process = Refinement(engine.networks, latent, values[0], quantities, 1.0)
    rounds = process.rounds()
    next(rounds)
    next(rounds)
    spent = _crossings(accelerator, lambda: next(rounds, None))
    assert spent.to_host <= 12, "labels, softened phases and derivatives"
    assert spent.to_device <= 40
    assert spent.reads <= 30, "checks of the small linear systems"


def _crossings(accelerator: Accelerator, work: object) -> Crossings:
    before = accelerator.crossings()
    work()  # type: ignore[operator]
    return accelerator.crossings() - before
