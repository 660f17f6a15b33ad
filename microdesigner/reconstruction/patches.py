"""Small squares of pictures, and how unlike their distribution is to that of the slices of a film."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

EDGE = 7
"""Pixels along a patch."""
POOL, COMPARED, FINER = 1 << 16, 4096, 2
"""Patches kept of the pictures; compared at a time for each direction of the film; and so many of the pictures for one
of the film, so that their quantiles are the surer ones."""
DIRECTIONS = 64
WHITENED, FLOOR = 0.15, 0.01
"""Weight of functions in which all details vary alike, and the least variance, over the mean one, of a detail."""


class PatchStatistics:
    """The patches of `pictures` (phases, x, y), turned and mirrored in all eight ways.

    Distributions are compared by sliced Wasserstein distances (Rabin et al. 2012): those of random linear functions of
    the patches, which are found by sorting. Half of the functions are random directions, which hear of domains most;
    the others are random among the whitened patches, so that they hear of single voxels and of edges as well.
    """

    def __init__(self, pictures: Sequence[Tensor], generator: torch.Generator) -> None:
        turned = [_turned(picture, way) for picture in pictures for way in range(8)]
        each = -(-POOL // len(turned))
        self._patches = torch.cat([random_patches(picture[None], each, generator) for picture in turned])
        centred = self._patches - self._patches.mean(0)
        variances, axes = torch.linalg.eigh(centred.T @ centred / len(centred))
        least = FLOOR * variances.mean() + torch.finfo(variances.dtype).tiny
        self._whitening = WHITENED * axes * (variances.clamp_min(0) + least).rsqrt()
        self._generator = generator

    def distance(self, film: Tensor) -> Tensor:
        """Mean squared distance of random patches of the film's slices along x, y and z from those of the pictures.

        Parameters
        ----------
        film : Tensor (phases, x, y, z)
            Share of each phase in each voxel.
        """
        own = self._generator
        random = F.normalize(torch.randn(DIRECTIONS, self._patches.shape[1], generator=own), dim=1)
        directions = torch.cat([random[::2], random[1::2] @ self._whitening.T])
        chosen = torch.randint(len(self._patches), (FINER * COMPARED,), generator=own)
        wanted = (directions @ self._patches[chosen].T).sort(dim=1).values
        wanted = wanted.view(DIRECTIONS, COMPARED, FINER).mean(2)
        distances = []
        for axis in (1, 2, 3):
            slices = film.movedim(axis, 0)  # (layers, phases, ., .)
            found = (directions @ random_patches(slices, COMPARED, own).T).sort(dim=1).values
            distances.append((found - wanted).square().mean())
        return torch.stack(distances).mean()


def random_patches(pictures: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """`count` random patches (count, phases · EDGE²) of `pictures` (n, phases, x, y)."""
    number, _, width, height = pictures.shape
    picture, left, low = (
        torch.randint(edge, (count, 1, 1), generator=generator)
        for edge in (number, width - EDGE + 1, height - EDGE + 1)
    )
    steps = torch.arange(EDGE)
    return pictures[picture, :, left + steps[:, None], low + steps].flatten(1)


def _turned(picture: Tensor, way: int) -> Tensor:
    """`picture` (phases, x, y) in one of its eight ways to lie."""
    picture = picture.transpose(1, 2) if way & 4 else picture
    return picture.flip([axis for bit, axis in ((1, 1), (2, 2)) if way & bit])
