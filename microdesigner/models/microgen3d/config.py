"""What distinguishes the published models from one another."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class MicroGen3DConfig:
    """Latent channels; whether the first convolution halves the volume too; voxels along x, y, z; the grey level that
    stands for each label; columns of the predictor's output that are conditions, and those that are the recipe."""

    latent_channels: int
    first_halves: bool
    shape: tuple[int, int, int]
    levels: tuple[float, ...]
    conditions: tuple[int, ...]
    process: tuple[int, ...]
    outputs: int

    @property
    def phases(self) -> int:
        """How many labels there are."""
        return len(self.levels)

    @property
    def factor(self) -> int:
        """Voxels per latent voxel along an edge."""
        return 16 if self.first_halves else 8

    @property
    def latent_size(self) -> int:
        """Numbers in a latent."""
        return self.latent_channels * math.prod(edge // self.factor for edge in self.shape)
