"""Checkpoints are whole or absent, on a full disk and after a kill too."""

from pathlib import Path

import pytest
import torch

from microdesigner.training.run import RunDirectory
from microdesigner.training.whole_files import WholeCheckpoints
from tests.conftest import FullDisk


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path: Path, full_disk: FullDisk) -> None:
    path = tmp_path / "step=1.ckpt"
    WholeCheckpoints().save_checkpoint({"a": torch.arange(3)}, path)
    with full_disk(2000), pytest.raises(OSError, match="too large"):
        WholeCheckpoints().save_checkpoint({"a": torch.zeros(10_000)}, path)
    assert torch.load(path, weights_only=True)["a"].tolist() == [0, 1, 2]
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_training_has_half_written_is_no_checkpoint(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    folder = run.stage_folder("vae")
    folder.mkdir(parents=True)
    (folder / ".step=2-12345678-99-abcdefgh.ckpt").write_bytes(b"half")
    assert run.checkpoint("vae") is None
    (folder / "step=1.ckpt").write_bytes(b"whole")
    assert run.checkpoint("vae") == folder / "step=1.ckpt"
