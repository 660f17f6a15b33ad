"""This program's own networks with their stages."""

from copy import deepcopy
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.domain_sizes import DomainSizes
from microdesigner.core.errors import InputError
from microdesigner.core.events import Listener
from microdesigner.core.subsampling import subsample_evenly
from microdesigner.core.support import Support
from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import AutoencoderConfig, PhaseAutoencoder
from microdesigner.models.bundle import Bundle, Networks, Predictor
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.denoiser import Denoiser, DenoiserConfig
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.models.transformer import TransformerConfig, TransformerDenoiser
from microdesigner.training.autoencoder_stage import AutoencoderStage, Crops
from microdesigner.training.calibration import calibrate
from microdesigner.training.card import CARD_POINTS
from microdesigner.training.denoiser_stage import DenoiserStage
from microdesigner.training.latents import Latents
from microdesigner.training.predictor_stage import PredictorStage
from microdesigner.training.presets import Preset
from microdesigner.training.size_response import generated_samples, measured_response
from microdesigner.training.warm_start import begin_with

HEAD_WIDTH = 64


class NativeFamily:
    """Phase autoencoder, feature predictor with a posterior, and a U-Net or a transformer that predicts v, conditioned
    on the domain size too; decoder, predictor and denoiser of `base`, where there is one, are where training starts.
    New networks begin with what fits of the weights of `start`."""

    def __init__(
        self, dataset: VolumeDataset, preset: Preset, base: Bundle | None = None, start: Bundle | None = None
    ) -> None:
        self._dataset, self._preset, self._base, self._start = dataset, preset, base, start

    def autoencoder(self) -> AutoencoderStage:
        """Stage 1; of a model to fine-tune the encoder stays."""
        if self._base and isinstance(self._base.autoencoder, PhaseAutoencoder):
            network = deepcopy(self._base.autoencoder).train().requires_grad_(True)
            return AutoencoderStage(network, self._preset.vae, decoder_only=True)
        phases = len(self._dataset.description.phase_names)
        autoencoder = PhaseAutoencoder(AutoencoderConfig(phases=phases))
        if self._start:
            begin_with(autoencoder, self._start.autoencoder, self._start.card.name)
        return AutoencoderStage(autoencoder, self._preset.vae)

    def volumes(self, indices: NDArray[Any], seed: int, device: torch.device | None = None, first: int = 0) -> Crops:
        """What stage 1 sees of the volumes `indices`, from draw number `first` on."""
        return Crops(self._dataset, indices, seed, device, first)

    def predictor(self, latents: Latents) -> PredictorStage:
        """Stage 2; it starts from that of a model to fine-tune where that predicts the same recipe."""
        if (known := self._base_predictor) is not None:
            network = deepcopy(known).train().requires_grad_(True)
            network.recipe_spread.fill_(1)  # calibration finds it anew
            return PredictorStage(network, self._preset.fp, latents.periodic)
        channels, conditions, process = latents.latents.shape[1], latents.conditions.shape[1], latents.process.shape[1]
        network = FeaturePredictor(PredictorConfig(channels, conditions, process))
        if self._start:
            begin_with(network, self._start.predictor, self._start.card.name)
        _standardise(network.descriptor_mean, network.descriptor_std, latents.conditions, latents)
        if process:
            _standardise(network.process_mean, network.process_std, latents.process, latents)
        return PredictorStage(network, self._preset.fp, latents.periodic)

    def kept_predictor(self) -> Predictor | None:
        """That of the model to fine-tune, as it is; raises InputError where it predicts another recipe."""
        if self._base is None:
            return None
        if self._base_predictor is None:
            card = self._base.card
            known = ", ".join(parameter.name for parameter in card.process) or "none"
            raise InputError(f"{card.name} predicts another recipe ({known}) than the data set has; train fp too.")
        return self._base_predictor

    @property
    def _base_predictor(self) -> FeaturePredictor | None:
        if self._base is None or not isinstance(self._base.predictor, FeaturePredictor):
            return None
        known = tuple(parameter.name for parameter in self._base.card.process)
        return self._base.predictor if known == self._dataset.description.process else None

    def add_conditions(self, latents: Latents) -> Latents:
        """The latents with their domain sizes as a condition, unless the model to fine-tune has none."""
        return latents.with_domain_size_condition() if self._with_domain_size else latents

    @property
    def _with_domain_size(self) -> bool:
        return self._base is None or self._base.card.domain_sizes is not None

    def denoiser(self, latents: Latents) -> DenoiserStage:
        """Stage 3, for latents as `add_conditions` gives them."""
        if self._base and isinstance(self._base.denoiser, ConditionalDenoiser):
            network = deepcopy(self._base.denoiser).train().requires_grad_(True)  # its scaling of the conditions stays
        else:
            network = new_denoiser(self._preset, latents.latents.shape[1], latents.conditions.shape[1])
            if self._start:
                begin_with(network, self._start.denoiser, self._start.card.name)
            _standardise(network.condition_mean, network.condition_std, latents.conditions, latents)
        return DenoiserStage(network, self._preset.ddpm, latents.periodic)

    def finalize(self, networks: Networks, latents: Latents, report: Listener) -> dict[str, Any]:
        """Make the recipe's posterior as wide as it ought to be, unless it is that of the model to fine-tune; the
        card's entries are the domain sizes of the volumes of its support, and how the denoiser responds to one."""
        predictor, denoiser = networks.predictor, networks.denoiser
        kept = self._base is not None and predictor is self._base.predictor
        if latents.process.shape[1] and isinstance(predictor, FeaturePredictor) and not kept:
            calibrate(predictor, latents)
        if not self._with_domain_size:
            return {}
        sizes = self._domain_sizes(latents)
        entries = {"domain_sizes": np.round(sizes.sizes, 3).tolist()}
        if isinstance(denoiser, ConditionalDenoiser):
            samples = generated_samples(
                denoiser, networks.autoencoder, self.add_conditions(latents), self._dataset, report
            )
            entries["size_response"] = asdict(measured_response(samples, sizes))
        return entries

    def _domain_sizes(self, latents: Latents) -> DomainSizes:
        names = self._dataset.description.conditions
        chosen = subsample_evenly(~self._dataset.held_out, CARD_POINTS)
        of_volumes = latents.domain_size.double().numpy()[:: self._preset.latent_variants]
        return DomainSizes(Support(names, self._dataset.columns(names)[chosen].astype(np.float64)), of_volumes[chosen])


def new_denoiser(preset: Preset, channels: int, conditions: int) -> ConditionalDenoiser:
    """The untrained denoiser of `preset` for latents of `channels` and so many conditions."""
    if preset.denoiser == "unet":
        return Denoiser(DenoiserConfig(channels, conditions, preset.widths))
    width, blocks = preset.transformer
    return TransformerDenoiser(TransformerConfig(channels, conditions, width, blocks, width // HEAD_WIDTH))


def _standardise(mean: Tensor, std: Tensor, labels: Tensor, latents: Latents) -> None:
    training = labels[torch.from_numpy(~latents.held_out)]
    mean.copy_(training.mean(0))
    std.copy_(training.std(0).clamp_min(1e-6))
