"""Volumes from files, with the request and the measures that a file of this program carries along."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from microdesigner.app.sample_record import SampleRecord
from microdesigner.app.store.session import SUFFIX
from microdesigner.app.store.session_film import extracted_film
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.core.paths import shipped
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.slabs import settled
from microdesigner.core.steps import result_of
from microdesigner.io import volumes
from microdesigner.io.labelling import Coarse, Working
from microdesigner.io.labels import UNIT_TAKEN
from microdesigner.io.options import AS_THE_FILE_SAYS, ImportOptions
from microdesigner.io.orientation import Face, turned, turned_edges
from microdesigner.io.scans import Scan

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
        volume = self.sample.microstructure
        return volume.voxel_nm is not None and not volume.provenance.items() >= UNIT_TAKEN.items()


@dataclass(frozen=True)
class SlicePlace:
    """Where one layer lies in a film that is built around it: as layer `layer` across `axis`."""

    axis: Annotated[int, Meta(ge=0, le=2)]
    layer: Annotated[int, Meta(ge=0, lt=2**31)]


@dataclass(frozen=True)
class Choices:
    """What the user says of one file; `cathode` is the face of the volume, as it is read, that becomes z = 0. With a
    `place` its one layer is a slice of a film to come."""

    options: ImportOptions = AS_THE_FILE_SAYS
    cathode: Face = "z-"
    place: SlicePlace | None = None


NO_CHOICES = Choices()


def first_result() -> Path | None:
    """The result that ships with the program, to be shown before the user has one."""
    path = shipped("resources") / FIRST_RESULT
    return path if path.is_file() else None


def open_volume(path: Path, choices: Choices = NO_CHOICES) -> Opened:
    """Read a volume as `choices` say, or the film that a session carries; raises InputError naming the file when it
    cannot be read, MissingOptionError where only an answer of the user is missing."""
    return result_of(opening(path, choices))


def opening(path: Path, choices: Choices = NO_CHOICES) -> Generator[Progress | Coarse, None, Opened]:
    """`open_volume` in steps: progress, and a coarse view of a large volume first; closing the generator stops."""
    if path.suffix == SUFFIX:
        microstructure = _film_of(path)
    else:
        microstructure = yield from _turning(_reading(path, choices.options), choices.cathode)
    provenance = microstructure.provenance
    record = SampleRecord.of_fields(provenance.get("sample"))
    return Opened(path, _request(provenance.get("request")), record.sample(microstructure))


def phases_defined(scan: Scan) -> bool:
    """Whether the file says what its labels are. Only the user can say that a value of another program is the donor."""
    return scan.phases_known or bool(isinstance(scan.record, Mapping) and scan.record.get("phase_names"))


def _reading(path: Path, options: ImportOptions) -> Working:
    scan = yield from volumes.scanning(path, options)
    standard = PHASE_NAMES if phases_defined(scan) else ()
    return (yield from volumes.labelling_of(path, scan, options, standard))


def _turning(work: Working, cathode: Face) -> Working:
    """`work` with every volume that comes out of it turned to the cathode."""
    with closing(work):
        while True:
            try:
                event = next(work)
            except StopIteration as end:
                return _turned(end.value, cathode)
            if isinstance(event, Coarse):
                event = Coarse(_turned(event.microstructure, cathode), turned_edges(event.size, cathode))
            yield event


def _turned(volume: Microstructure, cathode: Face) -> Microstructure:
    """`volume` with face `cathode` at z = 0; only its own lateral faces may wrap."""
    if cathode == "z-":
        return volume
    edges = turned_edges(volume.voxel_nm, cathode) if volume.voxel_nm else None
    lateral = volume.lateral if cathode == "z+" else "no-flux"
    phases = settled(turned(volume.phases, cathode))
    return replace(volume, phases=phases, voxel_nm=edges, lateral=lateral)


def _film_of(session: Path) -> Microstructure:
    with extracted_film(session) as path:
        try:
            return volumes.read(path)
        except InputError as error:
            raise InputError(str(error).replace(str(path), f"The film in {session}")) from None


def _request(document: object) -> Request | None:
    if not isinstance(document, Mapping):
        return None
    try:
        return Request.from_json(document)
    except InputError:
        return None
