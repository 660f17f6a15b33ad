"""Morphologies of Ising_OPV (.txt), which Excimontec takes for kinetic Monte Carlo: site types 1 donor and 2 acceptor.

Line by line: `Ising_OPV vVERSION - compressed format` (or `uncompressed`); sites along x, y and z; from version 4 on
whether x, y and z wrap, the number of site types, then the domain size and after these the fraction of each; in version
3.2 two domain sizes and the fraction of the donor. Then all sites, z fastest: runs (a digit for the type, then how many
sites), or, uncompressed, lines `x,y,z,type`. Excimontec collects electrons below z = 0 and holes above the last layer,
so films need not be turned.

The format records neither the distance of sites, which is a parameter of Excimontec, nor names nor origin.

Source: M. C. Heiber, https://github.com/MikeHeiber/Ising_OPV (4.0.2), https://github.com/MikeHeiber/Excimontec
"""

import re
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import ACCEPTOR, MAX_VOXELS, Microstructure, PhaseArray
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.quantity import size_words
from microdesigner.core.slabs import greatest
from microdesigner.io.axes import in_xyz
from microdesigner.io.labels import check_size
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan

_PROGRAM = b"Ising_OPV"
_FIRST_LINE = re.compile(rb"Ising_OPV v(3\.2|[4-9]\.)\S* - (un)?compressed format\s*")
_VERSION = "4.0.2"
_NOT_MEASURED = -1  # what Ising_OPV writes for a domain size then
_MOST_TYPES = 9
_LEAST_SITE_BYTES = len("0,0,0,1")
_LEAST_RUN_BYTES, _MOST_RUN_BYTES = 2, 11


def describes(path: Path) -> bool:
    """Whether `path` begins as such a file."""
    with path.open("rb") as file:
        return file.read(len(_PROGRAM)) == _PROGRAM


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read a file of Ising_OPV 3.2 or later, compressed or not."""
    first, *lines = path.read_bytes().split(b"\n", 2 * _MOST_TYPES + 8)
    header = _FIRST_LINE.fullmatch(first)
    if header is None:
        raise InputError(f"{path} is no morphology of Ising_OPV 3.2 or later; export it again.")
    old = header[1] == b"3.2"
    numbers = [int(line) if line.strip().isdigit() and len(line) < 12 else -1 for line in [*lines, *[b""] * 7][:7]]
    x, y, z, *wraps, types = [*numbers[:3], 1, 1, 0, 2] if old else numbers  # version 3.2 always wraps x and y
    if min(x, y, z) < 1 or not 1 <= types <= _MOST_TYPES:
        raise InputError(f"{path} does not tell its sites along x, y and z and its site types; export it again.")
    body = b"\n".join(lines[6 if old else 7 + 2 * types :])
    check_size(path, (x, y, z), most=len(body) // _LEAST_SITE_BYTES + 1 if header[2] else MAX_VOXELS)
    found = (_listed if header[2] else _run_lengths)(path, body, (x, y, z))
    if int(found.max()) > types:
        raise InputError(f"{path} has a site of type {found.max()} and declares {types}; export it again.")
    known = types <= ACCEPTOR + 1  # of more types nobody says which is which
    values, source = in_xyz(path, found - np.uint8(known), "xyz", options)
    record = {"lateral": "periodic" if wraps[:2] == [1, 1] else "no-flux"}
    return Scan(values, axes_from=source, record=record, phases_known=known, oriented=True)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write the compressed format; raises InputError for other phases than donor and acceptor, and for voxels that are
    no cubes, since a lattice has one distance of sites."""
    phases, edges = microstructure.phases, microstructure.voxel_nm
    if greatest(phases) > ACCEPTOR:
        raise InputError(
            f"{path} can hold donor and acceptor alone: kinetic Monte Carlo on a lattice knows no mixed phase; say "
            "what its voxels become, in 'microdesigner convert' by --mixed SHARE (of them donor, at random) or --map."
        )
    if edges and max(edges) > min(edges) * (1 + 1e-6):
        words = size_words(edges)
        raise InputError(f"{path} can hold cubic voxels alone, these are {words} nm; choose the format vti.")
    wraps = int(microstructure.periodic)
    acceptor = float(phases.mean(dtype=np.float64))
    header = (
        f"{_PROGRAM.decode()} v{_VERSION} - compressed format",
        *phases.shape, wraps, wraps, 0, 2, _NOT_MEASURED, _NOT_MEASURED, f"{1 - acceptor:.6g}", f"{acceptor:.6g}",
    )  # fmt: skip
    write_bytes_atomic(path, "".join(f"{line}\n" for line in [*header, *_runs(phases.ravel())]).encode())


def _runs(sites: PhaseArray) -> list[str]:
    """The lines of consecutive `sites`."""
    begins = np.flatnonzero(np.diff(sites, prepend=sites[0] + np.uint8(1)))
    counts = np.diff(begins, append=len(sites))
    return [f"{site + 1}{count}" for site, count in zip(sites[begins].tolist(), counts.tolist(), strict=True)]


def _run_lengths(path: Path, body: bytes, shape: tuple[int, int, int]) -> PhaseArray:
    """Site types [x, y, z] of runs."""
    runs = body.split()
    if not all(run.isdigit() and _LEAST_RUN_BYTES <= len(run) <= _MOST_RUN_BYTES and run[0] > ord("0") for run in runs):
        raise InputError(f"{path} holds something else than runs of sites; copy or export it again.")
    types = np.array([run[0] - ord("0") for run in runs], np.uint8)
    counts = np.array([int(run[1:]) for run in runs], np.int64)
    if counts.sum() != np.prod(shape, dtype=np.int64):
        raise InputError(f"{path} holds {counts.sum()} sites and declares {np.prod(shape)}; copy or export it again.")
    return np.repeat(types, counts).reshape(shape)


def _listed(path: Path, body: bytes, shape: tuple[int, int, int]) -> PhaseArray:
    """Site types [x, y, z] of lines `x,y,z,type` in any order."""
    sites: NDArray[np.int64] = np.empty((0, 4), np.int64)
    if body.strip():
        with suppress(ValueError, OverflowError):
            sites = np.loadtxt(BytesIO(body), np.int64, comments=None, delimiter=",", ndmin=2)
    found = np.zeros(shape, np.uint8)
    whole = sites.shape == (found.size, 4) and ((sites >= (0, 0, 0, 1)) & (sites < (*shape, _MOST_TYPES + 1))).all()
    if whole:
        found[tuple(sites[:, :3].T)] = sites[:, 3]
    if not found.all():
        raise InputError(f"{path} does not list each of its sites once as x,y,z,type; copy or export it again.")
    return found
