"""Published data sets (MicroGen3D's layout: one HDF5 dataset per volume, attributes of GraSPI's names beside it) are
imported in one step, and every attribute can be a condition."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.app.workers.datasets import DatasetReport, report_dataset
from microdesigner.cli.main import main
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.data.checks import require_fit
from microdesigner.data.store import STATED, VolumeDataset
from microdesigner.descriptors import describe, sample_values

OWN = {"sample_id": 7.0}
"""An attribute that nobody but the publisher can measure."""
RECIPE = ("phi", "chi", "log_time")


def film(seed: int, phases: int) -> Microstructure:
    random = np.random.default_rng(seed)
    field = gaussian_filter(random.normal(size=(32, 32, 32)), 2, mode="wrap")
    shares = (0.45 + 0.1 * random.random(), 0.1)[: phases - 1]
    bands = np.digitize(field, np.quantile(field, np.cumsum(shares)))
    labels = np.array([0, 2, 1] if phases > 2 else [0, 1], np.uint8)[bands]
    return Microstructure(labels, (1.0, 1.0, 1.0), "periodic", PHASE_NAMES[:phases])


def publish(folder: Path, phases: int, recipe: bool, stored: dict[int, float]) -> dict[str, float]:
    """Two part files with all that GraSPI says of their films; the attributes of the last one."""
    attributes: dict[str, float] = {}
    for part in range(2):
        with h5py.File(folder / f"part_{part}.h5", "w") as file:
            for number in range(part * 5, part * 5 + 5):
                made = film(number, phases)
                values = {name: value for name, value in describe(made, "graspi").values.items() if value is not None}
                process = dict(zip(RECIPE, (0.4 + 0.02 * (number // 2), 3.0, float(number % 2)), strict=True))
                attributes = values | (process if recipe else {}) | OWN
                grey = np.vectorize(stored.get)(made.phases)
                volume = file.create_dataset(f"microstructure_{number}", data=grey)
                volume.attrs.update(attributes)
    return attributes


@pytest.mark.parametrize(
    ("phases", "recipe", "stored", "options"),
    [
        (2, True, {0: 0, 1: 1}, ("--voxel", "1", "nm")),
        (3, True, {0: 0.0, 1: 1.0, 2: 0.5}, ("--voxel", "1", "nm")),
        (2, False, {0: 0, 1: 255}, ("--voxel", "2.12", "nm")),
    ],
    ids=["two phases", "three phases as grey values", "experimental"],
)
def test_one_command_imports_all_attributes(
    phases: int, recipe: bool, stored: dict[int, float], options: tuple[str, ...], tmp_path: Path
) -> None:
    attributes = publish(tmp_path, phases, recipe, stored)
    out = tmp_path / "set.h5"
    command = ["dataset", "import", str(tmp_path / "part_*.h5"), "--cathode", "z-", "--lateral", "periodic", *options]
    assert main([*command, "--out", str(out), "--workers", "1"]) == 0
    dataset = VolumeDataset(out)
    assert len(dataset) == 10
    assert dataset.description.phase_names == PHASE_NAMES[:phases]
    assert dataset.description.process == (RECIPE if recipe else ())
    place = dataset.names.index("part_1-microstructure_9")
    np.testing.assert_array_equal(dataset.phases(place), film(9, phases).phases)
    lengths = () if options[1] == "1" else ("DISS", "ABS_wf")  # other voxels, other distances
    for name, value in attributes.items():
        assert name in dataset.table, name
        if name not in (*RECIPE, *OWN) and not name.startswith(lengths or "-"):
            assert dataset.table[name][place] == pytest.approx(value), f"{name} is measured as it was stated"
            assert dataset.table[STATED + name][place] == pytest.approx(value)
    for name in attributes:
        if np.ptp(dataset.table[name]) > 0:
            require_fit(dataset, [name], dataset.description.process)
    measured = sample_values(film(9, phases), [*attributes]).values
    assert {*attributes} - {*measured} == {*OWN, *(RECIPE if recipe else ())}, "generated films are measured alike"


def test_an_attribute_that_only_the_publisher_measures_can_be_a_condition(tmp_path: Path) -> None:
    publish(tmp_path, 2, True, {0: 0, 1: 1})
    for part in range(2):
        with h5py.File(tmp_path / f"part_{part}.h5", "r+") as file:
            for number, name in enumerate(file):
                file[name].attrs["sample_id"] = float(number)
    out = tmp_path / "set.h5"
    command = ["dataset", "import", str(tmp_path / "part_*.h5"), "--cathode", "z-", "--voxel", "1", "nm"]
    chosen = ("ABS_f_D", "STAT_CC_D", "sample_id")
    assert main([*command, "--condition", *chosen, "--out", str(out), "--workers", "1"]) == 0
    (report,) = (event for event in report_dataset(out) if isinstance(event, DatasetReport))
    assert report.description.conditions == chosen
    assert {*chosen, "STAT_e", "norm_STAT_e"} <= {*report.descriptors}, "offered as conditions"
    assert set(report.parameters) <= {*RECIPE}
