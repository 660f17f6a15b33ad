"""The three stages in order, each skipped when it is done: from a data set to a model bundle."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.compute import compute_policy
from microdesigner.core.card import DENOISER_MULTIPLE
from microdesigner.core.errors import InputError
from microdesigner.core.events import Listener
from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import FACTOR
from microdesigner.models.bundle import AnyDenoiser, Autoencoder, Networks, Predictor, load_bundle, save_bundle
from microdesigner.training import ranks
from microdesigner.training.card import card_document
from microdesigner.training.checkpoints import load_weights
from microdesigner.training.config import TrainingConfig
from microdesigner.training.family import ModelFamily, family_of
from microdesigner.training.fitting import Batches, fit_stage
from microdesigner.training.labels import with_labels
from microdesigner.training.latent_batches import Batch, training_loader, validation_loader
from microdesigner.training.latents import Latents, encode_dataset, is_encoded, load_latents, whiten
from microdesigner.training.presets import STAGES, Preset, Stage
from microdesigner.training.process_group import group_device
from microdesigner.training.run import RunDirectory
from microdesigner.training.stage import TrainingStage, random_seed
from microdesigner.training.validation_samples import Sampler, generations, predictions, reconstructions

VALIDATION_VOLUMES = 8
VALIDATION_LATENTS = 128
VALIDATE_EVERY: dict[Stage, int] = {"vae": 200, "fp": 200, "ddpm": 300}
LEAST_VALIDATIONS = 5
INITIAL_SEED = 0
"""Each network starts alike in all processes, whatever was trained before it in this session."""


def train(config: TrainingConfig, run: RunDirectory, report: Listener) -> None:
    """Train the chosen stages in `run` and, when all three are there, write the bundle.

    Finished stages are not trained again. Of a model to fine-tune the encoder stays; decoder, predictor and denoiser
    are where training starts, and what is not among the stages stays too. With several devices, all but the first
    process wait while the first encodes and writes. Raises InputError when the data set does not fit or an earlier
    stage is missing.
    """
    stages = config.chosen_stages
    base, start = (
        load_bundle(name, torch.device("cpu")) if name else None for name in (config.base_model, config.warm_start)
    )
    dataset = VolumeDataset(Path(config.dataset))
    dataset.description = with_labels(dataset, config.conditions, config.process)
    _check(dataset)
    preset = config.plan.for_volumes(int((~dataset.held_out).sum()))
    device = group_device(config.device)
    compute_policy(device).prepare()
    work = _Work(run, preset, stages, dataset, device)
    family = family_of(dataset, preset, base, start)
    if base and "vae" not in stages and not run.stage_weights("vae").exists():
        run.finish_stage("vae", base.autoencoder)
    autoencoder = _autoencoder(work, family).to(device)
    if not is_encoded(run.latents) and ranks.is_first():
        for progress in encode_dataset(run.latents, dataset, autoencoder, preset.latent_variants):
            report(progress)
    ranks.wait_for_all()
    if not autoencoder.whitened:
        whiten(run.latents, autoencoder, dataset.held_out)
    latents = load_latents(run.latents, dataset, autoencoder)
    predictor = _predictor(work, family, latents)
    denoiser = _denoiser(work, family, latents, autoencoder)
    is_complete = all(run.stage_weights(stage).exists() or (base and stage not in stages) for stage in STAGES)
    if is_complete and ranks.is_first():
        networks = Networks(autoencoder.to(device), predictor.to(device), denoiser.to(device))
        entries = family.finalize(networks, latents, report)  # where they were trained, after Lightning moved them away
        document = card_document(config.name, dataset, run) | entries
        save_bundle(run.bundle, document, autoencoder.cpu(), predictor.cpu(), denoiser.cpu())
        run.events.write("bundle", path=str(run.bundle))


@dataclass(frozen=True)
class _Work:
    """What all stages need."""

    run: RunDirectory
    preset: Preset
    stages: tuple[Stage, ...]
    dataset: VolumeDataset
    device: torch.device

    def fit(self, stage: Stage, module: TrainingStage, batches: Batches, sample: Sampler) -> None:
        """Train `module` and store its weights."""
        fit_stage(self.run, stage, module, batches, sample, self.device)
        ranks.wait_for_all()

    def fit_on_latents(self, stage: Stage, module: TrainingStage, latents: Latents, sample: Sampler) -> None:
        """Train `module` on the encoded data set."""

        def training(batch: int, step: int) -> DataLoader[Batch]:
            return training_loader(latents, batch, random_seed(f"{stage} batches"), self.device, step)

        validation = validation_loader(latents, 32, VALIDATION_LATENTS)
        self.fit(stage, module, Batches(training, validation, self.validate_every(stage)), sample)

    def validate_every(self, stage: Stage) -> int:
        """Steps between validations."""
        return max(1, min(VALIDATE_EVERY[stage], self.preset.stage(stage).steps // LEAST_VALIDATIONS))


def _autoencoder(work: _Work, family: ModelFamily) -> Autoencoder:
    torch.manual_seed(INITIAL_SEED)
    run, dataset, stage = work.run, work.dataset, family.autoencoder()
    if _load_finished(stage.network, run, "vae"):
        return stage.network
    if "vae" not in work.stages:
        raise InputError(f"{run.path} has no trained autoencoder yet; train the stage vae first, with --stage vae.")
    held_out, training = dataset.held_out.nonzero()[0], (~dataset.held_out).nonzero()[0]

    def volumes(batch: int, step: int) -> DataLoader[Tensor]:
        gpu = work.device if work.device.type == "cuda" else None
        return DataLoader(family.volumes(training, random_seed("vae batches"), gpu, step * batch), batch)

    fixed = iter(family.volumes(held_out, 2))
    validation: DataLoader[Tensor] = DataLoader([next(fixed) for _ in range(VALIDATION_VOLUMES)], batch_size=4)  # type: ignore[arg-type]
    batches = Batches(volumes, validation, work.validate_every("vae"))
    work.fit("vae", stage, batches, partial(reconstructions, dataset, stage.network))
    return stage.network


def _predictor(work: _Work, family: ModelFamily, latents: Latents) -> Predictor:
    torch.manual_seed(INITIAL_SEED)
    stage = family.predictor(latents)
    if _load_finished(stage.network, work.run, "fp"):
        return stage.network
    if "fp" in work.stages:
        work.fit_on_latents("fp", stage, latents, partial(predictions, work.dataset, latents, stage.network))
        return stage.network
    return family.kept_predictor() or stage.network


def _denoiser(work: _Work, family: ModelFamily, latents: Latents, autoencoder: Autoencoder) -> AnyDenoiser:
    latents = family.add_conditions(latents)
    torch.manual_seed(INITIAL_SEED)
    stage = family.denoiser(latents)
    if not _load_finished(stage.network, work.run, "ddpm") and "ddpm" in work.stages:
        sample = partial(generations, work.dataset, latents, autoencoder, stage.network)
        work.fit_on_latents("ddpm", stage, latents, sample)
    return stage.network


def _load_finished(network: nn.Module, run: RunDirectory, stage: Stage) -> bool:
    path = run.stage_weights(stage)
    if not path.exists():
        return False
    load_weights(network, path)
    return True


def _check(dataset: VolumeDataset) -> None:
    multiple = DENOISER_MULTIPLE * FACTOR
    if any(edge % multiple for edge in dataset.shape):
        raise InputError(
            f"{dataset.path} holds volumes of {dataset.shape}; each edge must be a multiple of {multiple}."
        )
    held_out = int(dataset.held_out.sum())
    if held_out == 0 or held_out == len(dataset):
        raise InputError(f"{dataset.path} holds too few series to keep some for validation; build at least 8.")
