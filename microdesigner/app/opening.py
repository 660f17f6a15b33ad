"""Volumes from files, with the request and the measures that a file of this program carries along."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError
from microdesigner.core.paths import shipped
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.io import registry
from microdesigner.io.labels import EDGES_WITHOUT_UNIT, UNIT_UNKNOWN

_TABLES = ("measured", "reasons", "predicted", "process", "draws", "match")
FIRST_RESULT = "first-result.vti"


@dataclass(frozen=True)
class Opened:
    """A volume as a sample; `request` is what it was generated for, None for a file of another program."""

    path: Path
    request: Request | None
    sample: Sample

    @property
    def voxel_known(self) -> bool:
        """Whether the file tells its voxel edges and their unit."""
        return self.sample.microstructure.voxel_nm is not None

    @property
    def edges_without_unit(self) -> tuple[float, float, float] | None:
        """Voxel edges that the file gives without a unit."""
        edges = self.sample.microstructure.provenance.get(EDGES_WITHOUT_UNIT)
        return (edges[0], edges[1], edges[2]) if isinstance(edges, list) and len(edges) == 3 else None

    def with_voxel_nm(self, edges: tuple[float, float, float]) -> "Opened":
        """The same volume with voxel edges given by the user."""
        volume = self.sample.microstructure
        origin = {
            key: value for key, value in volume.provenance.items() if key not in (*UNIT_UNKNOWN, EDGES_WITHOUT_UNIT)
        }
        volume = replace(volume, voxel_nm=edges, provenance=origin).with_provenance(voxel_nm_given=list(edges))
        return replace(self, sample=replace(self.sample, microstructure=volume))


def first_result() -> Path | None:
    """The result that ships with the program, to be shown before the user has one."""
    path = shipped("resources") / FIRST_RESULT
    return path if path.is_file() else None


def open_volume(path: Path) -> Opened:
    """Read a volume; raises InputError naming the file when it cannot be read."""
    microstructure = registry.read(path)
    provenance = microstructure.provenance
    entry = provenance.get("sample")
    entry = entry if isinstance(entry, Mapping) else {}
    known = {name: entry[name] for name in _TABLES if _is_table(entry, name)}
    seed, support = entry.get("seed"), entry.get("support")
    sample = Sample(
        microstructure,
        seed if isinstance(seed, int) else 0,
        known.pop("measured", {}),
        support=support if isinstance(support, float) else None,
        **known,
    )
    return Opened(path, _request(provenance.get("request")), sample)


def _is_table(entry: Mapping[str, Any], name: str) -> bool:
    return isinstance(entry.get(name), dict)


def _request(document: object) -> Request | None:
    if not isinstance(document, Mapping):
        return None
    try:
        return Request.from_json(document)
    except InputError:
        return None
