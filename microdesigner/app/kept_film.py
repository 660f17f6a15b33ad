"""A film, or a picture of its section, of which a part is kept while the rest is generated."""

from dataclasses import dataclass

import numpy as np

from microdesigner.app.kept_region import Shape
from microdesigner.core.given import Given
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.regions import AXES

STORED = "a part of a stored film"


@dataclass(frozen=True, eq=False)
class KeptFilm:
    """A film of which a part is kept; two are the same only if they are one object.

    Attributes
    ----------
    phases : PhaseArray
        Labels [x, y, z]; of a section, one voxel along one of the axes.
    name : str
        For people.
    phase_names : tuple of str
        Names of the labels; empty where they are those of any model.
    voxel_nm : three float or None
        Voxel edges, where they are known.
    known : Given, optional
        The part that alone is known of it, where it comes from a request; None for all.
    upright : bool
        Whether a section is a picture, whose lower edge lies on the film's lower face where it stands upright.
    """

    phases: PhaseArray
    name: str
    phase_names: tuple[str, ...] = ()
    voxel_nm: tuple[float, float, float] | None = None
    known: Given | None = None
    upright: bool = False

    @classmethod
    def of(cls, volume: Microstructure, name: str, upright: bool = False) -> "KeptFilm":
        """A volume under this name."""
        return cls(volume.phases, name, volume.phase_names, volume.voxel_nm, upright=upright)

    @classmethod
    def of_given(cls, given: Given) -> "KeptFilm":
        """What a request keeps, of which no more than that is known."""
        return cls(given.filled(), given.region or STORED, known=given)

    @property
    def shape(self) -> Shape:
        """Voxels along x, y, z."""
        x, y, z = self.phases.shape
        return x, y, z

    @property
    def section(self) -> bool:
        """Whether it is a plane of voxels, which stands for a layer of the film."""
        return 1 in self.shape

    def picture(self, axis: int) -> PhaseArray:
        """Labels of a section [first, second axis] as it lies across `axis`."""
        thin = self.shape.index(1)
        plane = np.take(self.phases, 0, thin)
        return plane[:, ::-1] if self.upright and axis != AXES.index("z") else plane
