"""Nothing in the right column is cut off, for whatever model a film comes from."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import SPECS, spec_of
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.results.panel import ResultsPanel
from tests.gui.fitting import cut_off

WEIGHTS = Path(__file__).parents[3] / "weights"
MODELS = {path.parent.name: path for path in sorted(WEIGHTS.glob("*/model.json"))}
PROCESS = ("phi", "chi", "log_time")
FRACTIONS = ("vol_frac_M", "ABS_f_D", "ABS_f_A")  # which would have to sum to one
ALL = "every descriptor"


def _names(model: str) -> tuple[list[str], list[str]]:
    """Conditions and processing parameters, of one model or all there can be."""
    if model == ALL:
        twice = ("vol_frac_D", "tortuosity_D", "tortuosity_A")  # other names of quantities that are there already
        return [name for name in SPECS if name not in (*PROCESS, *twice)], list(PROCESS)
    card = ModelCard.read(MODELS[model])
    return [entry.name for entry in card.conditions], [entry.name for entry in card.process]


@pytest.mark.parametrize("model", [*MODELS, ALL])
@pytest.mark.parametrize("missing", [False, True])
def test_nothing_is_cut_off_at_the_least_width(qtbot: QtBot, model: str, missing: bool) -> None:
    conditions, process = _names(model)
    phases = np.random.default_rng(0).integers(3, size=(8, 8, 8)).astype(np.uint8)
    measured: dict[str, float | None] = dict.fromkeys(conditions, None if missing else 0.123456)
    spread = {"mean": 2.345, "std": 0.1, "q05": 2.123, "q50": 2.345, "q95": 2.987, "interval_share": 0.62}
    film = Microstructure(phases)
    reasons = dict.fromkeys(conditions, "no path") if missing else {}
    recipe = dict.fromkeys(process, spread)
    sample = Sample(film, (1 << 62) + 1, measured, reasons, process=recipe, verdict={"words": "unlike its targets"})
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.recipe.prepare()
    targets = {
        name: min(spec_of(name).high, max(spec_of(name).low, 0.3))
        for name in conditions
        if not (model == ALL and name in FRACTIONS)
    }
    panel.show_sample(Request(targets=targets), sample)
    panel.resize(panel.minimumWidth(), 900)
    panel.show()
    QApplication.processEvents()
    area = panel.findChild(QScrollArea)
    assert area is not None
    content = area.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= area.viewport().width()
    assert not cut_off(panel)
    for label in content.findChildren(QLabel):
        if label.isVisible() and label.text():
            right = label.mapTo(area.viewport(), QPoint(label.width(), 0)).x()
            assert right <= area.viewport().width(), label.text()
