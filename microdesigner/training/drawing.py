"""The draws of the three stages: reconstructed volumes, predicted descriptors, generated volumes, on held-out data."""

import torch
from torch import Tensor

from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.spread import some_of
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import describe
from microdesigner.models.autoencoder import one_hot_phases, phase_labels
from microdesigner.models.bundle import AnyDenoiser, Autoencoder, Predictor
from microdesigner.models.diffusion import dpm_solver, draw_noise
from microdesigner.training.latents import Latents
from microdesigner.training.samples import Drawn, paired

VOLUMES, PREDICTIONS = 4, 64
STEPS = 16


def reconstructions(dataset: VolumeDataset, network: Autoencoder) -> Drawn:
    """Held-out volumes encoded and decoded again; the first is the picture."""
    wanted, measured, volumes = [], [], []
    for index in some_of(dataset.held_out, VOLUMES):
        original = dataset.phases(int(index))
        labels = torch.from_numpy(original)[None].to(_device(network))
        with torch.autocast(labels.device.type, torch.bfloat16):
            latent = network.encode(one_hot_phases(labels, network.config.phases), _periodic(dataset))
            volumes.append(_labels(network.decode(latent, _periodic(dataset))))
        wanted.append(_existing(_measured(original, dataset)))
        measured.append(_measured(volumes[-1], dataset))
    return Drawn(paired(_shared(wanted), measured), _microstructure(volumes[0], dataset))


def predictions(dataset: VolumeDataset, latents: Latents, network: Predictor) -> Drawn:
    """Descriptors predicted from held-out latents beside those measured on their volumes."""
    chosen = some_of(latents.held_out, PREDICTIONS)
    clean = latents.latents[chosen].float().to(_device(network))
    mean = network(clean, latents.periodic).mean.cpu().tolist()
    names = dataset.description.conditions
    known = [dict(zip(names, row, strict=True)) for row in latents.conditions[chosen].tolist()]
    return Drawn(paired(known, [dict(zip(names, row, strict=True)) for row in mean]))


def generations(dataset: VolumeDataset, latents: Latents, autoencoder: Autoencoder, network: AnyDenoiser) -> Drawn:
    """Volumes generated for held-out targets, from the same noise at every validation; the first is the picture."""
    chosen = some_of(latents.held_out, VOLUMES)
    names = dataset.description.conditions
    # what the denoiser is told beside the data set's conditions comes after them
    wanted = [dict(zip(names, row, strict=False)) for row in latents.conditions[chosen].tolist()]
    films = [
        generated(dataset, latents, autoencoder, network, conditions, torch.ones_like(conditions).bool(), seed)
        for seed, conditions in enumerate(latents.conditions[chosen])
    ]
    return Drawn(paired(wanted, [_measured(film.phases, dataset) for film in films]), films[0])


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
    """A film of `dataset` that `network` makes of the noise of `seed`, told those of `conditions` (n,) that are `known`
    (n,)."""
    device = _device(network)
    noise = draw_noise(latents.latents.shape[1:], [torch.Generator().manual_seed(seed)]).to(device)
    with torch.autocast(device.type, torch.bfloat16):
        clean = _denoised(network, noise, conditions[None].to(device), known[None].to(device), latents.periodic)
        phases = _labels(autoencoder.to(device).decode(clean, latents.periodic))
    return _microstructure(phases, dataset)


def _denoised(network: AnyDenoiser, noise: Tensor, conditions: Tensor, known: Tensor, periodic: bool) -> Tensor:
    def velocity(noisy: Tensor, time: Tensor) -> Tensor:
        prediction: Tensor = network(noisy, time, conditions, known, periodic)
        return prediction.float()

    *_, clean = dpm_solver(velocity, noise, STEPS)
    return clean


def _measured(phases: PhaseArray, dataset: VolumeDataset) -> dict[str, float | None]:
    """The conditions of the data set as this volume has them."""
    values = describe(_microstructure(phases, dataset)).values
    return {name: value for name, value in values.items() if name in dataset.description.conditions}


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
