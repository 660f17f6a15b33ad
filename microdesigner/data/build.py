"""Build a data set by simulation: series in parallel, then labels and measurements; resumable after a kill."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES, Lateral, Microstructure
from microdesigner.data.design import recipe_of
from microdesigner.data.series import read_series, series_path, simulate_series
from microdesigner.data.store import Description, PackedVolume, Volume, new_dataset, packed
from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.physics.phases import PhaseCount
from microdesigner.physics.simulate import NotSeparatedError, Snapshot

CONDITIONS = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")
PROCESS = ("phi", "chi", "log_time")
THINNEST_SKIN, THICKEST_SKIN = 1.2, 5.0
LEAST_FRACTION, MOST_MIXED = 0.08, 0.40
GPU_PROCESSES = 6  # enough to keep a GPU busy; each holds about half a GiB of its memory


@dataclass(frozen=True)
class BuildPlan:
    """How many series and snapshots, of what size, and how many random mixed skins are drawn per snapshot."""

    series: int
    snapshots: int = 12
    size: tuple[int, int, int] = (128, 128, 64)
    lateral: Lateral = "periodic"
    phases: PhaseCount = 3
    skins: int = 3
    seed: int = 1


def build_dataset(path: Path, plan: BuildPlan, workers: int, minutes: float | None = None) -> Iterator[Progress]:
    """Simulate and label `plan` into the HDF5 file `path`, yielding progress per series.

    Finished series stay in `PATH.parts/`: a build that was stopped goes on from there, and a plan with more series
    extends them. After `minutes` no further series is begun, and the data set holds those that are there. Processes
    simulate on the GPU where there is one. Raises InputError when `path` exists or the plan cannot be served.
    """
    if path.exists():
        raise InputError(f"{path} exists; choose another name or delete it first.")
    folder = path.with_name(path.name + ".parts")
    folder.mkdir(parents=True, exist_ok=True)
    parts = [series_path(folder, series) for series in range(plan.series)]
    missing = {series for series, part in enumerate(parts) if not part.exists()}
    yield Progress("simulate", plan.series - len(missing), plan.series)
    simulations: list[Work] = [
        (_simulate, part, plan, series) for series, part in enumerate(parts) if series in missing
    ]
    deadline = time.monotonic() + 60 * minutes if minutes else math.inf
    with closing(_in_processes(simulations, _simulators(workers))) as simulated:
        for done, _ in enumerate(simulated, plan.series - len(missing) + 1):
            yield Progress("simulate", done, plan.series)
            if time.monotonic() > deadline:
                break
    # processes take the series in turn and finish what they began, so those that are there are the first of the design
    parts = [part for part in parts if part.exists()]
    plan = replace(plan, series=len(parts))
    labellings: list[Work] = [(_label_series, part, plan, series) for series, part in enumerate(parts)]
    with new_dataset(path, _description(plan)) as add:
        for done, volumes in enumerate(_in_processes(labellings, workers), 1):
            for volume in volumes or []:
                add(volume)
            yield Progress("label", done, plan.series)


def label_snapshots(snapshots: list[Snapshot], plan: BuildPlan, series: int) -> list[Volume]:
    """The separated snapshots of a series as measured volumes, each with `plan.skins` random skin thicknesses.

    A random skin makes the mixed fraction a condition of its own instead of a shadow of the interface area.
    """
    random = np.random.default_rng((plan.seed, series))
    volumes = []
    for number, snapshot in enumerate(snapshots):
        for skin in range(plan.skins if plan.phases == 3 else 1):
            thickness = float(np.exp(random.uniform(math.log(THINNEST_SKIN), math.log(THICKEST_SKIN))))
            try:
                microstructure = snapshot.microstructure(plan.phases, thickness)
            except NotSeparatedError:
                continue  # not separated yet: a blend at this stage has no phases to learn
            name = f"series-{series:05d}-time-{number:02d}-skin-{skin}"
            volume = _measured(name, microstructure, snapshot, series)
            if volume is not None:
                volumes.append(volume)
    return volumes


def _measured(name: str, microstructure: Microstructure, snapshot: Snapshot, series: int) -> Volume | None:
    measured = fractions_and_tortuosities(microstructure.phases, microstructure.periodic)
    known: dict[str, float] = {label: value for label, value in measured.items() if value is not None}
    thin = min(known["vol_frac_D"], known["vol_frac_A"]) < LEAST_FRACTION or known["vol_frac_M"] > MOST_MIXED
    if thin or len(known) < len(measured):
        return None
    recipe = snapshot.recipe
    labels: dict[str, float] = {**known, **snapshot.process, "time": snapshot.time, "tau": recipe.tau_of(snapshot.time)}
    labels |= {"series": series, "seed": recipe.seed}
    provenance = microstructure.provenance
    labels |= {key: float(provenance[key]) for key in ("skin_voxels", "half_width") if key in provenance}
    return Volume(name, microstructure.phases, labels)


def _description(plan: BuildPlan) -> Description:
    origin = {"command": "dataset build", **asdict(plan)}
    conditions = CONDITIONS if plan.phases == 3 else tuple(name for name in CONDITIONS if name != "vol_frac_M")
    return Description(PHASE_NAMES[: plan.phases], plan.lateral, conditions, PROCESS, origin=origin)


def _simulate(part: Path, plan: BuildPlan, series: int) -> None:
    recipe = recipe_of(series, plan.seed, size=plan.size, lateral=plan.lateral)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    simulate_series(part, recipe, plan.snapshots, device)


def _simulators(workers: int) -> int:
    return min(workers, GPU_PROCESSES) if torch.cuda.is_available() else workers


def _label_series(part: Path, plan: BuildPlan, series: int) -> list[PackedVolume]:
    return [packed(volume) for volume in label_snapshots(read_series(part), plan, series)]


Work = tuple[Callable[..., list[PackedVolume] | None], Path, BuildPlan, int]


def _in_processes(tasks: list[Work], workers: int) -> Generator[list[PackedVolume] | None]:
    """Results as they come; closing the generator drops what has not started."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread)
    try:
        # no name for the futures: each is freed with its volumes as soon as it has been yielded
        for future in as_completed([pool.submit(work, *arguments) for work, *arguments in tasks]):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_thread() -> None:
    """One process per core, not one thread pool per process."""
    torch.set_num_threads(1)
