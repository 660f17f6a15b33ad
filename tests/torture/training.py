"""A training of seconds: three stages, checkpoints, encoded volumes, a bundle, events."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

from microdesigner.cli.main import main
from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.training import presets
from microdesigner.training.config import CONFIG_FILE
from microdesigner.training.events import read_events
from microdesigner.training.presets import STAGES, StagePlan
from tests.tiny_dataset import write_tiny_dataset
from tests.torture.area import Area
from tests.torture.forks import Done

STEPS = 3
SHORT = replace(
    presets.PRESETS["quick"], vae=StagePlan(STEPS, 2, 1e-3), fp=StagePlan(STEPS, 4, 1e-3),
    ddpm=StagePlan(STEPS, 4, 1e-3), widths=(8, 16, 16), latent_variants=1,
)  # fmt: skip


def training(inputs: Path) -> Area:
    """Begins a run, or goes on with it."""
    dataset = inputs / "training.h5"
    return Area(
        "train", partial(_train, dataset), _check, _compare, lambda _: dataset.exists() or write_tiny_dataset(dataset)
    )


def _train(dataset: Path, folder: Path, _: Done) -> int:
    from microdesigner.training import fitting, native_family, pipeline, size_response, validation_samples

    presets.PRESETS["quick"] = SHORT
    fitting.CHECKPOINT_MINUTES = 0.0  # one after each step
    pipeline.LEAST_VALIDATIONS, pipeline.VALIDATION_VOLUMES = 1, 2
    validation_samples.STEPS, size_response.SAMPLES = 2, 4
    assert native_family.generated_samples is size_response.generated_samples
    run = folder / "run"
    options = ["--resume"] if (run / CONFIG_FILE).exists() else ["--preset", "quick"]
    return main(["train", str(dataset), "--out", str(run), "--device", "cpu", *options])


def _check(folder: Path, _: Path, __: int) -> None:
    """What lies under its final name can be read whole."""
    from microdesigner.models.bundle import verify_bundle
    from microdesigner.training.checkpoints import read_tensors

    run = folder / "run"
    for path in (*run.glob("[!.]*.pt"), *run.glob("*/[!.]*.ckpt")):
        read_tensors(path)
    if (run / "bundle" / CARD_FILE).exists():
        verify_bundle(run / "bundle")
    lines = (run / "events.jsonl").read_bytes().split(b"\n")[:-1] if (run / "events.jsonl").exists() else []
    assert len(read_events(run / "events.jsonl")) == len(lines)


def _compare(folder: Path, reference: Path) -> None:
    """The weights are those of a training that was never interrupted, to the last bit."""
    cards = [ModelCard.read(path / "run" / "bundle" / CARD_FILE).to_json() for path in (folder, reference)]
    assert cards[0]["parts"] == cards[1]["parts"]
    finished = [
        event["stage"]
        for event in read_events(folder / "run" / "events.jsonl")
        if event["event"] == "stage" and event["state"] == "finished"
    ]
    assert list(dict.fromkeys(finished)) == list(STAGES)
    assert json.loads((folder / "run" / CONFIG_FILE).read_text(encoding="utf-8"))["preset"] == "quick"
