"""Tomograms as Ising_OPV takes them: grey values (NAME.raw, x fastest, height slowest) and metadata (NAME.xml).

Source: M. C. Heiber, Ising_OPV, https://github.com/MikeHeiber/Ising_OPV
"""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.io.axes import fortran, mapped
from microdesigner.io.labels import check_size
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan
from microdesigner.io.units import in_nm

_LONGEST_HEADER = 1 << 20
_TYPES = {"8 bit": "u1", "16 bit": "<u2"}


def describes(header: Path) -> bool:
    """Whether `header` is such metadata, by the name of its outermost element; the XML of another program is none."""
    if not header.is_file():
        return False
    with header.open("rb") as file:
        return b"tomogram" in file.read(_LONGEST_HEADER)


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read NAME.raw by NAME.xml; raises InputError naming the file that is missing or does not fit."""
    header = path.with_suffix(".xml")
    info = _data_info(header)
    kind = _TYPES.get(_text(info, "data_format"))
    words = [_text(info, edge) for edge in ("length", "width", "height")]
    if kind is None or not all(word.isdigit() and len(word) < 10 for word in words):
        raise InputError(f"{header} must give the data format (8 bit or 16 bit), length, width and height; add them.")
    x, y, z = map(int, words)
    size = path.stat().st_size
    check_size(path, (x, y, z), most=size)
    if size != x * y * z * np.dtype(kind).itemsize:
        raise InputError(f"{path} holds {size} bytes, other than {header.name} declares; copy both files again.")
    values, source = fortran(mapped(path, np.dtype(kind), 0, x * y * z), (x, y, z), options, path)
    return Scan(values, voxel_nm=_voxel(info), axes_from=source, fractions=_fractions(info))


def _data_info(header: Path) -> ElementTree.Element:
    if not header.is_file() or header.stat().st_size > _LONGEST_HEADER:
        raise InputError(f"{header} is missing or no header of a tomogram; copy it beside its .raw file.")
    try:
        root = ElementTree.fromstring(header.read_bytes())
    except ElementTree.ParseError as error:
        raise InputError(f"{header} is not whole XML ({error}); copy it again.") from None
    if root.find("data_info") is None:
        raise InputError(f"{header} has no entry data_info; it must be the metadata of a tomogram.")
    return root


def _text(root: ElementTree.Element, entry: str) -> str:
    return (root.findtext(f"data_info/{entry}") or "").strip()


def _voxel(root: ElementTree.Element) -> tuple[float, float, float] | None:
    stated = _number(_text(root, "pixel_size/value"))
    edge = in_nm(stated, _text(root, "pixel_size/units")) if stated else None
    return (edge, edge, edge) if edge else None


def _fractions(root: ElementTree.Element) -> tuple[float, ...]:
    stated = [
        _number((component.findtext("vol_frac") or "").strip())
        for component in root.findall("sample_info/composition_info/chemical_component")
    ]
    known = tuple(share for share in stated if share)
    return known if len(known) == len(stated) and abs(sum(known) - 1) < 1e-3 else ()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
