"""Every answer that an import needs, in one value that a data set can record."""

from dataclasses import dataclass
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Lateral
from microdesigner.core.phases import LEAST_PHASES, MOST_PHASES
from microdesigner.io.options import ImportOptions, RawLayout
from microdesigner.io.orientation import FACES, Face
from microdesigner.io.segmentation import Segmentation

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Cut:
    """How a tomogram becomes overlapping subvolumes: `window` and `stride` in voxels of the source film. A window of
    two numbers, along x and y, is as high as the film is thick; one of three is cut along z too; None is as wide as the
    film is thick, the paper's cubes."""

    stride: int = 4
    window: tuple[int, int] | Triple | None = None

    def __post_init__(self) -> None:
        if self.stride < 1:
            raise InputError(f"The stride must be at least 1 voxel; got {self.stride}.")
        if self.window and min(self.window) < 1:
            raise InputError(f"The window must be at least 1 voxel wide; got {self.window}.")


@dataclass(frozen=True)
class ImportPlan:
    """What to import and how; everything but `sources` is an answer that files may leave open.

    `sources`: files, folders or glob patterns, as `find_volumes` takes them.
    `voxel_nm`: voxel edges along the axes of the source; None takes the file's own, and it must have them.
    `cathode`: the face of the source volume that becomes z = 0, at the cathode where there is one. Its axis becomes the
    film's normal; the other two keep their order as x and y. None takes z-, where the format says so (VTI, GraSPI text,
    own data sets) or the phases are not donor and acceptor.
    `lateral`: whether the film wraps; None takes the file's own, else no-flux. Cut subvolumes never wrap.
    `segmentation`: for grey values; None for labels. `mapping`: pairs (value or band, phase label); empty for values
    that are 0 donor, 1 acceptor, 2 mixed already, and for bands that are donor, (mixed,) acceptor from dark to bright.
    `cut`: subvolumes of a tomogram; None takes volumes whole. `resize`: voxels of every stored volume (nearest
    neighbour), None keeps them. `origin`: where the volumes come from, their licence and citation, for the cards of
    models that learn from them. `isotropic`: the material has no direction, so that training may turn and mirror its
    volumes in space; they must be cubes of cubic voxels.
    `recipes`: CSV of processing parameters by file name. `process`: which labels are processing parameters; None takes
    all of the CSV and those of phi, chi, log_time that the volumes carry. `group_by`: labels that make a series, whose
    volumes stay on one side of the split; None takes `series`, else phi and chi, where the volumes carry them.
    `array`, `axes`, `flip`, `raw`: how files are read, see `io.ImportOptions`; faces and edges are those of the volume
    as read. `names`: of labels; without them come those of the files, else donor, acceptor, mixed. Where the labels 0
    and 1 are so called, they are measured as GraSPI does, with the cathode at z = 0; other phases by their own names.
    `conditions`: measured descriptors to train on; None takes fractions and straight paths.
    """

    sources: tuple[str, ...]
    voxel_nm: tuple[float, float, float] | None = None
    cathode: Face | None = None
    lateral: Lateral | None = None
    segmentation: Segmentation | None = None
    mapping: tuple[tuple[float, int], ...] = ()
    cut: Cut | None = None
    resize: Triple | None = None
    recipes: Path | None = None
    process: tuple[str, ...] | None = None
    group_by: tuple[str, ...] | None = None
    conditions: tuple[str, ...] | None = None
    array: str | None = None
    axes: str | None = None
    flip: str = ""
    raw: RawLayout | None = None
    names: tuple[tuple[int, str], ...] = ()
    isotropic: bool = False
    origin: str = ""

    @property
    def reading(self) -> ImportOptions:
        """What readers must be told: which array, how its axes lie, and the layout of plain numbers."""
        return ImportOptions(array=self.array, axes=self.axes, flip=self.flip, raw=self.raw)

    def __post_init__(self) -> None:
        if not self.sources:
            raise InputError("There is nothing to import; name files, folders or a pattern such as 'part-*.h5'.")
        if self.voxel_nm and not all(0 < edge < float("inf") for edge in self.voxel_nm):
            raise InputError(f"Voxel edges must be positive lengths in nm; got {_listed(self.voxel_nm)}.")
        if self.cathode is not None and self.cathode not in FACES:
            raise InputError(f"The cathode's face must be one of {', '.join(FACES)}; got {self.cathode!r}.")
        if self.resize and not all(1 <= edge <= 4096 for edge in self.resize):
            raise InputError(f"The size of the volumes must lie between 1 and 4096 voxels; got {self.resize}.")
        if self.mapping:
            _check_mapping([value for value, _ in self.mapping], {phase for _, phase in self.mapping})
        _ = self.reading  # raises InputError naming an option that cannot be


def _check_mapping(values: list[float], phases: set[int]) -> None:
    if len(values) != len(set(values)):
        raise InputError("A value is mapped to two phases; keep one of them.")
    if phases != set(range(len(phases))) or not LEAST_PHASES <= len(phases) <= MOST_PHASES:
        raise InputError(
            f"The mapping must lead to {LEAST_PHASES} to {MOST_PHASES} phases with the labels 0, 1, 2 and so on, none "
            "left out; map some value to each."
        )


def _listed(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
