"""Own data without a recipe, from files to volumes: imported, trained on, generated from."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
from scipy.ndimage import gaussian_filter

from microdesigner.core.events import Finished
from microdesigner.core.request import Request
from microdesigner.data.importing import ImportPlan, import_dataset
from microdesigner.engine import Engine
from microdesigner.training.pipeline import train
from microdesigner.training.presets import PRESETS, StagePlan
from microdesigner.training.run import RunDirectory
from tests.training.configs import tiny_config

TINY = replace(
    PRESETS["quick"], vae=StagePlan(2, 2, 1e-3), fp=StagePlan(2, 4, 1e-3), ddpm=StagePlan(2, 4, 1e-3), latent_variants=2
)


def test_the_published_experimental_layout_trains_and_generates_without_recipe(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "experimental.h5", "w") as file:
        for number in range(12):
            field = gaussian_filter(np.random.default_rng(number).normal(size=(32, 32, 32)), 2)
            file[f"{number}"] = (field > 0.01 * (number - 6)).astype(np.uint8)
            file[f"{number}"].attrs["ABS_f_D"] = float((field <= 0.01 * (number - 6)).mean())
    dataset = tmp_path / "set.h5"
    plan = ImportPlan((str(tmp_path / "experimental.h5"),), voxel_nm=(2.12,) * 3, cathode="z-")
    list(import_dataset(dataset, plan, workers=1))

    run = RunDirectory(tmp_path / "run")
    train(run.open(tiny_config(dataset, TINY), resume=False), run, lambda _: None)

    engine = Engine.load(str(run.bundle), device="cpu")
    assert [entry.name for entry in engine.card.conditions] == ["ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1"]
    assert engine.card.process == ()
    assert engine.card.voxel_nm == (2.12, 2.12, 2.12)
    training = engine.card.to_json()["training"]
    assert training["rebuild"]["command"] == "dataset import"
    assert {finding["name"] for finding in training["checks"]["findings"]} >= {"sizes", "split", "amount"}

    request = Request({"ABS_f_D": 0.5}, model=str(run.bundle), steps=2, match="fractions", candidates=2)
    result = next(event.result for event in engine.generate(request) if isinstance(event, Finished))
    sample = result.samples[0]
    assert sample.microstructure.phase_names == ("donor", "acceptor")
    assert sample.process == {}
    assert sample.measured["ABS_f_D"] == 0.5
