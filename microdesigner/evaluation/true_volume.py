"""How like the material are films that were made from a part of it?

`python -m microdesigner.evaluation.true_volume VOLUME FILM...` compares them with a volume of the material, both cut
into cubes:

* two-point correlation, lineal path and chord lengths of every phase along x, y and z,
* tortuosity factor along z, Euler number and fraction of every phase, and the interfacial area.

Each error, of the mean over films from the mean over the volume, stands beside the distance between the two halves of
the volume: as far as the material is from itself.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.chord_length import chord_lengths
from microdesigner.descriptors.correlation import axis_correlation
from microdesigner.descriptors.curve import AXES
from microdesigner.descriptors.lineal_path import lineal_path
from microdesigner.descriptors.phase_bits import pack_phases
from microdesigner.descriptors.surface import interfacial_area
from microdesigner.descriptors.topology import euler_number
from microdesigner.descriptors.transport import transport_along_z
from microdesigner.evaluation.metrics import mean_curve, relative_distance
from microdesigner.io import read

EDGE = 96
Statistics = dict[str, NDArray[np.float64]]
"""Curves (n,) and numbers (1,) of one film by name; what does not exist is NaN."""


@dataclass(frozen=True)
class Comparison:
    """Relative L1 distance of the films' from the true mean of a statistic, and that of two halves of the truth."""

    name: str
    error: float
    floor: float


def cubes(volume: Microstructure, edge: int = EDGE) -> list[Microstructure]:
    """The volume in cubes of `edge` voxels, side by side, in the order of their places along x, y and z."""
    starts = product(*(range(0, length - edge + 1, edge) for length in volume.shape))
    return [
        replace(volume, phases=np.ascontiguousarray(volume.phases[x : x + edge, y : y + edge, z : z + edge]),
                lateral="no-flux")
        for x, y, z in starts
    ]  # fmt: skip


def statistics(film: Microstructure) -> Statistics:
    """What is compared of one film."""
    found: Statistics = {}
    for label, name in enumerate(film.phase_names):
        for axis in AXES:
            found[f"S2 {axis}, {name}"] = axis_correlation(film, axis, label).value
            found[f"lineal path {axis}, {name}"] = lineal_path(film, label, axis).value
            found[f"chord lengths {axis}, {name}"] = chord_lengths(film, label, axis).value
        transport = transport_along_z(film, label)
        found[f"tortuosity factor, {name}"] = np.array([np.nan if transport is None else transport.tortuosity_factor])
        found[f"Euler number, {name}"] = np.array([float(euler_number(film, label))])
        found[f"fraction, {name}"] = np.array([float((film.phases == label).mean())])
    found["interfacial area"] = np.array([interfacial_area(film, pack_phases(film.phases))])
    return found


def compared(films: Iterable[Microstructure], true: Sequence[Microstructure]) -> list[Comparison]:
    """Cubes of films beside those of the true volume, all of one size."""
    of_films = [statistics(film) for film in films]
    of_cubes = [statistics(cube) for cube in true]
    middle = len(of_cubes) // 2
    rows = []
    for name in of_cubes[0]:
        everything, found = _mean(of_cubes, name), _mean(of_films, name)
        halves = _mean(of_cubes[:middle], name), _mean(of_cubes[middle:], name)
        rows.append(Comparison(name, relative_distance(found, everything), relative_distance(*halves)))
    return rows


def _mean(films: Sequence[Statistics], name: str) -> NDArray[np.float64]:
    return mean_curve([film[name] for film in films])


def main(arguments: Sequence[str]) -> int:
    """Print the table of the files that `arguments` name."""
    parser = argparse.ArgumentParser(prog="python -m microdesigner.evaluation.true_volume")
    parser.add_argument("volume", type=Path, help="file of the true volume, which says its phases, as VTI does")
    parser.add_argument("films", type=Path, nargs="+", help="files of films of the same phases")
    parser.add_argument("--edge", type=int, default=EDGE, help=f"voxels along the edges of cubes ({EDGE})")
    args = parser.parse_args(arguments)
    films = [cube for path in args.films for cube in cubes(read(path), args.edge)]
    for row in compared(films, cubes(read(args.volume), args.edge)):
        print(f"{row.name:32}  error {row.error:.4f}  halves {row.floor:.4f}  ratio {row.error / row.floor:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
