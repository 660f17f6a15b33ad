"""Commands that write: generations, and data sets built and imported."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from microdesigner.cli.main import main
from microdesigner.data import build
from microdesigner.data.build import BuildPlan, build_dataset
from microdesigner.data.pool import ProcessPool
from microdesigner.data.store import VolumeDataset
from microdesigner.io import volumes
from tests.tiny_dataset import write_tiny_dataset
from tests.tiny_model import save_tiny_bundle
from tests.torture.area import Area
from tests.torture.films import same
from tests.torture.forks import Done
from tests.torture.shortages import Shortage, shortages

PLAN = BuildPlan(series=2, snapshots=2, size=(32, 32, 16), thicknesses=1)


def commands(inputs: Path, count: int) -> list[Area]:
    """`inputs` is a folder for the model and the data set that are read, `count` the volumes that one generation
    makes."""
    model, dataset = inputs / "tiny", inputs / "set.h5"
    return [
        Area(
            "generate", partial(_generate, model, count), _check_generated, partial(_compare_generated, count),
            lambda _: model.exists() or save_tiny_bundle(model),
        ),
        Area(
            "dataset build", _build, partial(_check_dataset, PLAN.series), _compare_datasets,
            shortages=_shortages_of_build,
        ),
        Area(
            "dataset import", partial(_import, dataset), partial(_check_dataset, 8), _compare_datasets,
            lambda _: dataset.exists() or write_tiny_dataset(dataset, (16, 16, 16)),
        ),
    ]  # fmt: skip


def _shortages_of_build(mounts: bool) -> Mapping[str, Sequence[Shortage]]:
    """Without memory compiled code ends its process, which in a build is another one, done without or told of, but here
    the only one."""
    return {name: some for name, some in shortages(mounts).items() if name != "little memory"}


def _generate(model: Path, count: int, folder: Path, _: Done) -> int:
    options = [
        "--steps",
        "1",
        "--refinement",
        "0",
        "--count",
        str(count),
        "--size",
        "32",
        "32",
        "32",
        "--device",
        "cpu",
    ]
    return main(["generate", "--model", str(model), *options, "--target", "vol_frac_D=0.4", "--out", str(folder)])


def _check_generated(folder: Path, _: Path, __: int) -> None:
    for path in folder.glob("sample-*.vti"):
        volume = volumes.read(path)
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
        assert same(volumes.read(folder / sample["file"]), volumes.read(reference / sample["file"]))


def _build(folder: Path, _: Done) -> None:
    build.task_processes = lambda *_: _Here(1)  # kills meet the simulation and the labels themselves
    list(build_dataset(folder / "out.h5", PLAN, workers=1))


class _Here(ProcessPool):
    """Does the tasks in this process."""

    def results(self, tasks, at_once=None):  # type: ignore[no-untyped-def]
        for work, *arguments in tasks:
            yield work(*arguments)


def _import(dataset: Path, folder: Path, _: Done) -> int:
    options = ["--workers", "1", "--voxel", "1", "1", "1", "nm", "--cathode", "z-", "--lateral", "periodic"]
    return main(["dataset", "import", str(dataset), *options, "--out", str(folder / "out.h5")])


def _check_dataset(least: int, folder: Path, _: Path, __: int) -> None:
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
