"""What a training would take on this device: a few real steps of each stage, extrapolated."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from microdesigner.compute import compute_policy, device_name, is_out_of_memory, release_memory
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import one_hot_phases
from microdesigner.models.bundle import Autoencoder
from microdesigner.training.config import TrainingConfig
from microdesigner.training.family import ModelFamily, family_of
from microdesigner.training.labels import with_labels
from microdesigner.training.latent_batches import Batch
from microdesigner.training.latents import Latents
from microdesigner.training.presets import STAGES, Stage
from microdesigner.training.process_group import group_device
from microdesigner.training.resource_estimate import ResourceEstimate, StageEstimate
from microdesigner.training.stage import TrainingStage
from microdesigner.training.weight_averaging import ema_update

WARM_UP, MEASURED = 1, 2
ADAM_COPIES = 4  # a checkpoint holds the weights, their average and Adam's two moments
BYTES_PER_FLOAT, BYTES_PER_LATENT = 4, 2
MOST_VOXELS_ON_CPU = 1 << 21


def measure_trial(config: TrainingConfig) -> Iterator[Progress | ResourceEstimate]:
    """Take steps on volumes of the data set and on random latents, yielding Progress and at last a ResourceEstimate.

    Raises InputError when the data set or the labels do not fit.
    """
    dataset = VolumeDataset(Path(config.dataset))
    dataset.description = with_labels(dataset, config.conditions, config.process)
    preset = config.plan.for_volumes(int((~dataset.held_out).sum()))
    family = family_of(dataset, preset)
    device = group_device(config.device)
    compute_policy(device).prepare()
    autoencoder = family.autoencoder()
    latents = _random_latents(dataset, autoencoder.network, max(preset.fp.batch, preset.ddpm.batch))
    volumes = _volumes(family, dataset, preset.vae.batch, device)
    estimates: dict[Stage, StageEstimate] = {}
    before, memory = _peak(device), 0
    for done, stage in enumerate(STAGES):
        yield Progress("trial", done, len(STAGES))
        if stage == "vae":
            estimates[stage] = _time_stage(autoencoder, volumes, device)
            share, taken = preset.vae.batch / len(volumes), _peak(device) - before
            memory = _extrapolated_memory(share, taken, estimates[stage].parameters)
        else:
            shown = latents if stage == "fp" else family.add_conditions(latents)
            module = family.predictor(shown) if stage == "fp" else family.denoiser(shown)
            estimates[stage] = _time_stage(module, _batch(shown, module.plan.batch, device), device)
    encoding = _encoding_seconds(autoencoder.network, dataset.shape, device) * len(dataset) * preset.latent_variants
    yield Progress("trial", len(STAGES), len(STAGES))
    stored = len(dataset) * preset.latent_variants * latents.latents[0].numel() * BYTES_PER_LATENT
    weights = sum(stage.parameters for stage in estimates.values()) * BYTES_PER_FLOAT
    total = encoding + sum(stage.seconds for stage in estimates.values())
    yield ResourceEstimate(
        device_name(device), estimates, encoding, total, memory + _peak(device), weights * (1 + ADAM_COPIES) + stored
    )


def _volumes(family: ModelFamily, dataset: VolumeDataset, batch: int, device: torch.device) -> Tensor:
    """What the first stage sees, (batch, x, y, z) on `device`; on a CPU, whose memory no failure protects, no more than
    `MOST_VOXELS_ON_CPU`."""
    volumes = iter(family.volumes(np.arange(len(dataset)), seed=0))
    first = next(volumes)
    most = max(1, MOST_VOXELS_ON_CPU // first.numel()) if device.type == "cpu" else batch
    return torch.stack([first, *(next(volumes) for _ in range(min(batch, most) - 1))]).to(device)


def _random_latents(dataset: VolumeDataset, network: Autoencoder, count: int) -> Latents:
    description = dataset.description
    shape = (edge // network.config.factor for edge in dataset.shape)
    return Latents(
        torch.randn(count, network.config.latent_channels, *shape),
        torch.rand(count, len(description.conditions)),
        torch.rand(count, len(description.process)),
        torch.rand(count),
        np.zeros(count, bool),
        periodic=True,
    )


def _batch(latents: Latents, count: int, device: torch.device) -> Batch:
    columns = (latents.latents, latents.conditions, latents.process)
    clean, conditions, process = (column[:count].to(device) for column in columns)
    return clean, conditions, process


def _time_stage(module: TrainingStage, batch: Any, device: torch.device) -> StageEstimate:
    """A few steps of `module`; where `batch` is not all of the plan's, the time is scaled.

    A batch that does not fit the memory is halved, as in a training; raises MicrodesignerError where one item does not.
    """
    plan, module = module.plan, module.to(device)
    while True:
        items = len(batch) if isinstance(batch, Tensor) else len(batch[0])
        try:
            per_step = _seconds_per_step(module, batch, device) * plan.batch / items
            break
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        if items == 1:
            raise MicrodesignerError(
                "Not even one volume at a time fits the memory of this device; choose a smaller preset."
            )
        batch = batch[: items // 2] if isinstance(batch, Tensor) else tuple(part[: items // 2] for part in batch)
        module.zero_grad(set_to_none=True)
        release_memory(device)
    seconds = per_step * plan.steps if plan.minutes is None else min(per_step * plan.steps, 60 * plan.minutes)
    return StageEstimate(per_step, seconds, plan.steps, plan.batch, sum(p.numel() for p in module.parameters()))


def _extrapolated_memory(share: float, taken: int, parameters: int) -> int:
    """Bytes that a batch `share` times as large would take beside those `taken`, which hold the weights too."""
    return round((share - 1) * max(0, taken - ADAM_COPIES * parameters * BYTES_PER_FLOAT))


def _seconds_per_step(module: TrainingStage, batch: Any, device: torch.device) -> float:
    """Of whole steps: loss, gradients, clipping, optimiser, and the average of the weights."""
    optimizer = module.optimizer()
    averages = [parameter.detach().clone() for parameter in module.parameters()]
    started = 0.0
    for step in range(WARM_UP + MEASURED):
        if step == WARM_UP:
            _synchronise(device)
            started = time.perf_counter()
        with compute_policy(device).autocast():
            loss, _ = module.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        ema_update(averages, module.parameters(), step + 1)
    _synchronise(device)
    return (time.perf_counter() - started) / MEASURED


@torch.no_grad()
def _encoding_seconds(network: Autoencoder, shape: tuple[int, int, int], device: torch.device) -> float:
    """Seconds per volume."""
    labels: Tensor = torch.randint(network.config.phases, (1, *shape), dtype=torch.uint8, device=device)
    started = 0.0
    for _ in range(2):  # the first chooses kernels
        _synchronise(device)
        started = time.perf_counter()
        with compute_policy(device).autocast():
            network.posterior(one_hot_phases(labels, network.config.phases), periodic=True)
        _synchronise(device)
    return time.perf_counter() - started


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
