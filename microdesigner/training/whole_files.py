"""Weights and checkpoints that are whole or absent, on whatever disk temporary files lie."""

import io
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from microdesigner.core.paths import write_bytes_atomic


def save_tensors(content: dict[str, Any], path: Path) -> None:
    """Write what `torch.load` reads again."""
    buffer = io.BytesIO()  # torch would end with many words where a disk is full
    torch.save(content, buffer)
    write_bytes_atomic(path, buffer.getvalue())


class WholeCheckpoints(TorchCheckpointIO):
    """Lightning's own way copies from the folder for temporary files, which a full disk or a kill cuts short."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Write a checkpoint."""
        save_tensors(checkpoint, Path(path))
