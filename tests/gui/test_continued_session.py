"""The program continues where it was left."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microdesigner.app.store.session import Session, last_session
from microdesigner.core.request import Request
from microdesigner.gui import session
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, is_drawn, wait_until


def test_targets_seed_view_and_volume_are_back_at_the_next_start(
    window: MainWindow, open_window: Callable[..., MainWindow]
) -> None:
    options = window.targets.options
    window.request_model.set_options(quality="draft")
    options.seed.setValue(21)
    generate(window)
    wait_until(lambda: window.history.panel.list.count() == 1)
    window.targets.rows["vol_frac_D"].number.setValue(0.37)
    window.targets.rows["tortuosity_A"].free.setChecked(True)
    options.locked.setChecked(False)
    window.views.view.camera_interactor.look("z")
    window.views.phases.boxes[1].setChecked(False)
    request, state, sample = window.request_model.request(), window.view_model.state, window.sample
    window.close()
    again = open_window()
    wait_until(lambda: is_drawn(again))
    assert again.request_model.request() == request
    assert not again.targets.options.locked.isChecked()
    assert again.view_model.state == state
    assert not again.undo.canUndo()
    assert again.sample is not None
    assert sample is not None
    np.testing.assert_array_equal(again.sample.microstructure.phases, sample.microstructure.phases)


def test_an_opened_file_is_back_with_the_targets_as_they_were_left(
    window: MainWindow, open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    window.request_model.set_options(quality="draft")
    generate(window)
    window.export(tmp_path / "film.vti")
    wait_until(lambda: "film.vti" in window.status_line.text())
    window.open_path(tmp_path / "film.vti")
    wait_until(lambda: window.current_sample.source == tmp_path / "film.vti")
    window.targets.rows["vol_frac_D"].number.setValue(0.27)
    window.close()
    again = open_window()
    wait_until(lambda: again.current_sample.source == tmp_path / "film.vti")
    assert again.targets.rows["vol_frac_D"].number.value() == pytest.approx(0.27)


def test_a_volume_that_a_session_could_not_read_brings_its_targets_once_it_is_repaired(
    window: MainWindow, open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    path = tmp_path / "film.vti"
    window.request_model.set_options(quality="draft")
    window.targets.rows["vol_frac_D"].number.setValue(0.31)
    generate(window)
    window.export(path)
    wait_until(lambda: "film.vti" in window.status_line.text())
    window.open_path(path)
    wait_until(lambda: window.current_sample.source == path)
    window.targets.rows["vol_frac_D"].number.setValue(0.27)
    window.close()
    content = path.read_bytes()
    path.write_bytes(b"damaged")
    again = open_window()
    wait_until(lambda: "film.vti" in again.error_bar.text.text())
    assert again.targets.rows["vol_frac_D"].number.value() == pytest.approx(0.27)
    path.write_bytes(content)
    again.open_path(path)
    wait_until(lambda: again.current_sample.source == path)
    assert again.targets.rows["vol_frac_D"].number.value() == pytest.approx(0.31)


def test_a_saved_session_is_opened_like_a_volume(window: MainWindow, tmp_path: Path) -> None:
    row = window.targets.rows["vol_frac_D"]
    row.number.setValue(0.29)
    window.session.save(tmp_path / "mine.microdesigner")
    wait_until(lambda: (tmp_path / "mine.microdesigner").exists())
    row.number.setValue(0.5)
    window.open_path(tmp_path / "mine.microdesigner")
    assert row.number.value() == pytest.approx(0.29)
    wait_until(lambda: tmp_path / "mine.microdesigner" in window.settings.recent_files())
    (tmp_path / "mine.microdesigner").write_text("{", encoding="utf-8")
    window.open_path(tmp_path / "mine.microdesigner")
    assert "mine.microdesigner" in window.error_bar.text.text()


def test_a_session_brings_its_film_to_another_machine(
    window: MainWindow, open_window: Callable[..., MainWindow], home: Path, tmp_path: Path
) -> None:
    window.targets.options.seed.setValue(12)
    generate(window)
    sample, path = window.sample, tmp_path / "mine.microdesigner"
    window.session.save(path)
    wait_until(path.exists)
    window.close()
    shutil.rmtree(home / "history")
    (home / "last.microdesigner").unlink()
    again = open_window()
    again.open_path(path)
    wait_until(lambda: again.current_sample.source == path)
    assert sample is not None
    assert again.sample is not None
    np.testing.assert_array_equal(again.sample.microstructure.phases, sample.microstructure.phases)
    assert again.sample.measured == sample.measured
    assert again.targets.options.seed.value() == 12


def test_the_session_is_kept_while_the_program_runs(window: MainWindow) -> None:
    def kept() -> float:
        return Session.read(last_session()).request.targets["vol_frac_D"] if last_session().is_file() else 0.0

    window.session._timer.setInterval(0)
    window.targets.rows["vol_frac_D"].number.setValue(0.26)
    wait_until(lambda: kept() == pytest.approx(0.26))


KILLED = f"""
import os, sys, time
from tests.gui import stand_in
from tests.gui.conftest import generate, wait_until
from microdesigner.app.store.settings import Settings
from microdesigner.gui import application
from pathlib import Path
stand_in.write_card(Path(sys.argv[1]) / "models" / stand_in.MODEL)
app = application.make_application([])
window = application.open_window(app, stand_in.FACTORY, Settings(model=stand_in.MODEL))
wait_until(lambda: "ready" in window.device.text())
window.session._timer.setInterval(0)
window.request_model.set_options(quality="draft")
generate(window)
wait_until(lambda: window.history.panel.list.count() == 1)
window.targets.rows["vol_frac_D"].number.setValue(0.25)
window.request_model.set_options(quality="paper")
window.generate()
window.generate()
end = time.monotonic() + {session.PAUSE_MS / 1000}
wait_until(lambda: time.monotonic() > end)
print("now", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_a_killed_program_loses_neither_result_nor_queue_nor_session(
    home: Path, open_window: Callable[..., MainWindow]
) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    window = open_window()
    wait_until(lambda: is_drawn(window))
    assert window.history.panel.list.count() == 1
    assert [str(job.state) for job in window.queue.queue.jobs] == ["done", "waiting", "waiting"]
    assert window.targets.rows["vol_frac_D"].number.value() == pytest.approx(0.25)


def test_a_request_sets_the_targets(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    request = replace(window.request_model.request() or Request(), targets={"vol_frac_D": 0.31}, seed=77)
    path.write_text(json.dumps(request.to_json()), encoding="utf-8")
    window.open_path(path)
    assert window.targets.rows["vol_frac_D"].number.value() == pytest.approx(0.31)
    assert window.targets.options.seed.value() == 77
    for content, word in ((json.dumps({"model": "nowhere"}), "nowhere"), ('{"count": 0}', "count"), ("{", "request")):
        path.write_text(content, encoding="utf-8")
        window.open_path(path)
        assert "request.json" in window.error_bar.text.text()
        assert word in window.error_bar.text.text()
    assert window.targets.options.seed.value() == 77
