"""Files of a run directory may come from a stranger: none of them runs code, and a damaged one is named."""

import os
import random
from collections import OrderedDict
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from torch import nn

from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.data.store import VolumeDataset
from microdesigner.models.autoencoder import AutoencoderConfig, PhaseAutoencoder
from microdesigner.training.checkpoints import check_checkpoint, load_weights, read_tensors
from microdesigner.training.latents import encode_dataset, is_encoded, load_latents, whiten
from microdesigner.training.run import RunDirectory
from tests.fuzz.mutate import TIMES, mutate_bytes
from tests.tiny_dataset import write_tiny_dataset


class _Attack:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._path),)


def checkpoint_of(module: nn.Module) -> dict[str, Any]:
    state = dict(module.state_dict())
    return {"state_dict": state, "loops": {}, "callbacks": {}, "optimizer_states": [], "lr_schedulers": [],
            "global_step": 3, "seconds": 1.5}  # fmt: skip


@pytest.mark.parametrize("kind", ["checkpoint", "plain pickle", "weights"])
def test_a_prepared_file_runs_no_code_when_a_run_is_resumed(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset, run = write_tiny_dataset(tmp_path / "set.h5"), RunDirectory(tmp_path / "run")
    command = ["train", str(dataset), "--out", str(run.path), "--preset", "quick", "--minutes", "vae=0.0001"]
    assert main([*command, "--stage", "fp"]) == 2  # the run is started, and nothing trained
    capsys.readouterr()
    path = run.path / ("vae.pt" if kind == "weights" else "vae/step=1.ckpt")
    path.parent.mkdir(exist_ok=True)
    attack = {"state_dict": OrderedDict(), "attack": _Attack(tmp_path / "stolen")}
    torch.save(attack, path, _use_new_zipfile_serialization=kind != "plain pickle")

    assert main([*command, "--resume", "--stage", "vae"]) == 2
    error = capsys.readouterr().err
    assert not (tmp_path / "stolen").exists()
    assert f"{path} is damaged or holds more than numbers" in error
    torch.load(path, weights_only=False)
    assert (tmp_path / "stolen").exists(), "the attack would not have worked anyway"


@pytest.mark.parametrize(
    ("entry", "value", "words"),
    [
        ("seconds", None, "entry seconds"),
        ("seconds", float("nan"), "entries global_step and seconds"),
        ("global_step", -1, "entries global_step and seconds"),
        ("optimizer_states", {}, "entry optimizer_states"),
        ("state_dict", {"weight": torch.zeros(1, 1)}, "another network"),
        ("state_dict", {"weight": torch.zeros(2, 2), "bias": torch.zeros(1)}, "another network"),
        ("current_model_state", {"weight": 1.0, "bias": 2.0}, "another network"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_named_with_its_entry(
    entry: str, value: Any, words: str, tmp_path: Path
) -> None:
    module, path = nn.Linear(1, 1), tmp_path / "step=3.ckpt"
    torch.save(checkpoint_of(module), path)
    check_checkpoint(path, module)
    torch.save(checkpoint_of(module) | {entry: value}, path)
    with pytest.raises(InputError, match=words) as caught:
        check_checkpoint(path, module)
    assert str(path) in str(caught.value)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    module, path = nn.Linear(4, 4), tmp_path / "vae.pt"
    torch.save(module.state_dict(), path)
    refused = 0
    for content in mutate_bytes(path.read_bytes(), 150 * TIMES):
        path.write_bytes(content)
        try:
            load_weights(module, path)
        except InputError:
            refused += 1
    assert refused > 50 * TIMES
    path.write_bytes(random.Random(0).randbytes(1000))
    with pytest.raises(InputError, match="damaged"):
        read_tensors(path)


def test_damaged_latents_are_named(tmp_path: Path) -> None:
    dataset, path = VolumeDataset(write_tiny_dataset(tmp_path / "set.h5")), tmp_path / "latents.h5"
    network = PhaseAutoencoder(AutoencoderConfig(phases=3, width=4, deep_width=4))
    for _ in encode_dataset(path, dataset, network, 1):
        pass
    whole = path.read_bytes()
    load_latents(path, dataset, network)
    refused = 0
    for content in mutate_bytes(whole, 60 * TIMES):
        path.write_bytes(content)
        try:
            if is_encoded(path):
                whiten(path, network, dataset.held_out)
                load_latents(path, dataset, network)
        except InputError:
            refused += 1
    assert refused > 10 * TIMES
    with h5py.File(path, "w") as file:
        file["volume"], file["latents"] = np.arange(3), np.zeros((3, 4, 4, 4, 4), np.float16)
        file["domain_size"] = np.ones(3, np.float32)
    with pytest.raises(InputError, match="other volumes"):
        load_latents(path, dataset, network)
