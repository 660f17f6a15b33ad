"""What the user says of a file where the file itself says nothing, or something else: the same for every command and
for the window."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.io.segmentation import Segmentation

Voxel = tuple[float, float, float]
Mapping = tuple[tuple[float, int], ...]
Question = Literal["array", "axes", "voxel", "map", "raw", "segment"]
MOST_LABELS = 255


class MissingOptionError(InputError):
    """A file leaves a question open: `question` names the option that answers it, `found` what there is to choose from
    (names of arrays, values, a range)."""

    def __init__(self, message: str, question: Question, found: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.question: Question = question
        self.found = found


@dataclass(frozen=True)
class RawLayout:
    """How the numbers of a RAW file lie: voxels along x, y, z and their type by NumPy's name, such as uint8, or >u2 for
    big-endian numbers."""

    shape: tuple[int, int, int]
    dtype: str

    def __post_init__(self) -> None:
        if min(self.shape) < 1:
            raise InputError(f"The dimensions of a RAW file must be positive; got {' '.join(map(str, self.shape))}.")
        try:
            kind: str = np.dtype(self.dtype).kind
        except (TypeError, ValueError):
            kind = ""
        if kind not in tuple("biuf"):
            raise InputError(f"A RAW file holds numbers such as uint8, uint16, >u2 or float32; got '{self.dtype}'.")


@dataclass(frozen=True)
class ImportOptions:
    """The user's choices about one file; None and empty leave a question to the file.

    `array`: which of several arrays or data sets. `axes`: the axes of the stored array in the order of its indices
    (slowest first), such as zyx. `voxel_nm`: voxel edges along x, y, z in nm. `mapping`: label of each value (of each
    band, where there is a `segmentation`), `names`: names of labels. `flip`: axes to reverse, such as z. `raw`: layout
    of a file without a header.
    """

    array: str | None = None
    axes: str | None = None
    voxel_nm: Voxel | None = None
    mapping: Mapping = ()
    names: tuple[tuple[int, str], ...] = ()
    flip: str = ""
    raw: RawLayout | None = None
    segmentation: Segmentation | None = None

    def __post_init__(self) -> None:
        if self.axes is not None and sorted(self.axes) != ["x", "y", "z"]:
            raise InputError(
                f"The axes are the letters x, y and z in the order of the array, such as zyx; got '{self.axes}'."
            )
        if not set(self.flip) <= set("xyz"):
            raise InputError(f"Only the axes x, y and z can be reversed; got '{self.flip}'.")
        if self.voxel_nm is not None and not all(0 < edge < float("inf") for edge in self.voxel_nm):
            raise InputError(f"Voxel edges must be positive lengths; got {' '.join(f'{e:g}' for e in self.voxel_nm)}.")
        values = [value for value, _ in self.mapping]
        if len(values) != len(set(values)):
            raise InputError("A value is mapped to two phases; leave one of them out.")
        if not all(0 <= label < MOST_LABELS for _, label in self.mapping):
            raise InputError(f"Labels lie between 0 and {MOST_LABELS - 1}.")


AS_THE_FILE_SAYS = ImportOptions()
