"""Beside a number stands what must be known of it: a condition that cannot be controlled, a parameter hardly known."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import SPECS
from microdesigner.gui.results.recipe import RecipePanel
from microdesigner.gui.targets.row import ConditionRow
from tests.tiny_model import tiny_card


@pytest.mark.parametrize(("agreement", "said"), [(0.31, True), (0.99, False)])
def test_a_condition_that_cannot_be_controlled_says_so(qtbot: QtBot, agreement: float, said: bool) -> None:
    plain = ModelCard.from_json(tiny_card())
    control = {condition.name: {"squared_pearson": agreement} for condition in plain.conditions}
    card = plain.with_entries({"accuracy": {"all": {"control": control, "count": 9, "targets": "held-out"}}})
    row = ConditionRow(card.conditions[0], (0.0, 1.0), card)
    qtbot.addWidget(row)
    assert any("cannot be controlled: r² 0.31" in label.text() for label in row.findChildren(QLabel)) == said
    assert ("cannot be controlled" in row.slider.toolTip()) == said


@pytest.mark.parametrize(("share", "said"), [(0.7, True), (0.1, False)])
def test_a_parameter_that_is_hardly_determined_says_so(qtbot: QtBot, share: float, said: bool) -> None:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    spread = {"mean": 3.0, "std": 0.3, "q05": 2.5, "q50": 3.0, "q95": 3.6, "interval_share": share}
    panel._add_line(0, SPECS["chi"], spread)
    assert any("poorly determined" in label.text() for label in panel.findChildren(QLabel)) == said
