"""Are films copies of what their model was trained on?

`python -m microdesigner.evaluation.copies VOLUME FILM... --held-out X Y` lays a cube of each film on every place of the
volume that the model learned from, turned and mirrored in all ways, and tells the largest correlation. 1 is a copy. The
floor is what cubes of the volume's own corner that was held out (X and Y voxels wide) have with the rest of it.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import irfftn, next_fast_len, rfftn

from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.true_volume import cubes
from microdesigner.io import read
from microdesigner.training.volumes import TURNS_OF_CUBE, turned_cube

EDGE, LABEL = 48, 0
Field = NDArray[np.float32]


class Places:
    """Every place of a volume where a cube of `edge` voxels lies whole.

    Parameters
    ----------
    phases : ndarray of uint8, shape (x, y, z)
        The volume that was learned from.
    edge : int
        Voxels along the edges of the cubes to come.
    """

    def __init__(self, phases: NDArray[np.uint8], edge: int) -> None:
        self._inner = tuple(slice(edge - 1, length) for length in phases.shape)
        self._shape = tuple(next_fast_len(length + edge, real=True) for length in phases.shape)
        present = (phases == LABEL).astype(np.float32)
        self._mean = float(present.mean())
        self._spectrum = rfftn(present - self._mean, self._shape, workers=-1)
        share = self._summed(np.ones((edge,) * 3, np.float32)) / edge**3 + self._mean
        self._spread = np.sqrt(np.clip(share * (1 - share), 1e-6, None))

    def largest_correlation(self, cube: NDArray[np.uint8]) -> float:
        """Largest correlation coefficient of the indicators of the first phase in `cube` and in a place."""
        present = (cube == LABEL).astype(np.float32)
        spread = float(present.std())
        if not spread:
            return 0.0
        covariance = self._summed((present - present.mean())[::-1, ::-1, ::-1]) / present.size
        return float((covariance / self._spread).max() / spread)

    def _summed(self, kernel: Field) -> Field:
        """Sum over each place of the volume (less its mean) times a kernel, which lies reversed."""
        whole: Field = irfftn(self._spectrum * rfftn(kernel, self._shape, workers=-1), self._shape, workers=-1)
        return whole[self._inner]


def turns(cube: NDArray[np.uint8], count: int = TURNS_OF_CUBE) -> Iterable[NDArray[np.uint8]]:
    """The first `count` of the 48 turned and mirrored images of a cube that training sees."""
    for element in range(count):
        yield turned_cube(torch.from_numpy(cube), element).numpy()


def likenesses(films: Iterable[Microstructure], places: Places, edge: int, count: int = TURNS_OF_CUBE) -> list[float]:
    """Of the cube in the corner of each film, the largest correlation with any place, turned in `count` ways."""
    corners = (film.phases[:edge, :edge, :edge] for film in films)
    return [max(places.largest_correlation(turned) for turned in turns(corner, count)) for corner in corners]


def main(arguments: Sequence[str]) -> int:
    """Print the largest correlation of each film that `arguments` name, and those of held-out cubes."""
    parser = argparse.ArgumentParser(prog="python -m microdesigner.evaluation.copies")
    parser.add_argument("volume", type=Path, help="file of the volume that was learned from")
    parser.add_argument("films", type=Path, nargs="+", help="files of films of the same phases")
    parser.add_argument("--held-out", type=int, nargs=2, required=True, metavar=("X", "Y"), help="the corner's voxels")
    parser.add_argument("--turns", type=int, default=TURNS_OF_CUBE,
        help=f"images of each cube that are tried ({TURNS_OF_CUBE})")  # fmt: skip
    args = parser.parse_args(arguments)
    volume, (x, y) = read(args.volume), args.held_out
    corner = Microstructure(volume.phases[:x, :y], volume.voxel_nm, "no-flux", volume.phase_names)
    learned = volume.phases.copy()
    learned[:x, :y] = 1 - LABEL
    places = Places(learned, EDGE)
    known = likenesses(cubes(corner, EDGE)[: len(args.films)], places, EDGE, args.turns)
    found = likenesses(map(read, args.films), places, EDGE, args.turns)
    print(f"held-out cubes of {EDGE} voxels: largest correlation {max(known):.3f}, mean {np.mean(known):.3f}")
    print(f"films, cubes as large: largest correlation {max(found):.3f}, mean {np.mean(found):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
