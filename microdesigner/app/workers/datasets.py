"""Data sets as a wizard makes and shows them. The generators run in a worker of their own: they
load torch, or read the labels of thousands of volumes."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.descriptor_spec import OF_GRASPI, known_spec
from microdesigner.core.events import Progress

if TYPE_CHECKING:
    from microdesigner.data.check import Check
    from microdesigner.data.statistics import Distribution, PrincipalComponents, Redundancy
    from microdesigner.data.store import Description

SECONDS_A_VOXEL = 4e-5
"""Of a series, which takes the same whatever its snapshots, on one core."""
BYTES_A_FIELD_VOXEL, BYTES_A_VOLUME_VOXEL = 0.7, 0.09
"""Of the compressed files of a series' fields and of the data set."""
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

    @property
    def labels(self) -> tuple[str, ...]:
        """Descriptors, then parameters."""
        return (*self.descriptors, *self.parameters)

    @property
    def usable(self) -> bool:
        """Whether training can start."""
        return all(check.severity != "error" for check in self.checks)

    def correlations_of(self, chosen: tuple[str, ...]) -> NDArray[np.float64]:
        """Pearson correlations (chosen, chosen)."""
        places = [self.labels.index(name) for name in chosen]
        matrix: NDArray[np.float64] = self.correlations[np.ix_(places, places)]
        return matrix

    def components_of(self, chosen: tuple[str, ...]) -> "PrincipalComponents":
        """Principal components of the standardised labels `chosen`."""
        from microdesigner.data.statistics import principal_components

        return principal_components(chosen, self.correlations_of(chosen))

    def redundant(self, chosen: tuple[str, ...]) -> "Redundancy | None":
        """Which of `chosen` the others tell nearly all about; None where each says something of its own."""
        from microdesigner.data.statistics import most_redundant

        return most_redundant(chosen, self.correlations_of(chosen))


def simulation_cost(plan: Mapping[str, Any], workers: int) -> tuple[float, int]:
    """About how many seconds `workers` cores take for the fields of a BuildPlan, and how many bytes its files have."""
    voxels = math.prod(plan["size"])
    fields = plan["series"] * plan["snapshots"] * voxels
    volumes = fields * (plan["thicknesses"] if plan["phases"] == 3 else 1)
    rounds = math.ceil(plan["series"] / workers)
    return rounds * voxels * SECONDS_A_VOXEL, round(fields * BYTES_A_FIELD_VOXEL + volumes * BYTES_A_VOLUME_VOXEL)


def simulate_dataset(path: Path, plan: dict[str, Any], workers: int) -> Iterator[Progress]:
    """Simulate the data set `path`; `plan` holds the fields of a BuildPlan."""
    from microdesigner.data.build import BuildPlan, build_dataset

    return build_dataset(path, BuildPlan(**plan), workers)


def report_dataset(path: Path) -> Iterator[Progress | DatasetReport]:
    """Check the data set `path`, yielding Progress and at last the report; raises InputError when it is unreadable."""
    from microdesigner.data.checks import check_dataset
    from microdesigner.data.statistics import correlations, distributions
    from microdesigner.data.store import STATED, VolumeDataset

    yield Progress("check", 0, 1)
    dataset = VolumeDataset(path)
    description = dataset.description
    checks = check_dataset(dataset, description.conditions, description.process)
    known = [name for name in dataset.table if name not in BOOKKEEPING and not name.startswith(STATED)]
    varying = [name for name in known if np.ptp(dataset.table[name]) > 0]
    parameters = tuple(name for name in varying if _is_parameter(name, description))
    descriptors = tuple(name for name in varying if name not in parameters)
    if (description.origin or {}).get("command") == "dataset build":
        parameters = tuple(name for name in parameters if name in description.process)  # the rest says the same again
    labels = (*descriptors, *parameters)
    x, y, z = dataset.shape
    yield DatasetReport(
        path, description, len(dataset), int(dataset.held_out.sum()), (x, y, z), tuple(checks), descriptors, parameters,
        tuple(distributions(dataset, labels)), correlations(dataset, labels),
    )  # fmt: skip


def _is_parameter(name: str, description: "Description") -> bool:
    if name in (*description.process, *description.conditions):
        return name in description.process
    if name.startswith(OF_GRASPI):
        return False
    return (spec := known_spec(name)) is None or spec.kind == "process"
