"""Configurations of quick trainings."""

from pathlib import Path
from typing import Any

from microdesigner.data.store import VolumeDataset
from microdesigner.training.config import TrainingConfig, new_config
from microdesigner.training.presets import Preset


def tiny_config(dataset_path: Path, plan: Preset, **entries: Any) -> TrainingConfig:
    """A training of `plan` on the data set with its own labels."""
    dataset = VolumeDataset(dataset_path)
    description = dataset.description
    standard = {
        "name": "tiny",
        "dataset": str(dataset_path),
        "conditions": description.conditions,
        "process": description.process,
        "preset": "tiny",
        "fingerprint": dataset.fingerprint,
    }
    return TrainingConfig(plan=plan, **{**standard, **entries})


def quick_config(dataset_path: Path, name: str = "mine") -> TrainingConfig:
    """A training of the preset quick on one condition, without a recipe."""
    return new_config(name=name, dataset=str(dataset_path), conditions=("vol_frac_D",), process=(), preset="quick")
