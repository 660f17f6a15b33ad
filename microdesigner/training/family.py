"""Networks that belong together, each with the stage that trains it."""

from typing import Any, Protocol

import torch
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.events import Listener
from microdesigner.data.store import VolumeDataset
from microdesigner.models.bundle import Bundle, Networks, Predictor
from microdesigner.training.autoencoder_stage import AutoencoderStage, Volumes
from microdesigner.training.denoiser_stage import DenoiserStage
from microdesigner.training.fine_tuning import why_not_fine_tuned
from microdesigner.training.latents import Latents
from microdesigner.training.native_family import NativeFamily
from microdesigner.training.paper_family import PaperFamily
from microdesigner.training.paper_stages import GreyStage, NoiseStage, PointStage
from microdesigner.training.predictor_stage import PredictorStage
from microdesigner.training.presets import Preset


class ModelFamily(Protocol):
    """The three stages, each holding its untrained `network`."""

    def autoencoder(self) -> AutoencoderStage | GreyStage:
        """Stage 1."""

    def volumes(self, indices: NDArray[Any], seed: int, device: torch.device | None = None, first: int = 0) -> Volumes:
        """What stage 1 sees of the volumes `indices`, from draw number `first` on."""

    def predictor(self, latents: Latents) -> PredictorStage | PointStage:
        """Stage 2."""

    def kept_predictor(self) -> Predictor | None:
        """That of a model to fine-tune, as it is; None for a new model. Raises InputError where it predicts another
        recipe than the data set has."""

    def add_conditions(self, latents: Latents) -> Latents:
        """The latents with all that the denoiser is conditioned on."""

    def denoiser(self, latents: Latents) -> DenoiserStage | NoiseStage:
        """Stage 3, for latents as `add_conditions` gives them."""

    def finalize(self, networks: Networks, latents: Latents, report: Listener) -> dict[str, Any]:
        """Do what is left before the bundle is saved, and tell what the card says beside the data set and the
        architecture."""


def family_of(
    dataset: VolumeDataset, preset: Preset, base: Bundle | None = None, start: Bundle | None = None
) -> ModelFamily:
    """The networks of `preset` for `dataset`: those of `base` to fine-tune, or new ones that begin with what fits of
    the weights of `start`; raises InputError when they cannot."""
    if base and start:
        raise InputError("A model is fine-tuned, or a new one begins with the weights of another; choose one of them.")
    if base:
        _check_base(base, dataset, preset)
    if preset.denoiser != "paper":
        return NativeFamily(dataset, preset, base, start)
    if start:
        raise InputError("The preset paper trains the paper's networks from the start; leave the warm start out.")
    return PaperFamily(dataset, preset)


def _check_base(base: Bundle, dataset: VolumeDataset, preset: Preset) -> None:
    if preset.denoiser == "paper":
        raise InputError(
            "The preset paper trains the paper's networks from the start; leave the model to fine-tune out."
        )
    description = dataset.description
    if refusal := why_not_fine_tuned(base.card, description.phase_names, description.conditions):
        raise InputError(refusal)
    conditions = tuple(condition.name for condition in base.card.conditions)
    if conditions != description.conditions:
        raise InputError(
            f"{base.card.name} is conditioned on {', '.join(conditions)}, in this order; choose the same conditions."
        )
