"""GraSPI's text files (.txt): the header `nx ny nz`, then labels with x fastest; 0 donor, 1 acceptor, 3 mixed.

GraSPI takes a file with nz = 1, or 0, for a 2-D film whose thickness runs along y; here that becomes a volume one voxel
deep in y.
The format records neither voxel edges nor lateral boundary nor origin.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import MIXED, Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.io import ising_morphology
from microdesigner.io.axes import fortran
from microdesigner.io.labels import check_size
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan

GRASPI_MIXED = 3
_LONGEST_HEADER = 200
_BLOCK = 1 << 24
_SPACES = np.frombuffer(b" \t\r\n", np.uint8)


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read a 2-D or 3-D GraSPI file, or a morphology of Ising_OPV, whose files have the same extension."""
    if ising_morphology.describes(path):
        return ising_morphology.scan(path, options)
    with path.open("rb") as file:
        nx, ny, nz = _shape(path, file.readline(_LONGEST_HEADER))
        check_size(path, (nx, ny, max(nz, 1)), most=path.stat().st_size)
        labels = _labels(path, file, nx * ny * max(nz, 1))
    if nz <= 1:
        ny, nz = 1, ny
    values, source = fortran(labels, (nx, ny, nz), options, path)
    return Scan(values, axes_from=source, phases_known=True, oriented=True)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write a GraSPI file, of a volume one voxel deep in y as a 2-D film.

    Raises InputError for labels that GraSPI has not, and for a film of one layer, which GraSPI would take for 2-D.
    """
    nx, ny, nz = microstructure.shape
    if microstructure.phases.max() > MIXED:
        raise InputError(f"{path} cannot hold more than the phases donor, acceptor and mixed; choose the format vti.")
    if nz == 1 and ny > 1:
        raise InputError(
            f"{path} cannot hold a film one layer thick, GraSPI would take y for z; choose the format vti."
        )
    header = f"{nx} {nz} 1\n" if ny == 1 else f"{nx} {ny} {nz}\n"
    labels = microstructure.phases.ravel(order="F").reshape(-1, nx)
    text = np.full((len(labels), 2 * nx), ord(" "), np.uint8)
    text[:, ::2] = np.where(labels == MIXED, GRASPI_MIXED, labels) + ord("0")
    text[:, -1] = ord("\n")
    write_bytes_atomic(path, header.encode() + text.tobytes())


def _shape(path: Path, line: bytes) -> tuple[int, int, int]:
    words = line.split()
    if len(words) not in (2, 3) or not all(word.isdigit() and len(word) < 10 for word in words):
        raise InputError(f"{path} does not start with 'nx ny nz'; give a GraSPI text file.")
    edges = [int(word) for word in words] + [1]
    return edges[0], edges[1], edges[2]


def _labels(path: Path, file: BinaryIO, expected: int) -> NDArray[np.uint8]:
    """All labels of the text in blocks, so that the text is never held as a whole."""
    found = np.empty(expected, np.uint8)
    count, after_digit = 0, False
    while block := file.read(_BLOCK):
        characters = np.frombuffer(block, np.uint8)
        is_label = ~np.isin(characters, _SPACES)
        two_in_a_row = bool((is_label[1:] & is_label[:-1]).any()) or (after_digit and bool(is_label[0]))
        labels = characters[is_label] - np.uint8(ord("0"))
        if two_in_a_row or not np.isin(labels, (0, 1, GRASPI_MIXED)).all():
            raise InputError(
                f"{path} holds something else than GraSPI's labels 0, 1 and 3 (mixed); map its labels first."
            )
        found[count : count + len(labels)] = labels[: max(0, expected - count)]
        count, after_digit = count + len(labels), bool(is_label[-1])
    if count != expected:
        raise InputError(f"{path} holds {count} labels but declares {expected}; copy or export it again.")
    found[found == GRASPI_MIXED] = MIXED
    return found
