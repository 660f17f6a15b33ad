"""Build a data set by simulation: a task per series, then labels and measurements; resumable after a kill."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from pathlib import Path

import numpy as np

from microdesigner.compute import choose_device
from microdesigner.core.claims import claimed_new, refuse_existing
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import DEFAULT_SIZE, PHASE_NAMES, Lateral, Microstructure
from microdesigner.data.dataset_writing import PackedVolume, Volume, new_dataset, packed
from microdesigner.data.design import recipe_of
from microdesigner.data.measured import measure, standard_conditions
from microdesigner.data.pool import Task
from microdesigner.data.processes import task_processes, visible
from microdesigner.data.series import check_series, read_series, series_path, simulate_series
from microdesigner.data.store import Description
from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.descriptors.graspi import Value
from microdesigner.physics.phases import PhaseCount, Threshold
from microdesigner.physics.simulate import NotSeparatedError, Recipe, Snapshot

PROCESS = ("phi", "chi", "log_time")
THINNEST_INTERPHASE, THICKEST_INTERPHASE = 1.2, 5.0
LEAST_FRACTION, MOST_MIXED = 0.08, 0.40
GPU_PROCESSES = 6  # enough to keep a GPU busy; each holds about half a GiB of its memory


@dataclass(frozen=True)
class BuildPlan:
    """How many series and snapshots, of what size, and how phases are told apart: two of them by `threshold`, three by
    `thicknesses` random thicknesses of the interphase (the mixed phase) per snapshot."""

    series: int
    snapshots: int = 12
    size: tuple[int, int, int] = DEFAULT_SIZE
    lateral: Lateral = "periodic"
    phases: PhaseCount = 3
    thicknesses: int = 3
    seed: int = 1
    threshold: Threshold = "half"


def build_dataset(
    path: Path,
    plan: BuildPlan,
    workers: int,
    minutes: float | None = None,
    scheduler: str | None = None,
    device: str = "auto",
) -> Iterator[Progress]:
    """Simulate and label `plan` into the HDF5 file `path`, yielding progress per series.

    The work is done by `workers` processes of this machine or by the cluster of the Dask scheduler at the address
    `scheduler`, see `task_processes`. Each simulates on its device called `device`, see `compute.select_device`.

    Finished series stay in `PATH.parts/`, each whole or absent: a build that was stopped goes on from there, and a plan
    with more series extends them. After `minutes` no further series is begun, and the data set holds those that are
    there. Raises InputError when `path` exists, `PATH.parts/` belongs to another plan, or the plan cannot be served, or
    there is no such device.
    """
    refuse_existing(path)
    simulators = None if scheduler else _simulators(workers, device)
    folder = path.with_name(path.name + ".parts").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    missing = [series for series in range(plan.series) if not _is_there(folder, plan, series)]
    yield Progress("simulate", plan.series - len(missing), plan.series)
    deadline = time.monotonic() + 60 * minutes if minutes else math.inf
    with (
        claimed_new(path),
        _swept(folder, at_all_events=scheduler is None),
        task_processes(workers, scheduler) as processes,
    ):
        simulations = _until(deadline, [(_simulate, folder, plan, series, device) for series in missing])
        with closing(processes.results(simulations, simulators)) as simulated:
            for done, _ in enumerate(simulated, plan.series - len(missing) + 1):
                yield Progress("simulate", done, plan.series)
        # those after a gap wait for a build that has the time to fill it
        there = list(takewhile(lambda series: series_path(folder, series).exists(), range(plan.series)))
        plan = replace(plan, series=len(there))
        labels = [(_label_series, folder, plan, series) for series in there]
        with new_dataset(path, _description(plan)) as add, closing(processes.results(labels)) as labelled:
            for done, volumes in enumerate(labelled, 1):
                for volume in volumes:
                    add(volume)
                yield Progress("label", done, plan.series)


def label_snapshots(snapshots: list[Snapshot], plan: BuildPlan, series: int) -> list[Volume]:
    """The separated snapshots of a series as measured volumes, with `plan.thicknesses` random interphases each.

    A random thickness makes the mixed fraction a condition of its own instead of a shadow of the interface area.
    """
    random = np.random.default_rng((plan.seed, series))
    volumes = []
    for number, snapshot in enumerate(snapshots):
        for variant in range(plan.thicknesses if plan.phases == 3 else 1):
            thickness = float(np.exp(random.uniform(math.log(THINNEST_INTERPHASE), math.log(THICKEST_INTERPHASE))))
            try:
                microstructure = snapshot.microstructure(plan.phases, thickness, plan.threshold)
            except NotSeparatedError:
                continue  # not separated yet: a blend at this stage has no phases to learn
            name = f"series-{series:05d}-time-{number:02d}-thickness-{variant}"
            volume = _measured(name, microstructure, snapshot, series)
            if volume is not None:
                volumes.append(volume)
    return volumes


def _measured(name: str, microstructure: Microstructure, snapshot: Snapshot, series: int) -> Volume | None:
    """The volume with its labels; None where a phase is too thin to be learned from, or a descriptor has no value."""
    shares = np.bincount(microstructure.phases.ravel(), minlength=3) / microstructure.phases.size
    if min(shares[:2]) < LEAST_FRACTION or shares[2] > MOST_MIXED:
        return None
    measured = _descriptors(microstructure)
    known = {label: float(value) for label, value in measured.items() if value is not None}
    if len(known) < len(measured):
        return None
    recipe = snapshot.recipe
    labels: dict[str, float] = {**known, **snapshot.process, "time": snapshot.time, "tau": recipe.tau_of(snapshot.time)}
    labels |= {"series": series, "seed": recipe.seed}
    provenance = microstructure.provenance
    further = ("interphase_voxels", "half_width", "threshold")
    labels |= {key: float(provenance[key]) for key in further if key in provenance}
    return Volume(name, microstructure.phases, labels)


def _descriptors(microstructure: Microstructure) -> Mapping[str, Value]:
    """Two phases: GraSPI's real values, among them the seven that the paper learns. Three: the five of a generator."""
    if len(microstructure.phase_names) == 2:
        return measure(microstructure).values
    return fractions_and_tortuosities(microstructure.phases, microstructure.periodic)


def _description(plan: BuildPlan) -> Description:
    origin = {"command": "dataset build", **asdict(plan)}
    names = PHASE_NAMES[: plan.phases]
    return Description(names, plan.lateral, standard_conditions(names), PROCESS, origin=origin)


def _recipe(plan: BuildPlan, series: int) -> Recipe:
    return recipe_of(series, plan.seed, size=plan.size, lateral=plan.lateral)


def _is_there(folder: Path, plan: BuildPlan, series: int) -> bool:
    path = series_path(folder, series)
    if not path.exists():
        return False
    check_series(path, _recipe(plan, series), plan.snapshots)
    return True


@contextmanager
def _swept(folder: Path, at_all_events: bool) -> Iterator[None]:
    """Delete what killed workers left half-written: when all is done, or also when the block is left early, which the
    workers of somebody else's cluster do not notice while they write."""
    done = False
    try:
        yield
        done = True
    finally:
        for leftover in folder.glob(".series-*.h5") if done or at_all_events else ():
            leftover.unlink(missing_ok=True)


def _until(deadline: float, tasks: Iterable[Task]) -> Iterator[Task]:
    """The first of `tasks`, and further ones until `deadline`."""
    for number, task in enumerate(tasks):
        if number and time.monotonic() > deadline:
            return
        yield task


def _simulate(folder: Path, plan: BuildPlan, series: int, device: str) -> None:
    path = series_path(visible(folder), series)
    simulate_series(path, _recipe(plan, series), plan.snapshots, choose_device(device))


def _simulators(workers: int, device: str) -> int:
    return workers if choose_device(device).type == "cpu" else min(workers, GPU_PROCESSES)


def _label_series(folder: Path, plan: BuildPlan, series: int) -> list[PackedVolume]:
    path = series_path(visible(folder), series)
    return [packed(volume) for volume in label_snapshots(read_series(path), plan, series)]
