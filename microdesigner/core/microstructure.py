"""The one volume type that every part of the program exchanges."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.slabs import greatest

Lateral = Literal["periodic", "no-flux"]
PhaseArray = NDArray[np.uint8]

DONOR, ACCEPTOR, MIXED = 0, 1, 2
PHASE_NAMES = ("donor", "acceptor", "mixed")
MAX_VOXELS = 1 << 31
DEFAULT_SIZE = (128, 128, 64)
"""Voxels of a film where nobody asks for others, as the published data sets have them."""


@dataclass(frozen=True)
class Microstructure:
    """A labelled volume of a film.

    Parameters
    ----------
    phases
        Labels, uint8 of shape (x, y, z). z is the film thickness: z = 0 is the cathode side, the last layer the anode
        side. Labels index `phase_names`.
    voxel_nm
        Voxel edges along x, y, z in nm; None where they are unknown, as for files that do not record them.
    lateral
        Boundary along x and y: "periodic" (the faces wrap) or "no-flux" (they are walls). z never wraps.
    phase_names
        Names of the labels 0, 1, ...
    provenance
        Any record of the volume's origin that JSON can hold.

    Raises
    ------
    InputError
        When the array is not three-dimensional or empty, holds another type than uint8 or a label without a name, or a
        voxel edge is no positive length.

    Examples
    --------
    >>> labels = np.zeros((16, 16, 8), np.uint8)
    >>> labels[:, :, 4:] = 1
    >>> volume = Microstructure(labels, voxel_nm=(1.0, 1.0, 2.0), phase_names=("donor", "acceptor"))
    >>> volume.shape, volume.periodic, volume.length_unit
    ((16, 16, 8), True, 'nm')
    """

    phases: PhaseArray
    voxel_nm: tuple[float, float, float] | None = (1.0, 1.0, 1.0)
    lateral: Lateral = "periodic"
    phase_names: tuple[str, ...] = PHASE_NAMES
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.phases.ndim != 3 or self.phases.size == 0:
            raise InputError(
                f"A volume needs three dimensions with voxels in each; this one has shape {self.phases.shape}."
            )
        if self.phases.dtype != np.uint8:
            raise InputError(f"Phase labels must be 8-bit whole numbers; this volume holds {self.phases.dtype}.")
        if self.voxel_nm is not None and not all(np.isfinite(edge) and edge > 0 for edge in self.voxel_nm):
            raise InputError(f"Voxel edges must be positive lengths in nm; this volume has {self.voxel_nm}.")
        highest = greatest(self.phases)
        if highest >= len(self.phase_names):
            raise InputError(
                f"The volume holds the label {highest} but only {len(self.phase_names)} phases are named; "
                "segment it or map its labels first."
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along x, y, z."""
        x, y, z = self.phases.shape
        return x, y, z

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel edges along x, y, z in `length_unit`: for proportions, where an unknown edge counts as one voxel."""
        return self.voxel_nm or (1.0, 1.0, 1.0)

    @property
    def length_unit(self) -> str:
        """Unit of lengths measured with `spacing`: nm, or voxels where the voxel edges are unknown."""
        return "nm" if self.voxel_nm else "voxels"

    @property
    def periodic(self) -> bool:
        """Whether the lateral faces wrap."""
        return self.lateral == "periodic"

    def with_provenance(self, **entries: Any) -> "Microstructure":
        """The same volume with `entries` added to its provenance."""
        return replace(self, provenance={**self.provenance, **entries})
