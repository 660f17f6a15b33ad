"""Model bundles on disk: a card and one safetensors file per network, each with its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from microdesigner.core.card import CARD_FILE, PARTS, ModelCard, installed_cards
from microdesigner.core.errors import InputError
from microdesigner.core.paths import atomic_path, write_text_atomic
from microdesigner.models.autoencoder import AutoencoderConfig, PhaseAutoencoder
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.denoiser import Denoiser, DenoiserConfig
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.models.microgen3d import (
    GreyAutoencoder,
    MicroGen3DConfig,
    NoiseDenoiser,
    PointPredictor,
    microgen3d_networks,
)
from microdesigner.models.transformer import TRANSFORMER, TransformerConfig, TransformerDenoiser

LARGEST_PART_BYTES = 4 << 30
MICROGEN3D = "microgen3d"

Autoencoder = PhaseAutoencoder | GreyAutoencoder
"""What decodes whitened latents to phase logits."""
Predictor = FeaturePredictor | PointPredictor
"""What tells descriptors and recipe of a latent."""
AnyDenoiser = ConditionalDenoiser | NoiseDenoiser
"""What predicts v of a noisy latent."""


@dataclass(frozen=True)
class Bundle:
    """A loaded model: its card, the hash that names what makes its volumes, and the networks in eval mode."""

    card: ModelCard
    sha256: str
    autoencoder: Autoencoder
    predictor: Predictor
    denoiser: AnyDenoiser


@dataclass(frozen=True)
class Networks:
    """The networks of a model that is not a bundle yet."""

    autoencoder: Autoencoder
    predictor: Predictor
    denoiser: AnyDenoiser


def bundle_folders() -> dict[str, Path]:
    """Every installed bundle by the name of its folder; the user's own hides a shipped one of its name."""
    return {path.parent.name: path.parent for path in reversed(installed_cards())}


def find_bundle(name: str) -> Path:
    """Folder of the bundle called `name`, or `name` itself when it is such a folder; raises InputError naming both."""
    if (Path(name) / CARD_FILE).is_file():
        return Path(name)
    folders = bundle_folders()
    if name not in folders:
        raise InputError(f"There is no model '{name}'; installed are: {', '.join(folders) or 'none'}.")
    return folders[name]


def part_file(folder: Path, part: str) -> Path:
    """File of one network."""
    return folder / f"{part}.safetensors"


def save_bundle(
    folder: Path,
    document: Mapping[str, Any],
    autoencoder: Autoencoder,
    predictor: Predictor,
    denoiser: AnyDenoiser,
    half: bool = True,
) -> None:
    """Write the weights, with `half` matrices in half precision, and then the card with their hashes.

    `document` may hold entries of "latent" and "architecture" beside those that the networks give.
    """
    networks: dict[str, Any] = {"vae": autoencoder, "fp": predictor, "ddpm": denoiser}
    parts: dict[str, dict[str, Any]] = {}
    for part, network in networks.items():
        path = part_file(folder, part)
        with atomic_path(path) as temporary:
            save_file({name: tensor.contiguous() for name, tensor in _stored(network, half).items()}, temporary)
        parts[part] = {"sha256": _sha256(path), "parameters": sum(p.numel() for p in network.parameters())}
    latent = {
        "channels": autoencoder.config.latent_channels,
        "factor": autoencoder.config.factor,
        **document.get("latent", {}),
    }
    architecture = {part: network.describe() for part, network in networks.items()} | document.get("architecture", {})
    card = {**document, "latent": latent, "architecture": architecture, "parts": parts}
    write_text_atomic(folder / CARD_FILE, json.dumps(card, indent=1) + "\n")


def update_card(folder: Path, entries: Mapping[str, Any]) -> None:
    """Add or replace top-level `entries` of a bundle's card."""
    card = ModelCard.read(folder / CARD_FILE)
    write_text_atomic(folder / CARD_FILE, json.dumps({**card.document, **entries}, indent=1) + "\n")


def verify_bundle(folder: Path) -> None:
    """Raise InputError when a part is missing or its hash differs from the card's."""
    card = ModelCard.read(folder / CARD_FILE)
    for part in PARTS:
        path = part_file(folder, part)
        if not path.is_file():
            raise InputError(f"{path} does not exist; copy the bundle {card.name} again.")
        if _sha256(path) != card.document["parts"].get(part, {}).get("sha256"):
            raise InputError(f"{path} does not match the hash in its card; copy the bundle {card.name} again.")


def part_parameters(folder: Path) -> dict[str, int]:
    """Number of parameters per part, read from the weights' headers."""
    counts = {}
    for part in PARTS:
        try:
            with safe_open(part_file(folder, part), "pt") as file:
                shapes = [(name, file.get_slice(name).get_shape()) for name in file.keys()]  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise InputError(f"{part_file(folder, part)} cannot be read ({error}); copy the bundle again.") from None
        counts[part] = sum(torch.Size(shape).numel() for name, shape in shapes if not _is_buffer(name))
    return counts


def load_bundle(name: str, device: torch.device) -> Bundle:
    """Load and check a bundle; raises InputError when a part is missing, altered or does not fit its card."""
    folder = find_bundle(name)
    verify_bundle(folder)
    card = ModelCard.read(folder / CARD_FILE)
    architecture = card.document.get("architecture", {})
    autoencoder, predictor, denoiser = _networks(architecture, folder)
    for part, network in (("vae", autoencoder), ("fp", predictor), ("ddpm", denoiser)):
        _load_part(network, part_file(folder, part), device)
    _check_told(card, denoiser, folder)
    return Bundle(card, _identity(card), autoencoder, predictor, denoiser)


def _identity(card: ModelCard) -> str:
    """Hash of the weights and of what the card has the denoiser told: together they and a request make a volume."""
    entries = [card.document["parts"][part]["sha256"] for part in PARTS]
    if card.domain_sizes is not None:
        entries += [json.dumps(card.document.get(key)) for key in ("support", "domain_sizes", "size_response")]
    return hashlib.sha256("".join(entries).encode()).hexdigest()


def _check_told(card: ModelCard, denoiser: AnyDenoiser, folder: Path) -> None:
    told = len(card.conditions) + (card.domain_sizes is not None)
    if isinstance(denoiser, ConditionalDenoiser) and len(denoiser.condition_mean) != told:
        raise InputError(
            f"{folder / CARD_FILE} lists {told} numbers that the denoiser is told, which is made for "
            f"{len(denoiser.condition_mean)}; copy the bundle again."
        )


def _networks(architecture: Mapping[str, Any], folder: Path) -> tuple[Autoencoder, Predictor, AnyDenoiser]:
    if architecture.get("kind") == MICROGEN3D:
        return microgen3d_networks(_config(MicroGen3DConfig, architecture, "vae", folder))
    return (
        PhaseAutoencoder(_config(AutoencoderConfig, architecture, "vae", folder)),
        FeaturePredictor(_config(PredictorConfig, architecture, "fp", folder)),
        _conditional_denoiser(architecture, folder),
    )


def _conditional_denoiser(architecture: Mapping[str, Any], folder: Path) -> ConditionalDenoiser:
    entries = architecture.get("ddpm")
    if not isinstance(entries, Mapping) or entries.get("kind") != TRANSFORMER:
        return Denoiser(_config(DenoiserConfig, architecture, "ddpm", folder))
    sizes = {name: value for name, value in entries.items() if name != "kind"}
    return TransformerDenoiser(_config(TransformerConfig, {"ddpm": sizes}, "ddpm", folder))


def _config(kind: type, architecture: Mapping[str, Any], part: str, folder: Path) -> Any:
    entries = architecture.get(part)
    known = {entry.name for entry in fields(kind)}
    if not isinstance(entries, Mapping) or set(entries) != known:
        raise InputError(f"{folder / CARD_FILE} does not describe the part {part} as this version expects it.")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in entries.items()})


def _load_part(network: nn.Module, path: Path, device: torch.device) -> None:
    if path.stat().st_size > LARGEST_PART_BYTES:
        raise InputError(f"{path} is larger than any model of this program; copy the bundle again.")
    try:
        network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    except (RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"{path} does not fit the architecture in its card ({reason}); copy the bundle again."
        ) from None
    network.to(device).eval().requires_grad_(False)


def _stored(network: nn.Module, half: bool) -> dict[str, torch.Tensor]:
    """With `half` matrices and kernels in half precision; buffers and vectors, which set scales, in full."""
    state = network.state_dict()
    return {
        name: tensor.half() if half and tensor.ndim > 1 and not _is_buffer(name) else tensor
        for name, tensor in state.items()
    }


def _is_buffer(name: str) -> bool:
    return name.endswith(("_mean", "_std"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
