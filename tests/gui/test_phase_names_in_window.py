"""The window speaks of a material of four phases by their names alone, in every part that shows it."""

import json
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialogButtonBox, QLabel, QTableWidget, QWidget
from scipy.ndimage import gaussian_filter

from microdesigner import io
from microdesigner.core.material_constants import MaterialConstants, OwnConstants
from microdesigner.core.microstructure import Microstructure
from microdesigner.data.measured import standard_conditions
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.importing.import_dialog import ImportDialog
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results.constants_dialog import ConstantsDialog
from tests.gui import stand_in
from tests.gui.conftest import wait_until
from tests.tiny_model import tiny_card

NAMES = ("quartz", "YSZ", "closed pore", "organic")
FOREIGN = ("donor", "acceptor", "cathode", "anode", "electrode")


def film() -> Microstructure:
    field = gaussian_filter(np.random.default_rng(0).normal(size=(48, 48, 24)), 2.5, mode="wrap")
    labels = np.digitize(field, np.quantile(field, (0.35, 0.6, 0.75))).astype(np.uint8)
    return Microstructure(labels, (50.0, 50.0, 50.0), "periodic", NAMES)


def rock_card() -> dict[str, object]:
    random = np.random.default_rng(0)
    films = np.hstack([random.dirichlet((8, 6, 5, 5), 100)[:, :3], random.uniform(0.3, 0.8, (100, 4))]).round(4)
    conditions = [
        {"name": name, "low": 0.05, "high": 0.8, "histogram": np.histogram(values, 12)[0].tolist()}
        for name, values in zip(standard_conditions(NAMES), films.T, strict=True)
    ]
    own = {"phases": list(NAMES), "conditions": conditions, "process": [], "support": films.tolist()}
    return tiny_card() | own | {"name": "rock", "domain_sizes": None}


@pytest.fixture
def rock(home: Path, open_window: Callable[..., MainWindow]) -> MainWindow:
    """A window with a model of four phases and a film of them on show."""
    folder = home / "models" / "rock"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps(rock_card()), encoding="utf-8")
    io.write(film(), home / "rock.vti")
    window = open_window(stand_in.FACTORY, "rock")
    window.open_path(home / "rock.vti")
    wait_until(lambda: window.sample is not None and bool(window.sample.measured))
    return window


def said(*parts: QWidget) -> str:
    """All words of the visible widgets, with their tooltips."""
    texts: list[str] = []
    for widget in chain.from_iterable((part, *part.findChildren(QWidget)) for part in parts):
        if widget.isVisible():
            texts += [widget.toolTip(), widget.accessibleName()]
            if isinstance(widget, QLabel | QAbstractButton):
                texts.append(widget.text())
            if isinstance(widget, QComboBox):
                texts.append(widget.currentText())
            if isinstance(widget, QTableWidget):
                cells = ((row, column) for row in range(widget.rowCount()) for column in range(widget.columnCount()))
                texts += [item.text() for row, column in cells if (item := widget.item(row, column))]
    return "\n".join(texts)


def test_targets_results_plots_and_values_speak_of_the_phases_by_name(rock: MainWindow) -> None:
    targets, results = said(rock.targets), said(rock.results_panel)
    assert "Volume fraction of closed pore" in targets
    assert "Straight paths of YSZ to the lower face" in targets
    assert "Volume fraction of organic" in rock.targets.dependent.text(), "which follows from the others"
    assert "Straight paths of quartz to the upper face" in results
    assert [box.text() for box in rock.views.phases.boxes] == ["Quartz", "YSZ", "Closed pore", "Organic"]
    rock.tabs.turn_to("Plots")
    wait_until(lambda: rock.results.plots.complete)
    plots = said(rock.results.plots)
    assert "YSZ" in rock.results.plots.legend.text()
    assert "the lower face, z = 0" in plots
    rock.tabs.turn_to("Values")
    wait_until(lambda: bool(rock.results.values.table.rows))
    values = said(rock.results.values)
    assert "volume_fraction_closed_pore" in values
    assert "Quartz-YSZ specific surface (faces)" in values
    for text in (targets, results, plots, values):
        assert not [word for word in FOREIGN if word in text.casefold()]
    rock.workspace.use_values()
    request = rock.request_model.request()
    assert request is not None
    assert request.targets["volume_fraction_quartz"] == pytest.approx(0.35, abs=1e-3)


def test_values_of_a_film_whose_phases_have_no_names_become_targets_by_their_labels(rock: MainWindow) -> None:
    named = dict.fromkeys((f"volume_fraction_phase_{label}" for label in range(4)), 0.25)
    names = tuple(f"phase {label}" for label in range(4))
    assert len(rock.request_model.use_values(named, 24, names)) == 3


def test_the_import_for_training_asks_for_names_that_targets_can_tell_apart(rock: MainWindow, tmp_path: Path) -> None:
    np.save(tmp_path / "rock.npy", film().phases * 10)
    reader = ComputeClient(rock)
    dialog = ImportDialog(tmp_path / "rock.npy", reader, None, (50.0, 50.0, 50.0), rock, for_training=True)
    dialog.open()
    wait_until(lambda: dialog.survey is not None and bool(dialog.phases.phases))
    dialog.answers.as_before.click()
    assert not [word for word in ("donor", "acceptor") if word in said(dialog.phases).replace("Films of donor", "")
                .replace("and acceptor are measured", "")]  # fmt: skip
    for box, name in zip(dialog.phases.phases.values(), ("quartz", "clay", "Clay", "organic"), strict=True):
        box.setEditText(name)
    assert "cannot tell the phases 'clay' and 'Clay' apart" in dialog.message.text()
    dialog.phases.phases[20.0].setEditText("pore")
    wait_until(dialog.open_button.isEnabled)
    options = dialog.choices().options
    assert dict(options.names) == {0: "quartz", 1: "clay", 2: "pore", 3: "organic"}
    assert dict(options.mapping) == {0.0: 0, 10.0: 1, 20.0: 2, 30.0: 3}
    dialog.reject()
    reader.close()


def test_material_constants_are_asked_of_the_film_s_own_phases(qtbot: object) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)  # type: ignore[attr-defined]
    before = MaterialConstants(phases={"gold": OwnConstants(conductivity=318.0)}, temperature=310.0)
    dialog = ConstantsDialog(before, parent, NAMES)
    chosen: list[MaterialConstants] = []
    dialog.chosen.connect(chosen.append)
    assert {name for name, _ in dialog.fields} == {"conductivity", "youngs_modulus", "poisson_ratio"}
    assert {part for _, part in dialog.fields} == {*NAMES}
    dialog.fields["conductivity", "YSZ"].setText("-2")
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert "conductivity" in dialog.problem.text()
    dialog.fields["conductivity", "YSZ"].setText("2,5")
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    (constants,) = chosen
    assert constants.phases["YSZ"] == OwnConstants(conductivity=2.5)
    assert constants.phases["quartz"] == OwnConstants(), "what is left empty is unknown"
    assert constants.phases["gold"] == before.phases["gold"]
    assert constants.temperature == 310.0, "what is not of this film stays"
