"""The networks of Baishnab et al., Digital Discovery 2025, 4, 3175, with the stages of that paper."""

from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray

from microdesigner.core.card import DENOISER_MULTIPLE
from microdesigner.core.errors import InputError
from microdesigner.core.events import Listener
from microdesigner.data.store import VolumeDataset
from microdesigner.models.bundle import MICROGEN3D, Networks
from microdesigner.models.microgen3d import (
    GreyAutoencoder,
    MicroGen3DConfig,
    NoiseDenoiser,
    PointPredictor,
)
from microdesigner.models.microgen3d.published import GREY_LEVELS, PUBLISHED
from microdesigner.training.autoencoder_stage import Volumes
from microdesigner.training.latents import Latents
from microdesigner.training.paper_stages import GreyStage, NoiseStage, PointStage
from microdesigner.training.presets import Preset

LARGE, SMALL = (PUBLISHED[name].config for name in ("paper-ch-3phase", "paper-experimental"))


class PaperFamily:
    """VAE of grey values, point predictor, predictor of noise; they serve the size of the data set's volumes alone."""

    def __init__(self, dataset: VolumeDataset, preset: Preset) -> None:
        self._dataset, self._preset = dataset, preset
        self._config = paper_config(dataset)

    def autoencoder(self) -> GreyStage:
        """Stage 1."""
        return GreyStage(GreyAutoencoder(self._config), self._preset.vae)

    def volumes(self, indices: NDArray[Any], seed: int, device: torch.device | None = None, first: int = 0) -> Volumes:
        """What stage 1 sees of the volumes `indices`, from draw number `first` on."""
        return Volumes(self._dataset, indices, seed, device, first)

    def predictor(self, latents: Latents) -> PointStage:
        """Stage 2."""
        features = torch.cat([latents.conditions, latents.process], dim=1)[torch.from_numpy(~latents.held_out)]
        return PointStage(PointPredictor(self._config), self._preset.fp, features.std(0).clamp_min(1e-6))

    def kept_predictor(self) -> None:
        """None: these networks are always new."""

    def add_conditions(self, latents: Latents) -> Latents:
        """The latents as they are."""
        return latents

    def denoiser(self, latents: Latents) -> NoiseStage:
        """Stage 3."""
        return NoiseStage(NoiseDenoiser(self._config), self._preset.ddpm)

    def finalize(self, networks: Networks, latents: Latents, report: Listener) -> dict[str, Any]:
        """Put the latent's scale into the weights, where the published files have it; the card names the limits of
        these networks, and their kind."""
        if isinstance(networks.autoencoder, GreyAutoencoder):
            networks.autoencoder.fold_scale()
        return {"fixed_size": True, "needs_all_targets": True, "architecture": {"kind": MICROGEN3D}}


def paper_config(dataset: VolumeDataset) -> MicroGen3DConfig:
    """The paper's networks for volumes like those of `dataset`: as for its 128×128×64 voxels where the volumes are
    larger than 64³ and fit, else as for its tomograms."""
    fits = all(edge % (DENOISER_MULTIPLE * LARGE.factor) == 0 for edge in dataset.shape)
    like = LARGE if fits and max(dataset.shape) > max(SMALL.shape) else SMALL
    description = dataset.description
    if len(description.phase_names) > len(GREY_LEVELS):
        raise InputError(
            f"The paper's networks know up to {len(GREY_LEVELS)} phases, this data set has "
            f"{', '.join(description.phase_names)}; choose another preset than paper."
        )
    conditions, process = len(description.conditions), len(description.process)
    return replace(
        like,
        shape=dataset.shape,
        levels=GREY_LEVELS[: len(description.phase_names)],
        conditions=tuple(range(conditions)),
        process=tuple(range(conditions, conditions + process)),
        outputs=conditions + process,
    )
