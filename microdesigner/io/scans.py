"""The numbers of a volume file before they are phases: labels or grey values, with what the file says about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.io.labels import EDGES_WITHOUT_UNIT, UNIT_UNKNOWN, Voxel, as_labels, volume


@dataclass(frozen=True)
class Scan:
    """`values` [x, y, z] of any number type, and what the file says of them.

    `edges` are the voxel edges, None where there are none; `record` is what a format keeps of a volume (see
    `labels.record_of`), with `UNIT_UNKNOWN` as provenance where the edges have no unit. `oriented`: the format says
    that z = 0 is the cathode side. `fractions`: phase fractions that the file states. `labels`: further numbers.
    """

    values: NDArray[Any]
    edges: Voxel | None = None
    record: Any = None
    oriented: bool = False
    fractions: tuple[float, ...] = ()
    labels: Mapping[str, float] = field(default_factory=dict)

    @property
    def voxel_nm(self) -> Voxel | None:
        """Voxel edges where the file gives them with their unit."""
        return None if self._entry("provenance") == UNIT_UNKNOWN else self.edges

    @property
    def lateral(self) -> Lateral | None:
        """The lateral boundary where the file tells it."""
        lateral = self._entry("lateral")
        return lateral if lateral in ("periodic", "no-flux") else None

    def labelled(self, path: Path) -> Microstructure:
        """The volume, where the values are phase labels; edges without a known unit stay unknown. Raises InputError."""
        phases = np.ascontiguousarray(as_labels(path, self.values))
        read = volume(path, phases, self.voxel_nm, self.record)
        if self.edges is None or self.voxel_nm is not None:
            return read
        return read.with_provenance(**{EDGES_WITHOUT_UNIT: list(self.edges)})

    def _entry(self, name: str) -> Any:
        return self.record.get(name) if isinstance(self.record, Mapping) else None
