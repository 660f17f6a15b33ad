"""The evented models: what they announce, and that undo could restore every state of them, without Qt."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from microdesigner.app.catalogue import Catalogue, installed_models
from microdesigner.app.request_model import RequestModel
from microdesigner.app.view_state import DEFAULT_VIEW, SHARE_STEPS, ViewModel
from tests.gui import stand_in


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RequestModel:
    """The stand-in's targets."""
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path))
    stand_in.write_card(tmp_path / "models" / stand_in.MODEL)
    stand_in.write_card(tmp_path / "models" / "other", "other")
    catalogue: Catalogue = installed_models()
    model = RequestModel(catalogue)
    model.start(stand_in.MODEL)
    return model


def _steps(model: Any) -> list[tuple[Any, ...]]:
    steps: list[tuple[Any, ...]] = []

    def note(before: object, after: object, title: str, merge_key: str) -> None:
        steps.append((before, after, title, merge_key))

    model.edited.connect(note)
    model.steps = note  # as long as the model
    return steps


def test_each_change_is_announced_and_can_be_restored(model: RequestModel) -> None:
    steps, states, start = _steps(model), [], model.state
    model.changed.connect(states.append)
    model.set_value("vol_frac_D", 0.31)
    model.set_fixed("tortuosity_A", False)
    model.set_options(seed=7)
    model.set_options(quality="draft", match="all")
    model.choose_model("other")
    model.new_seed()
    assert [after for _, after, _, _ in steps] == states
    assert len(states) == 6
    for before, after, title, _ in reversed(steps):
        assert title
        assert model.state == after
        model.restore(before)
    assert model.state == start
    assert len(steps) == 6, "a restored state is no step"
    assert model.targets is not None
    assert model.targets.card.name == stand_in.MODEL


def test_what_does_not_change_is_no_step(model: RequestModel) -> None:
    steps = _steps(model)
    model.set_options(seed=model.state.options.seed)
    model.choose_model(stand_in.MODEL)
    assert not steps


def test_a_state_of_a_model_that_is_gone_is_not_restored(model: RequestModel) -> None:
    before = model.state
    model.restore(replace(before, model="gone"))
    assert model.state == before


def test_a_gesture_gives_back_what_it_lowered_and_another_begins_where_it_ended(model: RequestModel) -> None:
    model.set_value("vol_frac_M", 0.3)
    model.set_value("vol_frac_D", 0.9, "first")
    assert model.state.targets.values["vol_frac_M"] == pytest.approx(0.1)
    assert model.lowered() == {"vol_frac_M": pytest.approx(0.1)}
    model.set_value("vol_frac_D", 0.5, "second")
    assert model.state.targets.values["vol_frac_M"] == pytest.approx(0.1), "the first one is over"
    assert not model.lowered()


def test_a_view_from_elsewhere_stays_within_what_the_controls_can_show() -> None:
    model = ViewModel(DEFAULT_VIEW)
    model.restore(replace(DEFAULT_VIEW, clip=((-5, 9999), (0, 10), (3, 4)), threshold=99, opacity=(-1, 200)))
    assert model.state.clip == ((0, SHARE_STEPS), (0, 10), (3, 4))
    assert model.state.threshold_share == 1
    assert model.state.opacity == (0, 100)


def test_the_models_load_no_qt() -> None:
    names = "request_model, view_state, history_model"
    code = f"from microdesigner.app import {names}; import sys; print('PySide6' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert told.stdout.strip() == "False"
