"""What a training would take on this device: a few real steps of each stage, extrapolated."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from microdesigner.core.events import Progress
from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import FACTOR, AutoencoderConfig, PhaseAutoencoder, one_hot_phases
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.training.autoencoder_stage import CROP, AutoencoderStage
from microdesigner.training.denoiser_stage import DenoiserStage, new_denoiser
from microdesigner.training.labels import Labels
from microdesigner.training.predictor_stage import PredictorStage
from microdesigner.training.presets import STAGES, Preset, Stage
from microdesigner.training.stage import TrainingStage
from microdesigner.training.trial_result import StageTrial, Trial

WARM_UP, MEASURED = 1, 2
ADAM_COPIES = 4  # a checkpoint holds the weights, their average and Adam's two moments
BYTES_PER_FLOAT, BYTES_PER_LATENT = 4, 2


def measure_trial(path: Path, preset: Preset, labels: Labels) -> Iterator[Progress | Trial]:
    """Take steps on random batches of the right shape for the data set `path`, yielding Progress and at last the Trial.

    Raises InputError when the data set or the labels do not fit.
    """
    dataset = VolumeDataset(path)
    description = labels.chosen(dataset)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    shape, phases = dataset.shape, len(description.phase_names)
    networks = _networks(phases, len(description.conditions), len(description.process), preset)
    trials: dict[str, StageTrial] = {}
    encoding = 0.0
    for done, stage in enumerate(STAGES):
        yield Progress("trial", done, len(STAGES))
        plan, network = preset.stage(stage), networks[stage].to(device)
        batch = _batch(stage, plan.batch, shape, phases, networks, device)
        per_step = _seconds_per_step(_module(stage, network, preset), batch, device)
        seconds = per_step * plan.steps if plan.minutes is None else min(per_step * plan.steps, 60 * plan.minutes)
        parameters = sum(p.numel() for p in network.parameters())
        trials[stage] = StageTrial(per_step, seconds, plan.steps, plan.batch, parameters)
        if stage == "vae":
            encoding = _encoding_seconds(network, shape, phases, device) * len(dataset) * preset.latent_variants
    yield Progress("trial", len(STAGES), len(STAGES))
    latents = len(dataset) * preset.latent_variants * _latent_size(shape, networks) * BYTES_PER_LATENT
    weights = sum(trial.parameters for trial in trials.values()) * BYTES_PER_FLOAT
    total = encoding + sum(trial.seconds for trial in trials.values())
    yield Trial(_name(device), trials, encoding, total, _peak(device), weights * (1 + ADAM_COPIES) + latents)


def _networks(phases: int, conditions: int, process: int, preset: Preset) -> dict[Stage, Any]:
    autoencoder = PhaseAutoencoder(AutoencoderConfig(phases=phases))
    channels = autoencoder.config.latent_channels
    predictor = FeaturePredictor(PredictorConfig(channels, conditions, process))
    return {
        "vae": autoencoder,
        "fp": predictor,
        "ddpm": new_denoiser(preset, channels, conditions),
    }


def _module(stage: Stage, network: Any, preset: Preset) -> TrainingStage:
    if stage == "vae":
        return AutoencoderStage(network, preset.vae)
    kind = PredictorStage if stage == "fp" else DenoiserStage
    return kind(network, preset.stage(stage), periodic=True)


def _batch(
    stage: Stage, batch: int, shape: tuple[int, int, int], phases: int, networks: dict[Stage, Any], device: torch.device
) -> Any:
    """Random labels (batch, x, y, z) for the autoencoder, else latents, conditions and recipe."""
    if stage == "vae":
        x, y, z = shape
        return torch.randint(phases, (batch, min(x, CROP), min(y, CROP), z), dtype=torch.uint8, device=device)
    latent = (batch, networks["vae"].config.latent_channels, *(edge // FACTOR for edge in shape))
    predictor = networks["fp"]
    conditions = torch.rand(batch, predictor.descriptor_mean.numel(), device=device)
    return (
        torch.randn(latent, device=device),
        conditions,
        torch.rand(batch, predictor.process_mean.numel(), device=device),
    )


def _seconds_per_step(module: TrainingStage, batch: Any, device: torch.device) -> float:
    optimizer = torch.optim.AdamW(module.parameters())
    started = 0.0
    for step in range(WARM_UP + MEASURED):
        if step == WARM_UP:
            _synchronise(device)
            started = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16):
            loss, _ = module.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
    _synchronise(device)
    return (time.perf_counter() - started) / MEASURED


@torch.no_grad()
def _encoding_seconds(
    network: PhaseAutoencoder, shape: tuple[int, int, int], phases: int, device: torch.device
) -> float:
    """Seconds per volume."""
    labels: Tensor = torch.randint(phases, (1, *shape), dtype=torch.uint8, device=device)
    started = time.perf_counter()
    with torch.autocast(device.type, torch.bfloat16):
        network.posterior(one_hot_phases(labels, phases), periodic=True)
    _synchronise(device)
    return time.perf_counter() - started


def _latent_size(shape: tuple[int, int, int], networks: dict[Stage, Any]) -> int:
    x, y, z = (edge // FACTOR for edge in shape)
    return int(networks["vae"].config.latent_channels) * x * y * z


def _synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def _peak(device: torch.device) -> int:
    """The most memory held so far: on the GPU by tensors, else by this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved()
    if sys.platform == "win32":
        return 0  # Windows does not tell
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
