"""The recipe panel shows where there is a recipe, and is not there for models trained without one."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui.results.panel import ResultsPanel

SPREAD = {"mean": 0.5, "std": 0.1, "q05": 0.4, "q50": 0.5, "q95": 0.6}


@pytest.mark.parametrize("process", [{}, {"phi": SPREAD}])
def test_only_a_model_with_processing_parameters_has_a_recipe_panel(
    process: dict[str, dict[str, float]], qtbot: QtBot
) -> None:
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.recipe.prepare()
    phases = np.random.default_rng(0).integers(2, size=(8, 8, 8)).astype(np.uint8)
    film = Microstructure(phases, phase_names=("donor", "acceptor"))
    panel.show_sample(Request(), Sample(film, 0, {"ABS_f_D": 0.5}, process=process))
    assert panel.recipe.isHidden() is not bool(process)
