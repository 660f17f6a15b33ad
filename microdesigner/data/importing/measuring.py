"""What a process does with its share of an import: load, cut, resize, measure, pack."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.quantity import size_words
from microdesigner.data.dataset_writing import PackedVolume, Volume, packed
from microdesigner.data.importing.film import FilmPlan, load_film, resized
from microdesigner.data.importing.pieces import Piece
from microdesigner.data.importing.plan import Triple
from microdesigner.data.measured import measure
from microdesigner.data.store import STATED
from microdesigner.io.labels import Voxel
from microdesigner.io.orientation import turned_edges


@dataclass(frozen=True)
class MeasuringPlan:
    """How pieces become volumes of `shape`; whole sources must have the `source` shape. All shapes are [x, y, z] of
    the oriented film, `voxel_nm` is that of the stored volumes."""

    film: FilmPlan
    source: Triple
    shape: Triple
    conditions: tuple[str, ...]

    @property
    def voxel_nm(self) -> Voxel:
        """Voxel edges of the stored volumes."""
        edges = turned_edges(self.film.voxel_nm, self.film.cathode)
        x, y, z = (edge * old / new for edge, old, new in zip(edges, self.source, self.shape, strict=True))
        return x, y, z


@dataclass
class Measured:
    """Volumes ready to store, and the reason for each that was left out."""

    volumes: list[PackedVolume] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def measured(pieces: Sequence[Piece], plan: MeasuringPlan) -> Measured:
    """Make and measure `pieces`; one whose conditions do not all exist is left out. Raises InputError naming a source
    that does not fit."""
    done = Measured()
    for piece in pieces:
        phases = _phases(piece, plan)
        microstructure = Microstructure(phases, plan.voxel_nm, plan.film.lateral, plan.film.phase_names)
        report = measure(microstructure, {*piece.labels, *plan.conditions})
        unknown = [name for name in plan.conditions if name not in report.values and name not in piece.labels]
        if unknown:
            raise InputError(
                f"'{unknown[0]}' is not measured on these volumes; choose conditions among {', '.join(report.values)}."
            )
        missing = [name for name in plan.conditions if report.values.get(name, 0) is None]
        if missing:
            done.left_out.append(report.reasons[missing[0]])
            continue
        stated = {STATED + name if name in report.values else name: value for name, value in piece.labels.items()}
        found = {name: float(value) for name, value in report.values.items() if value is not None}
        done.volumes.append(packed(Volume(piece.name, phases, stated | found)))
    return done


def _phases(piece: Piece, plan: MeasuringPlan) -> PhaseArray:
    film = load_film(piece.source, plan.film)
    if piece.window is None:
        if film.shape != plan.source:
            raise InputError(
                f"{piece.source.path} has {size_words(film.shape)} voxels, other than the {size_words(plan.source)} of "
                "the first volume; cut all into windows of one size, or import them apart."
            )
    else:
        (x, y, z), (width, depth, height) = piece.window.origin, piece.window.size
        film = film[x : x + width, y : y + depth, z : z + height]
    return resized(film, plan.shape) if film.shape != plan.shape else film
