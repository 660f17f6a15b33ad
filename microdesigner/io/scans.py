"""The numbers of a volume file before they are phases: labels or grey values, with what the file says about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from microdesigner.core.microstructure import Lateral
from microdesigner.io.labels import UNIT_TAKEN, UNIT_UNKNOWN, Voxel

Source = Literal["file", "option", "convention"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a file says of its volume; what it does not say is None or empty.

    `voxel_nm`: voxel edges along x, y, z in nm; `edges_without_unit`: those that come without a unit. `axes_from`,
    `voxel_from`: whether the file, the user, or only a convention of its format says which axis is which, and in which
    unit the edges are. `record`: what a format keeps of a volume of this program (see `labels.record_of`).
    `phases_known`: the values are the labels 0 donor, 1 acceptor, 2 mixed by the format's definition. `oriented`: the
    format says that z = 0 is the cathode side. `value_names`: names of values. `array`, `arrays`: the array read and
    those to choose from. `fractions`: phase fractions that the file states. `labels`: further numbers.
    """

    voxel_nm: Voxel | None = None
    edges_without_unit: Voxel | None = None
    axes_from: Source = "file"
    voxel_from: Source = "file"
    record: Any = None
    phases_known: bool = False
    oriented: bool = False
    value_names: dict[str, str] = field(default_factory=dict)
    array: str | None = None
    arrays: tuple[str, ...] = ()
    fractions: tuple[float, ...] = ()
    labels: dict[str, float] = field(default_factory=dict)

    @property
    def lateral(self) -> Lateral | None:
        """The lateral boundary where the file tells it."""
        lateral = self.record.get("lateral") if isinstance(self.record, Mapping) else None
        return lateral if lateral in ("periodic", "no-flux") else None


@dataclass(frozen=True)
class Scan(Facts):
    """`values` [x, y, z] of any number type, and what the file says of them."""

    values: NDArray[Any]


def edge_facts(edges: Voxel | None, record: Any) -> dict[str, Any]:
    """The entries of `Facts` for edges in nm that stand beside the record of this program, whose provenance tells
    where a foreign file gave them without a unit."""
    provenance = record.get("provenance") if isinstance(record, Mapping) else None
    marks = provenance.items() if isinstance(provenance, Mapping) else {}.items()
    if marks >= UNIT_UNKNOWN.items():  # by version 0.1
        return {"voxel_nm": None, "edges_without_unit": edges}
    return {"voxel_nm": edges, "voxel_from": "convention" if marks >= UNIT_TAKEN.items() else "file"}
