"""A tiny untrained model on disk: all but the meaning of its volumes is as in a shipped one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from microdesigner.engine import Engine

CONDITIONS = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")
RECIPE = (("phi", 0.3, 0.7), ("chi", 2.4, 4.0), ("log_time", 1.0, 5.0))


def tiny_card() -> dict[str, Any]:
    """The card of a three-phase model of 64×64×32 voxels."""
    points = [[0.2 + 0.01 * i, 0.1 + 0.005 * j, 0.5, 0.5] for i in range(20) for j in range(5)]
    return {
        "schema": 1,
        "name": "tiny",
        "phases": ["donor", "acceptor", "mixed"],
        "shape": [64, 64, 32],
        "voxel_nm": [1.0, 1.0, 2.0],
        "conditions": [{"name": name, "low": 0.0, "high": 1.0} for name in CONDITIONS],
        "process": [{"name": name, "low": low, "high": high} for name, low, high in RECIPE],
        "support": points,
        "domain_sizes": [20.0 + 20 * donor for donor, *_ in points],
        "latent": {"channels": 4, "factor": 8},
        "parts": {},
    }


def with_measured_films(
    card: dict[str, Any], measures: Mapping[str, Callable[[dict[str, Any]], Any]]
) -> dict[str, Any]:
    """A card with training films all over the conditions, 200 of which were measured: each measure is a function of
    the values that were asked for, arrays (films,) by name."""
    draw = np.random.default_rng(5)
    names = (*CONDITIONS, "domain_size")
    ranges = ((0.2, 0.6), (0.05, 0.3), (0.2, 0.8), (0.2, 0.8), (16.0, 60.0))
    films = {name: draw.uniform(low, high, 300).round(4) for name, (low, high) in zip(names, ranges, strict=True)}
    asked = {name: values[:200] for name, values in films.items()}
    rows = np.column_stack([*asked.values(), *(measure(asked) for measure in measures.values())])
    return card | {
        "support": np.column_stack([films[name] for name in CONDITIONS]).tolist(),
        "domain_sizes": films["domain_size"].tolist(),
        "measured_films": {"asked": names, "measured": [*measures], "rows": rows.tolist()},
    }


def save_tiny_bundle(folder: Path) -> Path:
    """Write an untrained bundle, the same at each call, into `folder`."""
    import torch

    from microdesigner.models.autoencoder import AutoencoderConfig, PhaseAutoencoder
    from microdesigner.models.bundle import save_bundle
    from microdesigner.models.denoiser import Denoiser, DenoiserConfig
    from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig

    with torch.random.fork_rng():
        torch.manual_seed(1)
        autoencoder = PhaseAutoencoder(AutoencoderConfig(width=8, deep_width=16))
        predictor = FeaturePredictor(PredictorConfig(width=8))
        denoiser = Denoiser(DenoiserConfig(conditions=len(CONDITIONS) + 1, widths=(8, 16, 16), embedding=16, heads=2))
        for network in (autoencoder, predictor, denoiser):
            for parameter in network.parameters():
                if not parameter.any():  # layers that start at zero would hide what they do
                    torch.nn.init.normal_(parameter, std=0.1)
        predictor.process_mean[:] = torch.tensor([0.5, 3.2, 3.0])
    save_bundle(folder, tiny_card(), autoencoder, predictor, denoiser)
    return folder


def set_card(monkeypatch: pytest.MonkeyPatch, engine: "Engine", **entries: Any) -> None:
    """Replace `entries` of the card of a loaded model for one test."""
    changed = replace(engine.bundle, card=engine.card.with_entries(entries))
    monkeypatch.setattr(engine.networks, "bundle", changed)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the tiny bundle; copy it before you change it."""
    return save_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def tiny_engine(tiny_folder: Path) -> "Engine":
    """The tiny model, loaded onto the CPU."""
    from microdesigner.engine import Engine

    return Engine.load(str(tiny_folder), device="cpu")
