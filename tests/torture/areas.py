"""What is killed: the commands and stores that write, each with what must hold after a kill at any moment."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from microdesigner.app.store.history import History
from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import JobQueue
from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.data import build
from microdesigner.data.build import BuildPlan, build_dataset
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import describe
from microdesigner.io import registry
from tests.tiny_dataset import write_tiny_dataset
from tests.tiny_model import save_tiny_bundle
from tests.torture.forks import Done

PLAN = BuildPlan(series=3, snapshots=2, size=(32, 32, 16), thicknesses=1)
SAMPLES, JOBS = 12, 20
EXPORTS = {name: entry.extensions[0] for name, entry in registry.FORMATS.items()}
OF_SEVERAL_FILES = (".raw", ".mhd")


@dataclass(frozen=True)
class Area:
    """Work in a folder, and what must hold.

    `prepare` fills a new folder. `check` raises AssertionError unless what a killed work left, which had told `done`
    times that something was done, is whole or absent. `compare` raises AssertionError unless the folder, in which the
    work was done again to its end, is as one in which it was never killed (`reference`).
    """

    name: str
    work: Callable[[Path, Done], object]
    check: Callable[[Path, int], None]
    compare: Callable[[Path, Path], None]
    prepare: Callable[[Path], object] = lambda folder: None


def areas(inputs: Path, count: int) -> list[Area]:
    """Every area; `inputs` is a folder for the models and data sets that are read, `count` the volumes that one
    generation makes."""
    model, dataset = inputs / "tiny", inputs / "set.h5"
    found = [
        Area(
            "generate", partial(_generate, model, count), _check_generated, partial(_compare_generated, count),
            lambda _: model.exists() or save_tiny_bundle(model),
        ),
        Area("dataset build", _build, partial(_check_dataset, PLAN.series), _compare_datasets),
        Area(
            "dataset import", partial(_import, dataset), partial(_check_dataset, 8), _compare_datasets,
            lambda _: dataset.exists() or write_tiny_dataset(dataset),
        ),
        Area("history", _store, _check_history, _compare_history),
        Area("queue", _queue, _check_queue, lambda folder, _: _check_queue(folder, JOBS)),
    ]  # fmt: skip
    found += [
        Area(f"convert to {name}", partial(_convert, ending), partial(_check_converted, ending),
             partial(_compare_converted, ending), partial(_prepare_converted, ending))
        for name, ending in EXPORTS.items()
    ]  # fmt: skip
    return found


def warm_up(found: list[Area]) -> None:
    """Load here, for all copies, what the work of these areas loads: libraries and compiled functions."""
    if any(area.name.startswith(("generate", "dataset")) for area in found):
        import h5py  # noqa: F401
        import torch

        import microdesigner.cli.progress
        import microdesigner.data.checks
        import microdesigner.data.importing.run
        import microdesigner.engine
        import microdesigner.models.bundle  # noqa: F401

        torch.set_num_threads(1)
        describe(_OLD, "graspi")


def _generate(model: Path, count: int, folder: Path, _: Done) -> int:
    options = ["--steps", "2", "--count", str(count), "--size", "32", "32", "32", "--device", "cpu"]
    return main(["generate", "--model", str(model), *options, "--target", "vol_frac_D=0.4", "--out", str(folder)])


def _check_generated(folder: Path, _: int) -> None:
    for path in folder.glob("sample-*.vti"):
        volume = registry.read(path)
        assert volume.shape == (32, 32, 32)
        assert volume.provenance["sample"]["file"] == path.name
    result = folder / "result.json"
    if result.exists():
        document = json.loads(result.read_text(encoding="utf-8"))
        assert all((folder / sample["file"]).exists() for sample in document["samples"])


def _compare_generated(count: int, folder: Path, reference: Path) -> None:
    documents = [json.loads((path / "result.json").read_text(encoding="utf-8")) for path in (folder, reference)]
    assert documents[0]["complete"]
    assert [sample["file"] for sample in documents[0]["samples"]] == [f"sample-{i:04d}.vti" for i in range(count)]
    assert documents[0]["samples"] == documents[1]["samples"]
    for sample in documents[0]["samples"]:
        assert _same(registry.read(folder / sample["file"]), registry.read(reference / sample["file"]))


def _build(folder: Path, _: Done) -> None:
    build.ProcessPool = _Here  # type: ignore[misc, assignment]  # kills meet the simulation and the labels themselves
    list(build_dataset(folder / "out.h5", PLAN, workers=1))


class _Here(build.ProcessPool):
    """Does the tasks in this process."""

    def results(self, tasks, at_once=None):  # type: ignore[no-untyped-def]
        for work, *arguments in tasks:
            yield work(*arguments)


def _import(dataset: Path, folder: Path, _: Done) -> int:
    options = ["--workers", "1", "--voxel", "1", "1", "1", "nm", "--cathode", "z-", "--lateral", "periodic"]
    return main(["dataset", "import", str(dataset), *options, "--out", str(folder / "out.h5")])


def _check_dataset(least: int, folder: Path, _: int) -> None:
    path = folder / "out.h5"
    if path.exists():  # whole, then, and the work was all but over
        dataset = VolumeDataset(path)
        assert len(dataset) >= least
        assert dataset.table
        for index in range(len(dataset)):
            dataset.phases(index)
        dataset.close()
        path.unlink()


def _compare_datasets(folder: Path, reference: Path) -> None:
    one, other = VolumeDataset(folder / "out.h5"), VolumeDataset(reference / "out.h5")
    assert one.names == other.names
    assert one.table.keys() == other.table.keys()
    assert all(one.table[label].tobytes() == other.table[label].tobytes() for label in one.table)
    assert all((one.phases(index) == other.phases(index)).all() for index in range(len(one)))
    for dataset in (one, other):
        dataset.close()
    assert not [path.name for path in folder.glob("out.h5.parts/.*")], "half-written series are left"


def _store(folder: Path, done: Done) -> None:
    history = History(folder)
    for number in range(SAMPLES):
        history.add(Request(seed=number), _sample(number), b"picture")
        done()


def _check_history(folder: Path, done: int) -> None:
    history = History(folder)
    entries = history.entries()
    assert not history.take_problems()
    assert len(entries) >= done
    for entry in entries:
        sample = history.load(entry)
        assert _same(sample.microstructure, _sample(entry.request.seed).microstructure)


def _compare_history(folder: Path, _: Path) -> None:
    entries = History(folder).entries()
    assert {entry.request.seed for entry in entries} == set(range(SAMPLES))
    assert len(entries) >= SAMPLES


def _queue(folder: Path, done: Done) -> None:
    store = JobStore(folder)
    queue = JobQueue(store.save)
    queue.load(store.load())
    present = {job.request.seed for job in queue.jobs}
    for number in range(JOBS):
        if number not in present:
            queue.add([Request(seed=number)])
        done()


def _check_queue(folder: Path, done: int) -> None:
    store = JobStore(folder)
    jobs = store.load()
    assert not store.take_problems()
    seeds = [job.request.seed for job in jobs]
    assert seeds == list(range(len(seeds)))
    assert len(seeds) >= done
    store.save(jobs)
    store.close()


def _prepare_converted(ending: str, folder: Path) -> None:
    registry.write(_OLD, folder / f"out{ending}")  # what the new one is to replace
    registry.write(_NEW, folder / "in.vti")


def _convert(ending: str, folder: Path, _: Done) -> int:
    return main(["convert", str(folder / "in.vti"), str(folder / f"out{ending}")])


def _check_converted(ending: str, folder: Path, _: int) -> None:
    try:
        volume = registry.read(folder / f"out{ending}")
    except InputError:
        if ending not in OF_SEVERAL_FILES:  # which cannot be replaced all at once, so that some may be missing
            raise
        return
    assert any(_same(volume, known) for known in (_OLD, _NEW)), "a mixture"


def _compare_converted(ending: str, folder: Path, reference: Path) -> None:
    assert _same(registry.read(folder / f"out{ending}"), registry.read(reference / f"out{ending}"))


def _volume(seed: int, edge: float = 1.0) -> Microstructure:
    phases = np.random.default_rng(seed).integers(0, 3, (12, 12, 8)).astype(np.uint8)
    return Microstructure(phases, (edge, edge, edge), phase_names=("donor", "acceptor", "mixed"))


_OLD, _NEW = _volume(0, 2.0), _volume(1, 1.0)


def _sample(seed: int) -> Sample:
    return Sample(_volume(seed), seed, {"vol_frac_D": 0.3})


def _same(one: Microstructure, other: Microstructure) -> bool:
    """Whether labels agree, and voxel edges where both know theirs."""
    edges = one.voxel_nm is None or other.voxel_nm is None or np.allclose(one.voxel_nm, other.voxel_nm)
    return one.shape == other.shape and bool((one.phases == other.phases).all()) and bool(edges)


def clean(folder: Path) -> None:
    """Remove a folder of an attempt."""
    shutil.rmtree(folder, ignore_errors=True)
