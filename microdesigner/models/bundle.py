"""Model bundles on disk: a card and one safetensors file per network, each with its hash."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from microdesigner.core.card import CARD_FILE, PARTS, ModelCard, installed_cards
from microdesigner.core.card_entries import PartName
from microdesigner.core.documents import document_text
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.paths import atomic_path, file_sha256, user_data, write_text_atomic
from microdesigner.models.architecture import (
    MICROGEN3D,
    AnyDenoiser,
    Autoencoder,
    Networks,
    Predictor,
    build_networks,
    parse_weights,
)

__all__ = [
    "MICROGEN3D",
    "AnyDenoiser",
    "Autoencoder",
    "Bundle",
    "Networks",
    "Predictor",
    "bundle_folders",
    "find_bundle",
    "load_bundle",
    "part_file",
    "part_parameters",
    "read_card",
    "save_bundle",
    "update_card",
    "verify_bundle",
]

LARGEST_PART_BYTES = 4 << 30
READS = 3
SECONDS_FOR_LOCK = 60.0


@dataclass(frozen=True)
class Bundle:
    """A loaded model: its card, the hash that names what makes its volumes, and the networks in eval mode."""

    card: ModelCard
    sha256: str
    autoencoder: Autoencoder
    predictor: Predictor
    denoiser: AnyDenoiser


def bundle_folders() -> dict[str, Path]:
    """Every installed bundle by the name of its folder; the user's own hides a shipped one of its name."""
    return {path.parent.name: path.parent for path in reversed(installed_cards())}


def find_bundle(name: str) -> Path:
    """Folder of the bundle called `name`, or `name` itself when it is such a folder; raises InputError naming both."""
    with suppress(OSError):  # a name too long for a path is none
        if (Path(name) / CARD_FILE).is_file():
            return Path(name)
    folders = bundle_folders()
    if name not in folders:
        raise InputError(f"There is no model '{name}'; installed are: {', '.join(folders) or 'none'}.")
    return folders[name]


def read_card(name: str) -> ModelCard:
    """Card of the bundle called `name`, without its weights; raises InputError as `find_bundle` does."""
    return ModelCard.read(find_bundle(name) / CARD_FILE)


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
        parts[part] = {"sha256": file_sha256(path), "parameters": sum(p.numel() for p in network.parameters())}
    latent = {
        "channels": autoencoder.config.latent_channels,
        "factor": autoencoder.config.factor,
        **document.get("latent", {}),
    }
    architecture = {part: network.describe() for part, network in networks.items()} | document.get("architecture", {})
    text = document_text({**document, "latent": latent, "architecture": architecture, "parts": parts})
    ModelCard.from_json(json.loads(text))  # a model that could not be read again is not written
    write_text_atomic(folder / CARD_FILE, text)


def update_card(folder: Path, entries: Mapping[str, Any]) -> None:
    """Add or replace top-level `entries` of a bundle's card."""
    with models_locked():
        path = folder / CARD_FILE
        card = ModelCard.read(path).with_entries(json.loads(document_text(entries)), str(path))
        write_text_atomic(path, document_text(card.to_json()))


@contextmanager
def models_locked() -> Iterator[None]:
    """Keep other processes from changing the user's models meanwhile; raises MicrodesignerError when one takes long."""
    folder = user_data() / "models"
    lock = FileLock(folder / ".lock", timeout=SECONDS_FOR_LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise MicrodesignerError(
            "Another program is changing the installed models; try again when it is done."
        ) from None
    except OSError as error:
        raise MicrodesignerError(f"{folder} cannot be written ({error.strerror}); check its permissions.") from None
    try:
        yield
    finally:
        lock.release()


def verify_bundle(folder: Path) -> None:
    """Raise InputError when a part is missing or its hash differs from the card's."""
    card = ModelCard.read(folder / CARD_FILE)
    for part in PARTS:
        path = part_file(folder, part)
        try:
            found = file_sha256(path)
        except OSError as error:
            raise _unreadable(path, error) from None
        _check_hash(card, part, found, path)


def part_parameters(folder: Path) -> dict[PartName, int]:
    """Number of parameters per part, read from the weights' headers."""
    counts: dict[PartName, int] = {}
    for part in PARTS:
        try:
            with safe_open(part_file(folder, part), "pt") as file:
                shapes = [(name, file.get_slice(name).get_shape()) for name in file.keys()]  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise InputError(f"{part_file(folder, part)} cannot be read ({error}); copy the bundle again.") from None
        counts[part] = sum(torch.Size(shape).numel() for name, shape in shapes if not _is_buffer(name))
    return counts


def load_bundle(name: str, device: torch.device) -> Bundle:
    """Load and check a bundle; raises InputError when a part is missing, altered or does not fit its card.

    Each file is read once into memory, so that what was checked is what is loaded. A model that another program
    replaces meanwhile is read again.
    """
    folder = find_bundle(name)
    for _ in range(READS - 1):
        card = ModelCard.read(folder / CARD_FILE)
        try:
            return _load(card, folder, device)
        except InputError:
            if ModelCard.read(folder / CARD_FILE) == card:
                raise
    return _load(ModelCard.read(folder / CARD_FILE), folder, device)


def _load(card: ModelCard, folder: Path, device: torch.device) -> Bundle:
    weights = {part: parse_weights(_checked_part(card, folder, part), part_file(folder, part)) for part in PARTS}
    networks = build_networks(card, weights, folder / CARD_FILE)
    for network in networks:
        network.to(device).eval().requires_grad_(False)
    return Bundle(card, card.sha256, networks.autoencoder, networks.predictor, networks.denoiser)


def _checked_part(card: ModelCard, folder: Path, part: PartName) -> bytes:
    """Content of a part's file, which has the hash in the card."""
    path = part_file(folder, part)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_PART_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(content) > LARGEST_PART_BYTES:
        raise InputError(f"{path} is larger than any model of this program; copy the model again.")
    _check_hash(card, part, hashlib.sha256(content).hexdigest(), path)
    return content


def _check_hash(card: ModelCard, part: PartName, found: str, path: Path) -> None:
    entry = card.parts.get(part)
    if entry is None or entry.sha256 != found:
        raise InputError(f"{path} does not match the hash in its card; copy the model {card.name} again.")


def _unreadable(path: Path, error: OSError) -> InputError:
    reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
    return InputError(f"{path} {reason}; copy the model again.")


def _stored(network: nn.Module, half: bool) -> dict[str, torch.Tensor]:
    """With `half` matrices and kernels in half precision; buffers and vectors, which set scales, in full."""
    state = network.state_dict()
    return {
        name: tensor.half() if half and tensor.ndim > 1 and not _is_buffer(name) else tensor
        for name, tensor in state.items()
    }


def _is_buffer(name: str) -> bool:
    return name.endswith(("_mean", "_std"))
