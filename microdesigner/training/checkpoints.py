"""Checkpoints and weights of a run, which may come from a stranger: read as plain tensors, numbers and text alone."""

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from microdesigner.core.errors import InputError

_ENTRIES: dict[str, type] = {
    "state_dict": dict,
    "loops": dict,
    "callbacks": dict,
    "optimizer_states": list,
    "lr_schedulers": list,
    "global_step": int,
    "seconds": float,
}
"""What a checkpoint of a stage needs for its resumption."""


def read_tensors(path: Path) -> dict[str, Any]:
    """The dictionary that `torch.save` wrote to `path`.

    Nothing in the file is executed: an object other than tensors, numbers, text and containers of them is refused.
    Raises InputError naming a file that holds such an object, or is damaged.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # noqa: BLE001 - a damaged file raises almost anything
        content = None
    if not isinstance(content, dict):
        raise InputError(
            f"{path} is damaged or holds more than numbers, so it is not loaded; delete it and resume the run."
        )
    return content


def load_weights(network: nn.Module, path: Path) -> None:
    """Load a finished stage's weights; raises InputError naming a file that is damaged or of another network."""
    weights = read_tensors(path)
    _require_same_tensors(weights, network.state_dict(), path)
    network.load_state_dict(weights)


def check_checkpoint(path: Path, module: nn.Module) -> int:
    """The step at which the checkpoint `path` was written.

    Raises InputError naming the file and the entry unless `module` can go on from it.
    """
    content = read_tensors(path)
    for name, kind in _ENTRIES.items():
        if not isinstance(content.get(name), kind) or isinstance(content.get(name), bool):
            raise InputError(f"The entry {name} of {path} is missing or wrong; delete the file and resume the run.")
    if content["global_step"] < 0 or not (math.isfinite(content["seconds"]) and content["seconds"] >= 0):
        raise InputError(
            f"The entries global_step and seconds of {path} must be 0 or more; delete the file and resume."
        )
    for name in ("state_dict", "current_model_state"):
        if name in content:
            _require_same_tensors(content[name], module.state_dict(), path)
    return int(content["global_step"])


def _require_same_tensors(found: Any, expected: dict[str, Any], path: Path) -> None:
    named = isinstance(found, dict) and found.keys() == expected.keys()
    if not named or any(_shape(found[name]) != expected[name].shape for name in expected):
        raise InputError(
            f"{path} belongs to another network; resume with the options that the run was started with, or delete it."
        )


def _shape(value: Any) -> torch.Size | None:
    return value.shape if isinstance(value, Tensor) else None
