"""Targets from the picture on show: set by the menu, undone, and told with their errors."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.card import CARD_FILE
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.picture_targets import TITLE
from microdesigner.io import write
from tests.gui import stand_in
from tests.gui.conftest import wait_until
from tests.tiny_model import with_measured_films

NAMES = ("donor", "acceptor", "mixed")


def command(window: MainWindow) -> Command:
    return next(command for command in window.commands if command.title == TITLE)


def open_section(window: MainWindow, path: Path, edge: float | None = 1.0, names: tuple[str, ...] = NAMES) -> None:
    """Of as many phases as names, the first two of which fill 40 % each where there are three."""
    field = gaussian_filter(np.random.default_rng(0).normal(size=(128, 96)), 4)
    shares = (0.4, 0.8, 0.9)[: len(names) - 1]
    phases = np.digitize(field, np.quantile(field, shares)).astype(np.uint8)[:, None]
    write(Microstructure(phases, edge and (edge, edge, edge), "no-flux", names), path)
    window.workspace.volume_loader.open_made(path)
    wait_until(lambda: window.sample is not None and window.current_sample.source == path)


def ask(window: MainWindow) -> str:
    """What the status line says once the picture has been looked at."""
    before = window.status_line.text()
    menu = next(action for action in window.findChildren(type(window.menuBar().actions()[0])) if action.text() == TITLE)
    menu.trigger()
    wait_until(lambda: window.status_line.text() != before and not window.workspace.picture_targets.task.running)
    return window.status_line.text()


@pytest.fixture
def sized(stand_in_model: Path, open_window: Callable[..., MainWindow]) -> MainWindow:
    """A window with a model that can be asked for domain sizes of 16 to 60 nm."""
    path = stand_in_model / "models" / stand_in.MODEL / CARD_FILE
    card = with_measured_films(json.loads(path.read_text(encoding="utf-8")), {})
    path.write_text(json.dumps({**card, "measured_films": None}), encoding="utf-8")
    return open_window()


def test_the_sliders_move_to_the_picture_and_back(sized: MainWindow, tmp_path: Path) -> None:
    enabled = command(sized).enabled
    assert enabled is not None
    assert not enabled(), "no picture is on show"
    model = sized.request_model
    open_section(sized, tmp_path / "section.vti")
    assert enabled()
    before = model.state
    said = ask(sized)
    assert said.startswith("Targets from section.vti: donor fraction 0.400 ± 0.0")
    targets = model.state.targets
    assert targets.fixed == {"vol_frac_D", "vol_frac_M", "domain_size"}
    assert sized.targets.rows["vol_frac_D"].number.value() == pytest.approx(0.4, abs=1e-3)
    assert sized.targets.rows["vol_frac_M"].number.value() == pytest.approx(0.2, abs=1e-3)
    assert f"domain size {targets.values['domain_size']:.1f} ± " in said
    assert sized.targets.rows["tortuosity_D"].free.isChecked()
    sized.undo.undo()
    assert model.state == before
    assert not sized.undo.canUndo(), "one step"


def test_pictures_without_scale_of_larger_domains_and_with_other_phases(sized: MainWindow, tmp_path: Path) -> None:
    model = sized.request_model
    open_section(sized, tmp_path / "unscaled.vti", edge=None)
    assert "as the edge of a pixel is not known: domain size." in ask(sized)
    assert "domain_size" not in model.state.targets.fixed
    open_section(sized, tmp_path / "large.vti", edge=8.0)
    ask(sized)
    asked = model.state.targets.values["domain_size"]
    assert "need a voxel edge of about" in sized.targets.badge.warnings.text()
    sized.targets.options.film_size.voxel.setValue(8.0)
    row = sized.targets.rows["domain_size"]
    assert row.number.value() == pytest.approx(asked, abs=0.01), "what is asked for stays"
    assert row.number.minimum() < asked < row.number.maximum()
    assert sized.targets.badge.warnings.text() == ""
    open_section(sized, tmp_path / "four.vti", names=(*NAMES, "void"))
    before = model.state
    command(sized).run()
    wait_until(sized.error_bar.isVisible)
    assert "shows the phase void, which the model" in sized.error_bar.text.text()
    assert model.state == before
