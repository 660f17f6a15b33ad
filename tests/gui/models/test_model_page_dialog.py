"""The page of the chosen model in the window; renaming and deleting one of the user's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMessageBox

from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.models.page import ModelPage
from tests.gui import stand_in
from tests.gui.conftest import wait_until


@pytest.fixture
def opened(stand_in_model: Path, open_window: Callable[..., MainWindow]) -> MainWindow:
    """A window with two models of the user's."""
    stand_in.write_card(stand_in_model / "models" / "other", "other")
    window = open_window()
    wait_until(lambda: "ready" in window.device.text())
    return window


def _page(window: MainWindow, qtbot: object) -> ModelPage:
    qtbot.mouseClick(window.targets.about, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    page = next(each for each in window.findChildren(ModelPage) if each.isVisible())
    assert "64×64×32 voxels" in page.text.toPlainText()
    return page


def test_the_chosen_model_is_renamed_in_chooser_and_folder(opened: MainWindow, qtbot: object, home: Path) -> None:
    opened.request_model.set_value("vol_frac_D", 0.33)
    page = _page(opened, qtbot)
    page.rename.click()
    dialog = page.findChild(QInputDialog)
    line = dialog.findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, "mine.v2")  # type: ignore[attr-defined]
    qtbot.keyClick(line, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert opened.targets.model.currentData() == "mine.v2"
    request = opened.request_model.request()
    assert request is not None
    assert (request.model, request.targets["vol_frac_D"]) == ("mine.v2", pytest.approx(0.33))
    assert sorted(path.name for path in (home / "models").iterdir()) == ["mine.v2", "other"]
    wait_until(lambda: "mine.v2 ready" in opened.device.text())


def test_a_deleted_model_leaves_the_chooser(opened: MainWindow, qtbot: object, home: Path) -> None:
    page = _page(opened, qtbot)
    page.delete.click()
    question = page.findChild(QMessageBox)
    question.button(QMessageBox.StandardButton.Cancel).click()
    assert (home / "models" / stand_in.MODEL).is_dir()
    page.delete.click()
    question = next(box for box in page.findChildren(QMessageBox) if box.isVisible())
    next(button for button in question.buttons() if "Delete" in button.text()).click()
    assert [path.name for path in (home / "models").iterdir()] == ["other"]
    offered = [opened.targets.model.itemData(row) for row in range(opened.targets.model.count())]
    assert "other" in offered
    assert stand_in.MODEL not in offered
    assert opened.request_model.state.model == "other"


def test_targets_come_back_when_a_model_is_chosen_again(opened: MainWindow, home: Path) -> None:
    """One quantity has several names; what the other model does not know is remembered."""
    import json

    card = home / "models" / "other" / "model.json"
    document = json.loads(card.read_text(encoding="utf-8"))
    conditions = {entry["name"]: entry for entry in document["conditions"]}
    document["phases"] = ["donor", "acceptor"]
    document["conditions"] = [
        {**conditions["vol_frac_D"], "name": "ABS_f_D"}, {**conditions["tortuosity_D"], "name": "CT_f_D_tort1"}
    ]  # fmt: skip
    document["support"] = [[row[0], row[2]] for row in document["support"]]
    card.write_text(json.dumps(document), encoding="utf-8")
    opened.catalogue.reload()
    model = opened.request_model
    for name, value in (("vol_frac_D", 0.31), ("vol_frac_M", 0.17), ("tortuosity_D", 0.44)):
        model.set_value(name, value)
    model.set_fixed("tortuosity_A", False)
    before = model.state.targets
    model.choose_model("other")
    request = model.request()
    assert request is not None
    assert request.targets == {"ABS_f_D": pytest.approx(0.31), "CT_f_D_tort1": pytest.approx(0.44)}
    model.set_value("CT_f_D_tort1", 0.5)
    model.choose_model(stand_in.MODEL)
    assert model.state.targets.values == {**before.values, "tortuosity_D": pytest.approx(0.5)}
    assert model.state.targets.fixed == before.fixed
