"""The published models by name: their cards, and their weights made into a bundle."""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from microdesigner.core.card import PARTS, SCHEMA, PartName
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.core.paths import temporary_folder, user_data
from microdesigner.models.archive import install_bundle
from microdesigner.models.bundle import MICROGEN3D, save_bundle
from microdesigner.models.microgen3d import MicroGen3DConfig, microgen3d_networks
from microdesigner.models.microgen3d.denoiser import linear_schedule

GREY_LEVELS = (0.0, 1.0, 0.5)  # donor, acceptor, mixed
SPARE_BYTES = 16 << 20
_EARLIER_NAMES = {"convs": 0, "instnorms": 1, "resblocks": 2}


@dataclass(frozen=True)
class PublishedModel:
    """Title, networks, and the names of all features that the predictor tells, in its order."""

    title: str
    config: MicroGen3DConfig
    features: tuple[str, ...]


PUBLISHED = {
    "paper-ch-3phase": PublishedModel(
        "MicroGen3D, Cahn-Hilliard, three phases",
        MicroGen3DConfig(4, True, (128, 128, 64), GREY_LEVELS, (0, 1, 2, 3), (4, 5, 6), 7),
        ("vol_frac_D", "vol_frac_M", "tortuosity_A", "tortuosity_D", "phi", "chi", "log_time"),
    ),
    "paper-ch-2phase": PublishedModel(
        "MicroGen3D, Cahn-Hilliard, two phases",
        MicroGen3DConfig(4, True, (128, 128, 64), GREY_LEVELS[:2], (2, 5, 6), (), 7),
        ("norm_STAT_e", "ABS_wf_D", "ABS_f_D", "DISS_wf10_D", "CT_f_e_conn", "CT_f_D_tort1", "CT_f_A_tort1"),
    ),
    "paper-experimental": PublishedModel(
        "MicroGen3D, electron tomograms",
        MicroGen3DConfig(1, False, (64, 64, 64), GREY_LEVELS[:2], (0, 1, 2), (), 3),
        ("ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1"),
    ),
}


def published_card(name: str) -> dict[str, Any]:
    """The card of a published model without its weights: all but the hashes, with the parameter count of each part."""
    model = PUBLISHED[name]
    with torch.device("meta"):
        networks = dict(zip(PARTS, (microgen3d_networks(model.config)), strict=True))
    parts = {part: {"parameters": sum(p.numel() for p in network.parameters())} for part, network in networks.items()}
    return {**_document(name), "parts": parts}


def import_published(kind: str, files: Mapping[PartName, Path], name: str) -> Path:
    """Install the published weights `files` (one state_dict per part) as the model `name`; returns its folder.

    Raises InputError when there is no such kind, or a file is not that part's weights and nothing else.
    """
    if kind not in PUBLISHED:
        raise InputError(f"There is no published model '{kind}'; choose one of {', '.join(PUBLISHED)}.")
    autoencoder, predictor, denoiser = microgen3d_networks(PUBLISHED[kind].config)
    for part, network in zip(PARTS, (autoencoder, predictor, denoiser), strict=True):
        network.load_state_dict(read_weights(files[part], network))
        network.eval()
    user_data().mkdir(parents=True, exist_ok=True)
    with temporary_folder(user_data(), "arriving") as folder:
        save_bundle(folder, {**_document(kind), "name": name}, autoencoder, predictor, denoiser, half=False)
        return install_bundle(folder, name)


def read_weights(path: Path, network: nn.Module) -> dict[str, Tensor]:
    """The state_dict in `path`, every tensor of it of the name and shape that `network` wants.

    Sizes are checked before anything is read, and what is read may hold tensors only, so a stranger's file runs no
    code. Raises InputError naming the file and what is wrong.
    """
    expected = network.state_dict()
    _check_size(path, sum(tensor.numel() for tensor in expected.values()) * 4 + SPARE_BYTES)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # noqa: BLE001 - whatever a damaged or hostile file provokes
        raise InputError(
            f"{path} is not a plain file of weights: it is damaged or holds more than tensors; download it again."
        ) from None
    state = _state(content, path)
    tables = {name: state.pop(name) for name in linear_schedule() if name in state}
    _check_tables(tables, path)
    if set(state) != set(expected):
        odd = sorted(set(state) ^ set(expected))[0]
        raise InputError(f"{path} holds the weights of another network ('{odd}' differs); check which part it is.")
    for name, tensor in state.items():
        if tensor.shape != expected[name].shape or not tensor.is_floating_point():
            raise InputError(
                f"{path}: '{name}' is {tuple(tensor.shape)} instead of {tuple(expected[name].shape)}; "
                "it belongs to another model."
            )
    return state


def _state(content: object, path: Path) -> dict[str, Tensor]:
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]  # a Lightning checkpoint
    if not isinstance(content, Mapping) or not all(isinstance(value, Tensor) for value in content.values()):
        raise InputError(f"{path} is not a state_dict; name the file that holds the weights alone.")
    return {_current_name(str(name)): value for name, value in content.items()}


def _current_name(name: str) -> str:
    """The decoder's layers were numbered by kind in the first versions of the published code."""
    match = re.fullmatch(r"decoder\.(convs|instnorms|resblocks)\.(\d+)\.(.+)", name)
    return f"decoder.deconv_layers.{match[2]}.{_EARLIER_NAMES[match[1]]}.{match[3]}" if match else name


def _check_size(path: Path, largest: int) -> None:
    try:
        size = path.stat().st_size
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as file:
                size = max(size, sum(member.file_size for member in file.infolist()))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} cannot be read ({error}); name a file of published weights.") from None
    if size > largest:
        raise InputError(f"{path} holds {size >> 20} MiB, more than this part's weights; check which file it is.")


def _check_tables(tables: Mapping[str, Tensor], path: Path) -> None:
    for name, expected in linear_schedule().items():
        table = tables.get(name)
        if table is not None and (table.shape != expected.shape or not torch.allclose(table.float(), expected, 1e-3)):
            raise InputError(f"{path} was trained on another noise schedule than the paper's ('{name}' differs).")


def _document(name: str) -> dict[str, Any]:
    model = PUBLISHED[name]
    config = model.config
    return {
        "schema": SCHEMA,
        "name": name,
        "title": model.title,
        "source": "Baishnab et al., Digital Discovery 2025, 4, 3175",
        "phases": PHASE_NAMES[: len(config.levels)],
        "shape": config.shape,
        "lateral": "no-flux",
        "fixed_size": True,
        "needs_all_targets": True,
        "conditions": [_possible(model.features[column]) for column in config.conditions],
        "process": [_possible(model.features[column]) for column in config.process],
        "latent": {"channels": config.latent_channels, "factor": config.factor},
        "architecture": {"kind": MICROGEN3D},
    }


def _possible(feature: str) -> dict[str, Any]:
    """The published files do not tell what range was trained on, so this is what is possible."""
    spec = spec_of(feature)
    return {"name": feature, "low": spec.low, "high": spec.high}
