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


def test_the_recipe_told_is_marked_in_the_cloud(qtbot: QtBot) -> None:
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.recipe.prepare()
    film = Microstructure(np.zeros((8, 8, 8), np.uint8), phase_names=("donor", "acceptor"))
    process = {"chi": {**SPREAD, "best": 0.55}, "log_time": SPREAD}
    draws = {"chi": [0.4, 0.5, 0.6], "log_time": [0.4, 0.6, 0.5]}
    panel.show_sample(Request(), Sample(film, 0, {}, process=process, draws=draws))
    assert panel.recipe.proposal_points() == [(0.5, 0.55)]
    assert panel.recipe.values["chi"].text() == "<b>0.550</b>"
    panel.show_sample(Request(), Sample(film, 1, {}, process={"phi": SPREAD}))
    assert not panel.recipe.proposal_points()
