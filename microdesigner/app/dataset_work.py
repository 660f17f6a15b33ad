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
    from microdesigner.data.importing import FoundVolumes, ImportPlan, SegmentationPreview, SourceVolume
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


def look_for_volumes(sources: tuple[str, ...]) -> "Iterator[FoundVolumes]":
    """What lies in `sources`, as one event."""
    from microdesigner.data.importing import find_volumes

    yield find_volumes(sources)


def preview_segmentation(source: "SourceVolume", plan: "ImportPlan") -> "Iterator[SegmentationPreview]":
    """The middle layer of `source` in grey and in phases, as one event."""
    from microdesigner.data.importing import segmentation_preview

    yield segmentation_preview(source, plan)


def report_dataset(path: Path) -> Iterator[Progress | DatasetReport]:
    """Check the data set `path`, yielding Progress and at last the report; raises InputError when it is unreadable."""
    from microdesigner.data.checks import check_dataset
    from microdesigner.data.statistics import correlations, distributions, principal_components
    from microdesigner.data.store import VolumeDataset

    yield Progress("check", 0, 1)
    dataset = VolumeDataset(path)
    description = dataset.description
    checks = check_dataset(dataset, description.conditions, description.process)
    varying = [name for name, values in dataset.table.items() if name not in BOOKKEEPING and np.ptp(values) > 0]
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
