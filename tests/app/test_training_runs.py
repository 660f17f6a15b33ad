"""Trainings outlive the window: killed, resumed, found again, ended early with a model that can be used."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from microdesigner.app.training_progress import Curve, RunProgress, duration
from microdesigner.app.training_runs import TrainingRun, known_runs, new_run
from microdesigner.app.workers.process import NICENESS
from microdesigner.core.card import ModelCard, installed_cards
from microdesigner.core.errors import InputError
from microdesigner.models.bundle import verify_bundle
from microdesigner.training.config import TrainingConfig, new_config
from microdesigner.training.events import EventReader, read_events
from tests.tiny_dataset import write_tiny_dataset

CONDITIONS, PROCESS = ("vol_frac_D", "tortuosity_D"), ("chi",)


@pytest.fixture(scope="module")
def dataset_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_dataset(tmp_path_factory.mktemp("data") / "set.h5")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def config(dataset: Path, name: str = "mine") -> TrainingConfig:
    return new_config(
        name=name, dataset=str(dataset), conditions=CONDITIONS, process=PROCESS, preset="quick",
        minutes={"fp": 0.03, "ddpm": 0.03},
    )  # fmt: skip


def wait_for(run: TrainingRun, condition: Callable[[], bool], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, run.log[-2000:]
        time.sleep(0.1)


def of_kind(run: TrainingRun, kind: str) -> list[dict[str, object]]:
    return [event for event in read_events(run.folder / "events.jsonl") if event["event"] == kind]


@pytest.mark.long
def test_a_killed_training_is_found_again_resumed_and_ended_early(dataset_path: Path, home: Path) -> None:
    run = new_run(config(dataset_path))
    run.start()
    wait_for(run, lambda: len(of_kind(run, "step")) > 0)
    run.pause()
    wait_for(run, lambda: len(of_kind(run, "pause")) > 0)
    assert run.state == "paused"
    step = of_kind(run, "pause")[0]["step"]
    os.kill(int(str(of_kind(run, "process")[0]["pid"])), signal.SIGKILL)
    wait_for(run, lambda: not run.alive)
    with (run.folder / "events.jsonl").open("a") as file:
        file.write('{"time": 1, "ev')  # what a kill in the middle of a write leaves

    (found,) = known_runs()
    assert found.state == "interrupted"
    found.start()
    wait_for(found, lambda: len(of_kind(found, "process")) == 2)
    wait_for(found, lambda: of_kind(found, "step")[-1] != of_kind(run, "step")[0])
    assert int(str(of_kind(found, "step")[-1]["step"])) > int(str(step)), "the steps before the kill were lost"

    (attached,) = known_runs()
    assert attached.state == "running"
    with pytest.raises(InputError, match="trains now"):
        attached.delete()
    attached.stop()
    wait_for(attached, lambda: not attached.alive)
    assert attached.state == "finished", attached.log
    _check_model(home / "models" / "mine")


WINDOW = """
import sys, time
from microdesigner.app.training_runs import new_run
from microdesigner.training.config import new_config
choice = dict(name="mine", conditions=("vol_frac_D",), process=(), preset="quick")
new_run(new_config(dataset=sys.argv[1], **choice)).start()
time.sleep(600)
"""


def test_a_killed_window_leaves_its_training_alone(dataset_path: Path, home: Path) -> None:
    window = subprocess.Popen([sys.executable, "-c", WINDOW, str(dataset_path)], start_new_session=True)
    end = time.monotonic() + 120
    while not known_runs() or not of_kind(known_runs()[0], "process"):
        assert time.monotonic() < end
        time.sleep(0.1)
    os.killpg(window.pid, signal.SIGKILL)  # and all that hangs on its terminal
    assert window.wait() == -signal.SIGKILL
    (found,) = known_runs()
    assert found.state == "running"
    steps = len(of_kind(found, "step"))
    wait_for(found, lambda: len(of_kind(found, "step")) > steps)
    found.interrupt()
    wait_for(found, lambda: not found.alive)
    assert found.state == "interrupted"
    assert of_kind(found, "step"), "what was learned is kept"


@pytest.mark.parametrize("paused", [False, True])
def test_on_windows_a_file_interrupts_and_a_checkpoint_is_kept(
    paused: bool, dataset_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(config(dataset_path))
    run.start()
    assert psutil.Process(run._process.pid).nice() == NICENESS  # type: ignore[union-attr]
    wait_for(run, lambda: len(of_kind(run, "step")) > 0)
    if paused:
        run.pause()
        wait_for(run, lambda: len(of_kind(run, "pause")) > 0)
    monkeypatch.setattr(sys, "platform", "win32")
    run.interrupt()
    monkeypatch.undo()
    wait_for(run, lambda: not run._process or run._process.poll() is not None)
    assert run._process is not None
    assert run._process.returncode == 130, "it ended by itself"
    assert list(run.folder.glob("*/waiting.ckpt"))
    assert not run.directory.interruption.exists(), "the next start is not ended by it"


def _check_model(folder: Path) -> None:
    verify_bundle(folder)
    assert folder / "model.json" in installed_cards()
    card = ModelCard.read(folder / "model.json")
    assert [condition.name for condition in card.conditions] == list(CONDITIONS)
    assert [parameter.name for parameter in card.process] == list(PROCESS)
    (accuracy,) = card.to_json()["accuracy"].values()
    assert accuracy["control"]["vol_frac_D"]["mae"] >= 0


def test_a_failed_run_says_why_and_a_name_is_taken_once(dataset_path: Path, home: Path, tmp_path: Path) -> None:
    copy = shutil.copy(dataset_path, tmp_path / "gone.h5")
    run = new_run(config(Path(copy)))
    Path(copy).unlink()
    run.start()
    wait_for(run, lambda: not run.alive)
    assert run.state == "interrupted"
    assert "gone.h5 does not exist" in run.problem
    with pytest.raises(InputError, match="called mine already"):
        new_run(config(dataset_path))
    for name in ("../else", "", ".hidden", "nul", "Com1.films", "films."):
        with pytest.raises(InputError, match="name"):
            new_run(config(dataset_path, name))
    run.delete()
    assert known_runs() == []


def test_a_full_disk_is_named(dataset_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(config(dataset_path))
    monkeypatch.setattr("shutil.disk_usage", lambda path: shutil._ntuple_diskusage(100, 100, 0))
    assert "disk is full" in run.problem


def test_a_reader_gets_each_event_once_and_never_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert reader.read() == []
    path.write_text('{"event": "a"}\n{"event": "b"')
    assert [event["event"] for event in reader.read()] == ["a"]
    with path.open("a") as file:
        file.write('}\nnot JSON\n{"event": "c"}\n')
    assert [event["event"] for event in reader.read()] == ["b", "c"]
    assert reader.read() == []


def test_curves_forget_what_is_trained_again() -> None:
    curve = Curve()
    for step, value in ((10, 3.0), (20, 2.0), (30, 1.0), (20, 2.5)):
        curve.add(step, value)
    assert curve.steps == [10, 20]
    assert curve.values == [3.0, 2.5]
    steps, values = Curve([1, 2], [-1.0, 1.0]).positive(exponential=True)
    assert len(steps) == 2
    assert (values > 0).all()


def test_time_left_counts_stages_to_come() -> None:
    progress = RunProgress({"vae": 100.0, "fp": 50.0, "ddpm": 200.0})
    assert progress.seconds_left == 350
    progress.add(
        {"event": "step", "stage": "vae", "step": 5, "progress": 0.5, "seconds": 40, "seconds_left": 40, "loss": 1}
    )
    assert progress.seconds_left == 290
    assert 0 < progress.share < 0.5
    progress.add({"event": "from a newer version"})
    assert duration(11000) == "3 h 3 min"


def test_a_stage_tells_whether_its_loss_is_a_likelihood() -> None:
    progress = RunProgress({})
    assert progress.stages["fp"].likelihood, "as runs of earlier versions were"
    progress.add(
        {"event": "stage", "stage": "fp", "state": "started", "parameters": 1, "likelihood": False, "time": 0.0}
    )
    assert not progress.stages["fp"].likelihood
