"""Reconstruction: nothing is lost by an autoencoder that keeps everything, and what another loses is told."""

import json
from pathlib import Path

import pytest
import torch

from microdesigner.data.store import VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation import reconstruction
from microdesigner.evaluation.reconstruction import evaluate_reconstruction
from tests.tiny_dataset import write_tiny_dataset


def test_an_untrained_autoencoder_loses_most(tiny_engine: Engine, tmp_path: Path) -> None:
    dataset, path = VolumeDataset(write_tiny_dataset(tmp_path / "tiny.h5")), tmp_path / "reconstruction.json"
    assert [event.done for event in evaluate_reconstruction(tiny_engine, dataset, 3, path)] == [1, 2, 3]
    rows = json.loads(path.read_text())
    assert rows["voxel accuracy"]["worst"] <= rows["voxel accuracy"]["mean"] < 0.9
    assert rows["difference of vol_frac_D"]["worst"] >= rows["difference of vol_frac_D"]["median"] > 0


def test_a_perfect_one_loses_nothing(tiny_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, path = VolumeDataset(write_tiny_dataset(tmp_path / "tiny.h5")), tmp_path / "reconstruction.json"
    monkeypatch.setattr(reconstruction, "encoded", lambda _engine, phases: torch.from_numpy(phases))
    monkeypatch.setattr(reconstruction, "decoded", lambda _engine, latent: latent.numpy())
    list(evaluate_reconstruction(tiny_engine, dataset, 2, path))
    rows = json.loads(path.read_text())
    assert rows["voxel accuracy"] == {"mean": 1, "median": 1, "worst": 1}
    assert rows["difference of vol_frac_M"]["worst"] == 0
