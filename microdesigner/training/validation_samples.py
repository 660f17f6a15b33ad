"""What a stage can do so far: at each validation a volume to look at, and held-out targets beside measured values.

The autoencoder reconstructs held-out volumes, the predictor predicts their descriptors, the denoiser generates volumes
for their targets.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import lightning
import torch
from torch import Tensor

from microdesigner.compute import compute_policy
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import sample_values
from microdesigner.io import vti
from microdesigner.models.autoencoder import one_hot_phases, phase_labels
from microdesigner.models.bundle import AnyDenoiser, Autoencoder, Predictor
from microdesigner.models.diffusion import STOCHASTICITY, dpm_solver, draw_noise
from microdesigner.training.latents import Latents
from microdesigner.training.presets import Stage
from microdesigner.training.run import RunDirectory

VOLUMES, PREDICTIONS = 4, 64
STEPS = 20
MAX_SHARE, FREE_SECONDS = 0.04, 30.0


@dataclass(frozen=True)
class ValidationSample:
    """`pairs` of target and measured value per descriptor (None: does not exist); a volume where there is one."""

    pairs: dict[str, list[tuple[float, float | None]]]
    volume: Microstructure | None = None


Sampler = Callable[[], ValidationSample]


class SampleCallback(lightning.Callback):
    """Samples at validations with the weights validated, while that costs less than `FREE_SECONDS` or `MAX_SHARE` of
    the training.

    It must follow the callback that averages: averaged weights are in place from the validation's start to the end of
    its last batch.
    """

    def __init__(self, run: RunDirectory, stage: Stage, sample: Sampler) -> None:
        self._run, self._stage, self._sample = run, stage, sample
        self._seconds = 0.0

    def on_validation_epoch_start(self, trainer: Any, module: Any) -> None:
        """Sample, store the volume, write the event."""
        if not trainer.is_global_zero or self._seconds > max(FREE_SECONDS, MAX_SHARE * module.seconds):
            return
        started = time.monotonic()
        sample = self._sample()
        entries: dict[str, Any] = {"pairs": sample.pairs}
        if sample.volume is not None and find_spec("vtkmodules"):  # a bare machine lent for training has no VTK
            path = self._run.samples / f"{self._stage}-{trainer.global_step:06d}.vti"
            vti.write(sample.volume, path)
            entries["file"] = path.relative_to(self._run.path).as_posix()
        self._run.events.write("sample", stage=self._stage, step=trainer.global_step, **entries)
        self._seconds += time.monotonic() - started


def reconstructions(dataset: VolumeDataset, network: Autoencoder) -> ValidationSample:
    """Held-out volumes encoded and decoded again; the first is the picture."""
    targets, measured, volumes = [], [], []
    for index in subsample_evenly(dataset.held_out, VOLUMES):
        original = dataset.phases(int(index))
        labels = torch.from_numpy(original)[None].to(_device(network))
        with compute_policy(labels.device).autocast():
            latent = network.encode(one_hot_phases(labels, network.config.phases), _periodic(dataset))
            volumes.append(_labels(network.decode(latent, _periodic(dataset))))
        targets.append(_existing(_measured(original, dataset)))
        measured.append(_measured(volumes[-1], dataset))
    return ValidationSample(paired(_shared(targets), measured), _microstructure(volumes[0], dataset))


def predictions(dataset: VolumeDataset, latents: Latents, network: Predictor) -> ValidationSample:
    """Descriptors predicted from held-out latents beside those measured on their volumes."""
    chosen = subsample_evenly(latents.held_out, PREDICTIONS)
    clean = latents.latents[chosen].float().to(_device(network))
    mean = network(clean, latents.periodic).mean.cpu().tolist()
    names = dataset.description.conditions
    known = [dict(zip(names, row, strict=True)) for row in latents.conditions[chosen].tolist()]
    return ValidationSample(paired(known, [dict(zip(names, row, strict=True)) for row in mean]))


def generations(
    dataset: VolumeDataset, latents: Latents, autoencoder: Autoencoder, network: AnyDenoiser
) -> ValidationSample:
    """Volumes generated for held-out targets, from the same noise at every validation; the first is the picture."""
    chosen = subsample_evenly(latents.held_out, VOLUMES)
    names = dataset.description.conditions
    # what conditions the denoiser beside the data set's conditions comes after them
    targets = [dict(zip(names, row, strict=False)) for row in latents.conditions[chosen].tolist()]
    volumes = [
        generated(dataset, latents, autoencoder, network, conditions, torch.ones_like(conditions).bool(), seed)
        for seed, conditions in enumerate(latents.conditions[chosen])
    ]
    return ValidationSample(paired(targets, [_measured(volume.phases, dataset) for volume in volumes]), volumes[0])


@torch.no_grad()
def generated(
    dataset: VolumeDataset,
    latents: Latents,
    autoencoder: Autoencoder,
    network: AnyDenoiser,
    conditions: Tensor,
    known: Tensor,
    seed: int,
) -> Microstructure:
    """A volume like those of `dataset` that `network` generates from the noise of `seed`, given those of `conditions`
    (n,) that are `known` (n,); computed where the network is."""
    device = _device(network)
    generator = torch.Generator().manual_seed(seed)
    noise = draw_noise(latents.latents.shape[1:], [generator]).to(device)
    given, shown = conditions[None].to(device), known[None].to(device)

    def velocity(noisy: Tensor, time: Tensor) -> Tensor:
        prediction: Tensor = network(noisy, time, given, shown, latents.periodic)
        return prediction.float()

    with compute_policy(device).autocast():
        *_, clean = dpm_solver(velocity, noise, STEPS, STOCHASTICITY, [generator])
        phases = _labels(autoencoder.to(device).decode(clean, latents.periodic))
    return _microstructure(phases, dataset)


def paired(
    targets: Sequence[Mapping[str, float]], measured: Sequence[Mapping[str, float | None]]
) -> dict[str, list[tuple[float, float | None]]]:
    """Target and measured values per descriptor that both know."""
    known = [name for name in targets[0] if name in measured[0]]
    return {
        name: [(round(float(row[name]), 5), _rounded(got[name])) for row, got in zip(targets, measured, strict=True)]
        for name in known
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 5)


def _measured(phases: PhaseArray, dataset: VolumeDataset) -> dict[str, float | None]:
    """The conditions of the data set as this volume has them."""
    conditions = dataset.description.conditions
    values = sample_values(_microstructure(phases, dataset), conditions).values
    return {name: value for name, value in values.items() if name in conditions}


def _existing(values: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}


def _shared(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """The rows with the names that all of them have."""
    names = [name for name in rows[0] if all(name in row for row in rows)]
    return [{name: row[name] for name in names} for row in rows]


def _labels(logits: Tensor) -> PhaseArray:
    labels: PhaseArray = phase_labels(logits)[0].cpu().numpy()
    return labels


def _microstructure(phases: PhaseArray, dataset: VolumeDataset) -> Microstructure:
    description = dataset.description
    return Microstructure(phases, description.voxel_nm, description.lateral, description.phase_names)


def _periodic(dataset: VolumeDataset) -> bool:
    return dataset.description.lateral == "periodic"


def _device(network: torch.nn.Module) -> torch.device:
    return next(network.parameters()).device
