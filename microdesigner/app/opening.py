"""Volumes from files, with the request and the measures that a file of this program carries along."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.io import registry


@dataclass(frozen=True)
class Opened:
    """A volume as a sample; `request` is what it was generated for, None for a file of another program."""

    path: Path
    request: Request | None
    sample: Sample


def open_volume(path: Path) -> Opened:
    """Read a volume; raises InputError naming the file when it cannot be read."""
    microstructure = registry.read(path)
    provenance = microstructure.provenance
    entry = provenance.get("sample")
    entry = entry if isinstance(entry, Mapping) else {}
    known = {
        name: entry[name] for name in ("measured", "reasons", "predicted", "process", "match") if _is_table(entry, name)
    }
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
