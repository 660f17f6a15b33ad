"""The three stages in order, each skipped when it is done: from a data set to a model bundle."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import lightning
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.core.card import DENOISER_MULTIPLE
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import FACTOR, AutoencoderConfig, PhaseAutoencoder
from microdesigner.models.bundle import Bundle, save_bundle
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.training import ranks
from microdesigner.training.autoencoder_stage import AutoencoderStage, Crops
from microdesigner.training.calibration import calibrate
from microdesigner.training.card import card_document
from microdesigner.training.denoiser_stage import DenoiserStage, new_denoiser
from microdesigner.training.drawing import generations, predictions, reconstructions
from microdesigner.training.labels import Labels
from microdesigner.training.latent_batches import training_loader, validation_loader
from microdesigner.training.latents import Latents, encode_dataset, load_latents, whiten
from microdesigner.training.predictor_stage import PredictorStage
from microdesigner.training.presets import Preset, Stage
from microdesigner.training.run import RunDirectory
from microdesigner.training.samples import Draw
from microdesigner.training.stage import Batches, Devices, TrainingStage, fit_stage

VALIDATION_CROPS = 8
VALIDATION_LATENTS = 128
VALIDATE_EVERY: dict[Stage, int] = {"vae": 200, "fp": 200, "ddpm": 300}
LEAST_VALIDATIONS = 5


def train(
    dataset_path: Path,
    run: RunDirectory,
    name: str,
    preset: Preset,
    stages: Sequence[Stage],
    report: Callable[[Progress], None],
    base: Bundle | None = None,
    labels: Labels = Labels(),  # noqa: B008  (immutable)
    devices: Devices = Devices(),  # noqa: B008
) -> None:
    """Train `stages` in `run` and, when all three are there, write the bundle. Finished stages are not trained again.

    `base` is a model to fine-tune: its autoencoder is kept, its denoiser is where training starts. `labels` chooses
    among the data set's conditions and processing parameters. With several devices, all but the first process wait
    while the first encodes and writes.
    Raises InputError when the data set does not fit or an earlier stage is missing.
    """
    dataset = VolumeDataset(dataset_path)
    dataset.description = labels.chosen(dataset)
    _check(dataset)
    work = _Work(run, preset, tuple(stages), dataset, devices)
    if base:
        _check_base(base, dataset)
        if not run.stage_weights("vae").exists():
            run.finish_stage("vae", base.autoencoder)
    lightning.seed_everything(0, verbose=False)
    autoencoder = _autoencoder(work).to(_gpu() or "cpu")
    if not run.latents.exists() and ranks.is_first():
        for progress in encode_dataset(run.latents, dataset, autoencoder, preset.latent_variants):
            report(progress)
    ranks.wait_for_all()
    if not autoencoder.whitened:
        whiten(run.latents, autoencoder, dataset.held_out)
    latents = load_latents(run.latents, dataset, autoencoder)
    predictor = _predictor(work, latents)
    denoiser = _denoiser(work, latents, autoencoder, base)
    if run.stage_weights("fp").exists() and run.stage_weights("ddpm").exists() and ranks.is_first():
        if latents.process.shape[1]:
            calibrate(predictor, latents)
        save_bundle(run.bundle, card_document(name, dataset, run), autoencoder, predictor, denoiser)
        run.events.write("bundle", path=str(run.bundle))


@dataclass(frozen=True)
class _Work:
    """What all stages need."""

    run: RunDirectory
    preset: Preset
    stages: tuple[Stage, ...]
    dataset: VolumeDataset
    devices: Devices

    def fit(self, stage: Stage, module: TrainingStage, batches: Batches, draw: Draw) -> None:
        """Train `module` and keep its weights."""
        fit_stage(self.run, stage, module, batches, draw, self.devices)
        ranks.wait_for_all()

    def fit_on_latents(
        self, stage: Stage, module: PredictorStage | DenoiserStage, latents: Latents, draw: Draw
    ) -> None:
        """Train `module` on the encoded data set."""
        # a resumed run continues with other batches than those it has seen
        seed = 10 + ranks.number() + (self.run.checkpoint(stage) is not None) * int(torch.randint(1 << 30, ()))
        validation = validation_loader(latents, 32, VALIDATION_LATENTS)
        training = partial(training_loader, latents, seed=seed, device=_gpu() or torch.device("cpu"))
        self.fit(stage, module, Batches(training, validation, self.validate_every(stage)), draw)

    def validate_every(self, stage: Stage) -> int:
        """Steps between validations."""
        return max(1, min(VALIDATE_EVERY[stage], self.preset.stage(stage).steps // LEAST_VALIDATIONS))


def _autoencoder(work: _Work) -> PhaseAutoencoder:
    run, dataset = work.run, work.dataset
    network = PhaseAutoencoder(AutoencoderConfig(phases=len(dataset.description.phase_names)))
    if _load_finished(network, run, "vae"):
        return network
    if "vae" not in work.stages:
        raise InputError(f"{run.path} has no trained autoencoder yet; train the stage vae first.")
    held_out = dataset.held_out.nonzero()[0]
    crops = Crops(dataset, (~dataset.held_out).nonzero()[0], seed=1 + 10 * ranks.number(), device=_gpu())
    fixed = iter(Crops(dataset, held_out, seed=2))
    validation: DataLoader[Tensor] = DataLoader([next(fixed) for _ in range(VALIDATION_CROPS)], batch_size=4)  # type: ignore[arg-type]
    batches = Batches(lambda batch: DataLoader(crops, batch), validation, work.validate_every("vae"))
    draw = partial(reconstructions, dataset, network)
    work.fit("vae", AutoencoderStage(network, work.preset.vae), batches, draw)
    return network


def _predictor(work: _Work, latents: Latents) -> FeaturePredictor:
    channels, conditions, process = latents.latents.shape[1], latents.conditions.shape[1], latents.process.shape[1]
    network = FeaturePredictor(PredictorConfig(channels, conditions, process))
    _standardise(network.descriptor_mean, network.descriptor_std, latents.conditions, latents)
    if process:
        _standardise(network.process_mean, network.process_std, latents.process, latents)
    if not _load_finished(network, work.run, "fp") and "fp" in work.stages:
        stage = PredictorStage(network, work.preset.fp, latents.periodic)
        work.fit_on_latents("fp", stage, latents, partial(predictions, work.dataset, latents, network))
    return network


def _denoiser(work: _Work, latents: Latents, autoencoder: PhaseAutoencoder, base: Bundle | None) -> ConditionalDenoiser:
    if base and isinstance(base.denoiser, ConditionalDenoiser):
        network = deepcopy(base.denoiser).train().requires_grad_(True)  # its scaling of the conditions stays
    else:
        network = new_denoiser(work.preset, latents.latents.shape[1], latents.conditions.shape[1])
        _standardise(network.condition_mean, network.condition_std, latents.conditions, latents)
    if not _load_finished(network, work.run, "ddpm") and "ddpm" in work.stages:
        stage = DenoiserStage(network, work.preset.ddpm, latents.periodic)
        draw = partial(generations, work.dataset, latents, autoencoder, network)
        work.fit_on_latents("ddpm", stage, latents, draw)
    return network


def _gpu() -> torch.device | None:
    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else None


def _load_finished(network: nn.Module, run: RunDirectory, stage: Stage) -> bool:
    path = run.stage_weights(stage)
    if not path.exists():
        return False
    network.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    return True


def _standardise(mean: Tensor, std: Tensor, labels: Tensor, latents: Latents) -> None:
    training = labels[torch.from_numpy(~latents.held_out)]
    mean.copy_(training.mean(0))
    std.copy_(training.std(0).clamp_min(1e-6))


def _check_base(base: Bundle, dataset: VolumeDataset) -> None:
    if not isinstance(base.denoiser, ConditionalDenoiser):
        raise InputError(f"{base.card.name} has the paper's networks, which this program does not train; start anew.")
    conditions = tuple(condition.name for condition in base.card.conditions)
    if conditions != dataset.description.conditions or base.card.phase_names != dataset.description.phase_names:
        raise InputError(
            f"{base.card.name} knows the phases {', '.join(base.card.phase_names)} and the conditions "
            f"{', '.join(conditions)}, other than {dataset.path}; train a new model on it."
        )


def _check(dataset: VolumeDataset) -> None:
    multiple = DENOISER_MULTIPLE * FACTOR
    if any(edge % multiple for edge in dataset.shape):
        raise InputError(
            f"{dataset.path} holds volumes of {dataset.shape}; each edge must be a multiple of {multiple}."
        )
    held_out = int(dataset.held_out.sum())
    if held_out == 0 or held_out == len(dataset):
        raise InputError(f"{dataset.path} holds too few series to keep some for validation; build at least 8.")
