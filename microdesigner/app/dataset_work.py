"""Data sets as a wizard makes and shows them. The generators run in a process of their own (see `background`): they
load torch, or read the labels of thousands of volumes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.descriptor_spec import SPECS
from microdesigner.core.events import Progress

if TYPE_CHECKING:
    from microdesigner.data.checks import Check
    from microdesigner.data.importing import ImportPlan
    from microdesigner.data.statistics import Distribution, PrincipalComponents
    from microdesigner.data.store import Description

BOOKKEEPING = frozenset({"series", "held_out", "seed"})


@dataclass(frozen=True)
class DatasetReport:
    """Size, split, findings; `descriptors` and `parameters` are the labels that can be conditions and recipe;
    `distributions` and `correlations` (square) are those of both, in that order."""

    path: Path
    description: "Description"
    volumes: int
    held_out: int
    shape: tuple[int, int, int]
    checks: "tuple[Check, ...]"
    descriptors: tuple[str, ...]
    parameters: tuple[str, ...]
    distributions: "tuple[Distribution, ...]"
    correlations: NDArray[np.float64]
    components: "PrincipalComponents"

    @property
    def labels(self) -> tuple[str, ...]:
        """Descriptors, then parameters."""
        return (*self.descriptors, *self.parameters)

    @property
    def usable(self) -> bool:
        """Whether training can start."""
        return all(check.severity != "error" for check in self.checks)

    def strongest(self, chosen: tuple[str, ...]) -> tuple[str, str, float] | None:
        """The two of `chosen` that correlate most, with their correlation; None for fewer than two."""
        places = [self.labels.index(name) for name in chosen]
        pairs = [(i, j) for i in places for j in places if i < j]
        if not pairs:
            return None
        first, second = max(pairs, key=lambda pair: abs(self.correlations[pair]))
        return self.labels[first], self.labels[second], float(self.correlations[first, second])


def simulate_dataset(path: Path, plan: dict[str, Any], workers: int) -> Iterator[Progress]:
    """Simulate the data set `path`; `plan` holds the fields of a BuildPlan."""
    from microdesigner.data.build import BuildPlan, build_dataset

    return build_dataset(path, BuildPlan(**plan), workers)


@dataclass(frozen=True)
class Found:
    """What lies in the places that the user named; see `data.importing.FoundVolumes`."""

    summary: str
    shape: tuple[int, int, int]
    levels: tuple[float, ...] | None
    voxel_nm: tuple[float, float, float] | None
    oriented: bool
    mapping: tuple[tuple[float, int], ...]
    labelled: bool


@dataclass(frozen=True)
class Preview:
    """A layer [x, y] in grey and in phases, and the share of each phase."""

    grey: NDArray[np.float32]
    phases: NDArray[np.uint8]
    fractions: dict[str, float]


def look_for_volumes(sources: tuple[str, ...]) -> Iterator[Found]:
    """What lies in `sources`, as one event; raises InputError naming what is missing or unreadable."""
    from microdesigner.data.importing import find_volumes

    found = find_volumes(sources)
    yield Found(
        found.summary, found.shape, found.levels, found.voxel_nm, found.oriented, found.suggested_mapping,
        found.labelled,
    )  # fmt: skip


def preview_import(plan: dict[str, Any]) -> Iterator[Preview]:
    """The middle layer of the first volume as `plan`, the fields of an ImportPlan, would segment it."""
    from microdesigner.data.importing import find_volumes, segmentation_preview

    filled = _import_plan(plan)
    preview = segmentation_preview(find_volumes(filled.sources).volumes[0], filled)
    yield Preview(preview.grey, preview.phases, preview.fractions)


def import_volumes(path: Path, plan: dict[str, Any], workers: int) -> Iterator[Progress]:
    """Import into the data set `path`; `plan` holds the fields of an ImportPlan, its parts as fields again."""
    from microdesigner.data.importing import import_dataset

    path.parent.mkdir(parents=True, exist_ok=True)
    return import_dataset(path, _import_plan(plan), workers)


def _import_plan(plan: dict[str, Any]) -> "ImportPlan":
    from microdesigner.data.importing import Cut, ImportPlan, Segmentation

    parts: dict[str, Any] = {}
    if plan.get("segmentation"):
        parts["segmentation"] = Segmentation(**plan["segmentation"])
    if plan.get("cut"):
        parts["cut"] = Cut(**plan["cut"])
    return ImportPlan(**{**plan, **parts})


def report_dataset(path: Path) -> Iterator[Progress | DatasetReport]:
    """Check the data set `path`, yielding Progress and at last the report; raises InputError when it is unreadable."""
    from microdesigner.data.checks import check_dataset
    from microdesigner.data.statistics import correlations, distributions, principal_components
    from microdesigner.data.store import STATED, VolumeDataset

    yield Progress("check", 0, 1)
    dataset = VolumeDataset(path)
    description = dataset.description
    checks = check_dataset(dataset, description.conditions, description.process)
    known = [name for name in dataset.table if name not in BOOKKEEPING and not name.startswith(STATED)]
    varying = [name for name in known if np.ptp(dataset.table[name]) > 0]
    parameters = tuple(name for name in varying if _is_parameter(name, description.process))
    descriptors = tuple(name for name in varying if name not in parameters)
    labels = (*descriptors, *parameters)
    x, y, z = dataset.shape
    yield DatasetReport(
        path, description, len(dataset), int(dataset.held_out.sum()), (x, y, z), tuple(checks), descriptors, parameters,
        tuple(distributions(dataset, labels)), correlations(dataset, labels),
        principal_components(dataset, description.conditions),
    )  # fmt: skip


def _is_parameter(name: str, process: tuple[str, ...]) -> bool:
    return name in process or name not in SPECS or SPECS[name].kind == "process"
