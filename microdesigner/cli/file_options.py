"""The options by which `describe`, `convert` and `dataset import` are told what a file does not say."""

import argparse
from typing import TYPE_CHECKING

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES

if TYPE_CHECKING:
    from microdesigner.io import ImportOptions, RawLayout
    from microdesigner.io.options import Mapping
    from microdesigner.io.segmentation import Segmentation

Names = tuple[tuple[int, str], ...]


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Add them in a group of their own."""
    add = parser.add_argument_group("what files do not say").add_argument
    add("--array", metavar="NAME", help="which of several arrays, data sets or images in a file")
    add("--axes", metavar="ORDER",
        help="axes of the stored array in the order of its indices, slowest first, such as zyx (what the file says, "
        "else its format's convention: xyz for NumPy, MATLAB and HDF5, zyx for all others)")  # fmt: skip
    add("--voxel", nargs="+", metavar="EDGE",
        help="voxel edge, or edges along x, y and z, then their unit, such as 2 2 5 nm (pm, Angstrom, nm, um, mm, "
        "cm, m, inch; the file's own, else unknown)")  # fmt: skip
    add("--map", nargs="+", metavar="VALUE=LABEL", default=[],
        help="which phase each value is, or each band 0, 1, 2 of a segmentation: a label (0 donor, 1 acceptor, 2 "
        "mixed), a label with a name of its own as in 3=3:void, or one of those names, as in 0=acceptor")  # fmt: skip
    add("--flip", nargs="+", metavar="AXIS", choices=("x", "y", "z"), default=[],
        help="axes to reverse; z = 0 is the cathode side")  # fmt: skip
    add("--raw", nargs=4, metavar=("X", "Y", "Z", "DTYPE"),
        help="read plain numbers without a header: voxels along x (fastest), y and z, and their type, such as 128 128 "
        "64 uint8 (or uint16, >u2 for big-endian, float32)")  # fmt: skip
    add("--segment", metavar="HOW",
        help="grey values to phases, dark to bright: otsu, otsu3 (three phases), threshold=T or threshold=T1,T2, "
        "fraction=F or fraction=F1,F2 (shares of the darker phases)")  # fmt: skip


def file_options(args: argparse.Namespace) -> "ImportOptions":
    """What they say; raises InputError naming the option that cannot be used."""
    from microdesigner.io import ImportOptions

    mapping, names = parse_mapping(args.map)
    return ImportOptions(
        array=args.array,
        axes=args.axes.lower() if args.axes else None,
        voxel_nm=parse_voxel(args.voxel),
        mapping=mapping,
        names=names,
        flip="".join(dict.fromkeys(args.flip)),
        raw=_raw(args.raw),
        segmentation=parse_segmentation(args.segment) if args.segment else None,
    )


def parse_voxel(words: list[str] | None, option: str = "--voxel") -> tuple[float, float, float] | None:
    """`["2", "2", "5", "nm"]`, given with `option`, in nm; one edge stands for three, and without a unit edges are in
    nm."""
    if words is None:
        return None
    from microdesigner.io.units import KNOWN_UNITS, nm_per

    unit, numbers = (words[-1], words[:-1]) if not _is_number(words[-1]) else ("nm", words)
    factor = nm_per(unit)
    if factor is None:
        raise InputError(f"{option} knows the units {', '.join(KNOWN_UNITS)}; got '{unit}'.")
    if len(numbers) not in (1, 3):
        raise InputError(f"{option} takes one edge, or three along x, y and z, and a unit; got {len(numbers)} edges.")
    edges = [float(f"{factor * parse_number(option, word):.12g}") for word in numbers]
    x, y, z = edges * 3 if len(edges) == 1 else edges
    return x, y, z


def parse_mapping(entries: list[str]) -> "tuple[Mapping, Names]":
    """`["0=acceptor", "255=0", "7=3:void"]` as pairs of value and label, and names of labels; raises InputError naming
    a wrong entry."""
    pairs, names = [], []
    for entry in entries:
        value, _, phase = entry.partition("=")
        label, named, name = phase.partition(":")
        if label in PHASE_NAMES and not named:
            label = str(PHASE_NAMES.index(label))
        if not label.isdigit() or len(label) > 3 or (named and not name):
            raise InputError(
                f"--map needs VALUE=LABEL with a label such as 1, a label with a name as in 3:void, or one of "
                f"{', '.join(PHASE_NAMES)}; got '{entry}'."
            )
        pairs.append((parse_number("--map", value), int(label)))
        if named:
            names.append((int(label), name))
    return tuple(pairs), tuple(names)


def parse_segmentation(text: str) -> "Segmentation":
    """`otsu`, `otsu3`, `threshold=T[,T2]` or `fraction=F[,F2]`; raises InputError naming the forms."""
    from microdesigner.io.segmentation import Segmentation

    if text in ("otsu", "otsu3"):
        return Segmentation("otsu", 3 if text == "otsu3" else 2)
    method, _, words = text.partition("=")
    if method not in ("threshold", "fraction") or not 1 <= len(words.split(",")) <= 2:
        raise InputError(
            f"--segment must be otsu, otsu3, threshold=T, threshold=T1,T2, fraction=F or fraction=F1,F2; got '{text}'."
        )
    values = tuple(parse_number("--segment", word) for word in words.split(","))
    return Segmentation("threshold" if method == "threshold" else "fraction", 3 if len(values) == 2 else 2, values)


def parse_number(option: str, text: str) -> float:
    """A number; raises InputError naming the option."""
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{option} takes numbers; got '{text}'.") from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _raw(words: list[str] | None) -> "RawLayout | None":
    if words is None:
        return None
    from microdesigner.io import RawLayout

    if not all(word.isdigit() and len(word) < 10 for word in words[:3]):
        raise InputError(f"--raw takes three whole numbers of voxels and a type of number; got '{' '.join(words)}'.")
    x, y, z = map(int, words[:3])
    return RawLayout((x, y, z), words[3])
