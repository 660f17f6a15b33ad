"""Volumes from files, with the request and the measures that a file of this program carries along."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from microdesigner.app.sample_record import SampleRecord
from microdesigner.app.store.session import SUFFIX
from microdesigner.app.store.session_film import extracted_film
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import shipped
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.io import registry
from microdesigner.io.labelling import Coarse, finished
from microdesigner.io.labels import EDGES_WITHOUT_UNIT, UNIT_UNKNOWN
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions

Length = Annotated[float, Meta(gt=0, le=1e12)]
Edges = tuple[Length, Length, Length]
FIRST_RESULT = "first-result.vti"


@dataclass(frozen=True)
class Opened:
    """A volume as a sample; `request` is what it was generated for, None for a file of another program."""

    path: Path
    request: Request | None
    sample: Sample

    @property
    def voxel_known(self) -> bool:
        """Whether the file holds its voxel edges and their unit."""
        return self.sample.microstructure.voxel_nm is not None

    @property
    def edges_without_unit(self) -> tuple[float, float, float] | None:
        """Voxel edges that the file gives without a unit."""
        try:
            return msgspec.convert(self.sample.microstructure.provenance.get(EDGES_WITHOUT_UNIT), Edges)
        except ValueError:
            return None

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


def open_volume(path: Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Opened:
    """Read a volume as `options` say, or the film that a session carries; raises InputError naming the file when it
    cannot be read, MissingOptionError where only an answer of the user is missing."""
    return finished(opening(path, options))


def opening(path: Path, options: ImportOptions = AS_THE_FILE_SAYS) -> Generator[Progress | Coarse, None, Opened]:
    """`open_volume` in steps: progress, and a coarse view of a large volume first; closing the generator stops."""
    microstructure = _film_of(path) if path.suffix == SUFFIX else (yield from registry.reading(path, options))
    provenance = microstructure.provenance
    record = SampleRecord.of_fields(provenance.get("sample"))
    return Opened(path, _request(provenance.get("request")), record.sample(microstructure))


def _film_of(session: Path) -> Microstructure:
    with extracted_film(session) as path:
        try:
            return registry.read(path)
        except InputError as error:
            raise InputError(str(error).replace(str(path), f"The film in {session}")) from None


def _request(document: object) -> Request | None:
    if not isinstance(document, Mapping):
        return None
    try:
        return Request.from_json(document)
    except InputError:
        return None
