"""Volumes that are written tile by tile: what is known of one before its labels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from microdesigner.core.microstructure import Lateral, Microstructure, PhaseArray

PutTile = Callable[[slice, slice, PhaseArray], None]
"""Voxels along x and along y, and the labels [x, y, z] there."""


@dataclass(frozen=True)
class TiledVolume:
    """A volume of so many voxels along x, y and z, as `Microstructure` describes it, without its labels."""

    shape: tuple[int, int, int]
    voxel_nm: tuple[float, float, float] | None
    lateral: Lateral
    phase_names: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel edges along x, y, z, for proportions: where they are unknown, 1."""
        return self.voxel_nm or (1.0, 1.0, 1.0)


def described(microstructure: Microstructure) -> TiledVolume:
    """What is known of a volume in memory."""
    ours = microstructure
    return TiledVolume(ours.shape, ours.voxel_nm, ours.lateral, ours.phase_names, ours.provenance)
