"""Targets that no network is conditioned on stand folded away until one is asked for."""

import json
from pathlib import Path

from microdesigner.core.card import CARD_FILE
from microdesigner.gui.main_window import MainWindow
from tests.gui import stand_in
from tests.tiny_model import with_measured_films


def test_further_targets_open_when_one_is_asked_for(open_window, stand_in_model: Path) -> None:  # type: ignore[no-untyped-def]
    path = stand_in_model / "models" / stand_in.MODEL / CARD_FILE
    card = json.loads(path.read_text(encoding="utf-8"))
    films = with_measured_films(card, {"tortuosity_factor_D": lambda asked: 1 + 0.2 / asked["vol_frac_D"]})
    path.write_text(json.dumps(films), encoding="utf-8")
    window: MainWindow = open_window()
    panel = window.targets
    row = panel.rows["tortuosity_factor_D"]
    assert not row.isVisible()
    assert panel.more.isVisible()
    panel.more.button.click()
    assert row.isVisible()
    row.free.click()
    row.number.setValue(1.5)
    request = window.request_model.request()
    assert request is not None
    assert request.targets["tortuosity_factor_D"] == 1.5
    for name in ("vol_frac_D", "tortuosity_D"):
        panel.rows[name].free.setChecked(name != "vol_frac_D")
    panel.rows["vol_frac_D"].number.setValue(0.25)
    assert "Donor tortuosity factor: films with the other targets measure about 1.8" in panel.badge.warnings.text()
    panel.more.button.click()
    window.undo.undo()
    assert row.isVisible(), "what is asked for is not hidden"


def test_a_model_without_them_shows_no_such_section(window: MainWindow) -> None:
    assert not window.targets.more.isVisible()
