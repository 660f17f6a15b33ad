"""Data sets: the design covers its range, builds resume, the split keeps series apart, stored labels are true."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster

from microdesigner.cli.main import main
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.data import build, cluster
from microdesigner.data.build import BuildPlan, build_dataset
from microdesigner.data.design import CHI_RANGE, PHI_RANGE, is_feasible, recipe_of, snapshot_times
from microdesigner.data.series import read_series, series_path
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.physics.phases import Threshold
from microdesigner.physics.simulate import Recipe, simulate
from tests.tiny_dataset import write_tiny_dataset

PLAN = BuildPlan(series=8, snapshots=3, size=(32, 32, 32), thicknesses=2)
SMALL = BuildPlan(series=3, snapshots=3, size=(32, 32, 16), thicknesses=1)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> VolumeDataset:
    path = tmp_path_factory.mktemp("data") / "set.h5"
    events = list(build_dataset(path, PLAN, workers=2))
    assert events[-1] == Progress("label", 8, 8)
    return VolumeDataset(path)


@pytest.fixture(scope="module")
def processes() -> Iterator[LocalCluster]:
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as started:
        yield started


def assert_same(path: Path, expected: VolumeDataset) -> None:
    found = VolumeDataset(path)
    assert found.description == expected.description
    assert found.names == expected.names
    assert all((found.phases(index) == expected.phases(index)).all() for index in range(len(found)))
    assert found.table.keys() == expected.table.keys()
    assert all((found.table[label] == expected.table[label]).all() for label in found.table)


def test_the_design_covers_its_range_evenly() -> None:
    recipes = [recipe_of(series, 1) for series in range(64)]
    points = np.array([[recipe.phi, recipe.chi] for recipe in recipes])
    assert all(is_feasible(phi, chi) for phi, chi in points)
    cells = {tuple(cell) for cell in np.floor((points - [PHI_RANGE[0], CHI_RANGE[0]]) / [0.075, 0.45]).astype(int)}
    assert len(cells) >= 14  # of 4 × 4; the corners near the critical point do not decompose


def test_times_rise_and_start_when_phases_appear() -> None:
    recipe = recipe_of(3, 1)
    times = snapshot_times(recipe, 6)
    assert np.all(np.diff(times) > 0)
    assert recipe.tau_of(times[0]) == pytest.approx(np.log(9))


def test_labels_are_what_the_volumes_measure(dataset: VolumeDataset) -> None:
    for index in range(0, len(dataset), 5):
        phases = dataset.phases(index)
        assert phases.shape == (32, 32, 32)
        for name, value in fractions_and_tortuosities(phases, True).items():
            assert dataset.table[name][index] == pytest.approx(value)


def test_the_published_layout_holds(dataset: VolumeDataset) -> None:
    with h5py.File(dataset.path) as file:
        volume = file[dataset.names[0]]
        assert volume.dtype == np.uint8
        assert {"vol_frac_D", "vol_frac_M", "tortuosity_A", "tortuosity_D", "phi", "chi", "log_time"} <= set(
            volume.attrs
        )


def test_no_series_is_on_both_sides_of_the_split(dataset: VolumeDataset) -> None:
    series = dataset.table["series"]
    held_out = dataset.held_out
    assert held_out.any()
    assert not set(series[held_out]) & set(series[~held_out])


def test_a_stopped_build_goes_on_without_simulating_again(tmp_path: Path, processes: LocalCluster) -> None:
    path, scheduler = tmp_path / "set.h5", processes.scheduler_address
    events = build_dataset(path, SMALL, workers=1, scheduler=scheduler)
    while next(events) != Progress("simulate", 2, 3):
        pass
    events.close()
    parts = sorted((tmp_path / "set.h5.parts").glob("series-*.h5"))
    assert len(parts) >= 2
    assert not path.exists()
    stamps = {part: part.stat().st_mtime_ns for part in parts}
    list(build_dataset(path, SMALL, workers=1, scheduler=scheduler))
    assert {part: part.stat().st_mtime_ns for part in parts} == stamps
    assert len(VolumeDataset(path)) > 0


@pytest.mark.long
def test_every_series_arrives_though_a_worker_is_killed(
    tmp_path: Path, dataset: VolumeDataset, processes: LocalCluster
) -> None:
    path = tmp_path / "set.h5"
    events = build_dataset(path, PLAN, workers=1, scheduler=processes.scheduler_address)
    while next(events) != Progress("simulate", 2, 8):
        pass
    with Client(processes) as client:
        victim = next(iter(client.run(os.getpid).values()))  # both workers always have a series in hand
    os.kill(victim, signal.SIGKILL)
    assert list(events)[-1] == Progress("label", 8, 8)
    assert_same(path, dataset)
    assert len(list((tmp_path / "set.h5.parts").iterdir())) == 8  # nothing half-written is left


def test_every_series_arrives_though_a_process_of_this_machine_is_killed(
    tmp_path: Path, dataset: VolumeDataset
) -> None:
    path, before = tmp_path / "set.h5", set(multiprocessing.active_children())
    events = build_dataset(path, PLAN, workers=2)
    while next(events) != Progress("simulate", 2, 8):
        pass
    victim = next(process for process in multiprocessing.active_children() if process not in before)
    victim.kill()
    assert list(events)[-1] == Progress("label", 8, 8)
    assert_same(path, dataset)
    assert len(list((tmp_path / "set.h5.parts").iterdir())) == 8


def test_a_build_opens_no_port(tmp_path: Path) -> None:
    def listening() -> set[tuple[int, object]]:
        family = (psutil.Process(), *psutil.Process().children(recursive=True))
        return {
            (process.pid, socket.laddr)
            for process in family
            for socket in process.net_connections("inet")
            if socket.status == psutil.CONN_LISTEN
        }

    before = listening()
    events = build_dataset(tmp_path / "set.h5", SMALL, workers=2)
    while next(events) != Progress("simulate", 1, 3):
        pass
    assert listening() == before
    assert list(events)[-1] == Progress("label", 3, 3)


@pytest.mark.long
def test_a_build_goes_on_after_its_client_was_killed(
    tmp_path: Path, dataset: VolumeDataset, processes: LocalCluster
) -> None:
    path, parts, scheduler = tmp_path / "set.h5", tmp_path / "set.h5.parts", processes.scheduler_address
    options = ["--series", "8", "--snapshots", "3", "--size", "32", "32", "32", "--thicknesses", "2"]
    command = [sys.executable, "-m", "microdesigner", "dataset", "build", str(path), *options, "--scheduler", scheduler]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as client:
        while client.poll() is None and not list(parts.glob("series-*.h5")):
            time.sleep(0.02)
        client.kill()
    assert client.returncode == -signal.SIGKILL
    assert not path.exists()
    list(build_dataset(path, PLAN, workers=1, scheduler=scheduler))
    assert_same(path, dataset)


@pytest.mark.parametrize("threshold", ["half", "blend"])
def test_two_phases_carry_the_descriptors_that_the_paper_learns(threshold: Threshold) -> None:
    recipe = Recipe(0.45, 4.0, size=(32, 32, 16))
    snapshots = list(simulate(recipe, [recipe.time_of(4.0)]))
    plan = BuildPlan(series=1, size=(32, 32, 16), phases=2, threshold=threshold)
    (volume,) = build.label_snapshots(snapshots, plan, 0)
    seven = {"norm_STAT_e", "ABS_wf_D", "ABS_f_D", "DISS_wf10_D", "CT_f_e_conn", "CT_f_D_tort1", "CT_f_A_tort1"}
    assert seven <= volume.labels.keys()
    assert volume.labels["ABS_f_D"] == pytest.approx((volume.phases == 0).mean())
    assert ((snapshots[0].field > volume.labels["threshold"]) == volume.phases).all()
    if threshold == "blend":
        assert volume.labels["ABS_f_D"] == pytest.approx(0.55, abs=1e-4)
    else:
        assert volume.labels["threshold"] == 0.5


def test_parts_of_another_plan_are_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "set.h5"
    build.simulate_series(series_path(tmp_path / "set.h5.parts", 0), recipe_of(0, 7, size=(16, 16, 16)), 2)
    with pytest.raises(InputError, match="other options"):
        next(build_dataset(path, BuildPlan(series=2, snapshots=2, size=(16, 16, 16)), workers=1))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere"])
def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_S", 1)
    with pytest.raises(InputError, match=f"No Dask scheduler answers at {address}"):
        list(build_dataset(tmp_path / "set.h5", SMALL, workers=1, scheduler=address))


def test_a_time_box_leaves_a_data_set_of_the_first_series(tmp_path: Path, processes: LocalCluster) -> None:
    path = tmp_path / "set.h5"
    plan = BuildPlan(series=40, snapshots=3, size=(32, 32, 32), thicknesses=1)
    list(build_dataset(path, plan, workers=1, minutes=1e-9, scheduler=processes.scheduler_address))
    dataset = VolumeDataset(path)
    made = dataset.description.origin["series"]
    assert 0 < made < 40
    assert set(dataset.table["series"]) <= set(range(made))


@pytest.mark.parametrize("option", ["--thicknesses", "--skins"])  # the second is its name in version 0.1.0
def test_the_number_of_interphase_thicknesses_reaches_the_plan(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[BuildPlan] = []
    monkeypatch.setattr(build, "build_dataset", lambda path, plan, *_: iter(plans.append(plan) or ()))
    assert main(["dataset", "build", str(tmp_path / "set.h5"), option, "2"]) == 0
    assert main(["dataset", "build", str(tmp_path / "set.h5")]) == 0
    assert [plan.thicknesses for plan in plans] == [2, 3]


def test_an_existing_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "set.h5"
    path.write_text("precious")
    with pytest.raises(InputError, match=r"set\.h5 exists"):
        next(build_dataset(path, PLAN, 1))
    assert path.read_text() == "precious"


@pytest.mark.parametrize("content", [b"", b"no HDF5 at all" * 100])
def test_a_damaged_data_set_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.h5"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.h5"):
        VolumeDataset(path)


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.core.paths.disk_full", lambda folder: folder == tmp_path)
    with pytest.raises(MicrodesignerError, match="is full; free some space and start again"):
        build.simulate_series(series_path(tmp_path, 0), Recipe(0.5, 4.0, seed=5, size=(16, 16, 8)), 2)
    with pytest.raises(MicrodesignerError, match="is full"):
        write_tiny_dataset(tmp_path / "set.h5")
    assert not list(tmp_path.iterdir())


def test_a_series_file_gives_its_fields_back(tmp_path: Path) -> None:
    recipe = Recipe(0.5, 4.0, seed=5, size=(16, 16, 8))
    path = series_path(tmp_path, 0)
    build.simulate_series(path, recipe, 2)
    stored = read_series(path)
    direct = list(simulate(recipe, [snapshot.time for snapshot in stored]))
    assert [snapshot.recipe for snapshot in stored] == [recipe, recipe]
    for a, b in zip(stored, direct, strict=True):
        assert np.abs(a.field - b.field).max() <= 0.5 / 255 + 1e-6
