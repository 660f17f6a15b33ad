"""The report: one page that needs no other file, figures beside it, and an evaluation that goes on where it was."""

import json
from pathlib import Path

import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.evaluation.report import write_report
from microdesigner.evaluation.single_target import evaluate_single_target
from microdesigner.evaluation.target_accuracy import card_targets, evaluate_accuracy, target_source
from tests.tiny_model import set_card

TARGETS = [
    {"vol_frac_D": 0.3 + 0.05 * i, "vol_frac_M": 0.2, "tortuosity_D": 0.4, "tortuosity_A": 0.3 + 0.1 * i}
    for i in range(4)
]
HOW = Request(steps=1)


def test_an_evaluation_and_its_report(tiny_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(evaluate_accuracy(tiny_engine, tmp_path, TARGETS[:3], HOW))
    asked: list[int] = []
    real = tiny_engine.generate_each
    monkeypatch.setattr(tiny_engine, "generate_each", lambda requests: asked.append(len(requests)) or real(requests))
    list(evaluate_accuracy(tiny_engine, tmp_path, TARGETS, HOW))
    assert asked == [1], "what was there was made again"
    assert json.loads((tmp_path / "metrics.json").read_text())["count"] == 4

    curves = {"loss": [[1, 1.0], [2, 0.5]], "val_loss": []}
    set_card(monkeypatch, tiny_engine, training={"losses": {"ddpm": curves}})
    batches = [
        {"name": f"batch {n}, 16 steps: {stage}", "seconds": 1 / n} for n in (1, 2) for stage in ("denoise", "decode")
    ]
    both = {"generated": {"CT_f_e_conn": 0.2}, "floor": {"CT_f_e_conn": 0.1}}
    distribution = {"wasserstein": both, "mmd": {"generated": 0.02, "floor": 0.01}, "manifold": both}
    fidelity = {
        "morphology": {"S2, donor": {"error": 0.02, "floor": 0.01, "ratio": 2.0}},
        "distribution": distribution | {"novelty": {"duplicates": 0.0}},
    }
    (tmp_path / "batches.json").write_text(json.dumps(batches))
    (tmp_path / "fidelity.json").write_text(json.dumps(fidelity))
    list(evaluate_single_target(tiny_engine, 3, tmp_path / "one-target.json"))
    page = write_report(tiny_engine, tmp_path).read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 7
    assert "vol_frac_D" in page
    assert "S2, donor" in page
    assert "Wasserstein-1, CT_f_e_conn" in page
    for name in ("control", "samples", "vae-only", "conditions", "losses", "batches", "one-target"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert 'src="http' not in page


def test_some_conditions_can_be_asked_alone(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    set_card(monkeypatch, tiny_engine, held_out=[[0.3, 0.2, 0.4, 0.5], *[[0.4, 0.1, 0.6, 0.7]] * 7])
    assert card_targets(tiny_engine.card, 2, ["tortuosity_D", "vol_frac_D"]) == [
        {"vol_frac_D": 0.3, "tortuosity_D": 0.4},
        {"vol_frac_D": 0.4, "tortuosity_D": 0.6},
    ]
    with pytest.raises(InputError, match="porosity"):
        card_targets(tiny_engine.card, 2, ["porosity"])


def test_where_hardly_anything_is_held_out_training_films_are_the_targets(tiny_engine: Engine) -> None:
    assert target_source(tiny_engine.card) == "training"
    assert card_targets(tiny_engine.card, 1) == [
        {"vol_frac_D": 0.2, "vol_frac_M": 0.1, "tortuosity_D": 0.5, "tortuosity_A": 0.5}
    ]
