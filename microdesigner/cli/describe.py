"""`microdesigner describe`: the descriptors of volumes, as a table or as JSON."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdesigner.cli.file_options import add_file_options, file_options
from microdesigner.cli.parser import Subparsers
from microdesigner.core.documents import plain_number

if TYPE_CHECKING:
    from microdesigner.descriptors import DescriptorReport
    from microdesigner.io import ImportOptions

_DESCRIPTION = """Measure the descriptors of volumes (VTK, TIFF, OME-TIFF, NRRD, HDF5, DREAM.3D, ilastik, MetaImage,
MRC, NumPy, MATLAB, Zarr, RAW, GraSPI text, folders of slices). Fractions, shares, counts, tortuosity factors and
effective diffusivities (over that of the pure phase) have no unit; lengths are in nm, specific surfaces in 1/nm, and
null where the voxel edges are unknown. z is the film's thickness, from cathode to anode."""


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "describe",
        help="measure the descriptors of volumes",
        description=_DESCRIPTION,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="file of a volume, or folder of slices")
    parser.add_argument(
        "--periodic",
        action="store_true",
        help="wrap x and y (default: as the file records; formats that record nothing do not wrap)",
    )
    parser.add_argument(
        "--set",
        dest="which",
        choices=("basic", "graspi", "full"),
        default="basic",
        help="basic: volume fractions and straight paths; graspi: GraSPI's whole table too; full: also specific "
        "surfaces, mean chords along x, y and z, domain sizes, Euler numbers, shares connected to the electrodes and "
        "to both, tortuosity factors and effective diffusivities along z, which takes seconds (default: basic)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_file_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError where a file is wrong, before anything is printed."""
    options = file_options(args)
    entries = [_entry(path, options, args.periodic, args.which) for path in args.files]
    if args.json:
        print(json.dumps(entries, indent=1, default=plain_number))
    else:
        print("\n\n".join(_table(entry) for entry in entries))
    return 0


def _entry(path: Path, options: "ImportOptions", periodic: bool, which: Any) -> dict[str, Any]:
    import numpy as np

    from microdesigner.descriptors import describe
    from microdesigner.io.registry import described

    scan, microstructure = described(path, options)
    if periodic:
        microstructure = replace(microstructure, lateral="periodic")
    report: DescriptorReport = describe(microstructure, which)
    return {
        "file": str(path),
        "shape": list(microstructure.shape),
        "voxel_nm": microstructure.voxel_nm,
        "voxel_from": scan.voxel_from if microstructure.voxel_nm else None,
        "edges_without_unit": scan.edges_without_unit,
        "phases": {str(label): name for label, name in enumerate(microstructure.phase_names)},
        "labels": {str(label): int(n) for label, n in enumerate(np.bincount(microstructure.phases.ravel("K"))) if n},
        "axes_from": scan.axes_from,
        "descriptors": report.values,
        "reasons": report.reasons,
    }


def _table(entry: dict[str, Any]) -> str:
    width = max(map(len, entry["descriptors"]))
    rows = [f"{entry['file']}  {_times(entry['shape'])} voxels of {_size(entry)}"]
    rows.append(f"  phases: {', '.join(f'{label}: {name}' for label, name in entry['phases'].items())}")
    for name, value in entry["descriptors"].items():
        rows.append(f"  {name:<{width}}  {_shown(value, entry['reasons'].get(name, ''))}")
    return "\n".join(rows)


def _size(entry: dict[str, Any]) -> str:
    if entry["voxel_nm"]:
        taken = " (taken as nm: the file gives no unit)" if entry["voxel_from"] == "convention" else ""
        return f"{_times(entry['voxel_nm'])} nm{taken}"
    if entry["edges_without_unit"]:
        return f"{_times(entry['edges_without_unit'])} in a unit that the file does not give; say it with --voxel"
    return "unknown size"


def _times(numbers: Sequence[float]) -> str:
    return "×".join(f"{number:g}" for number in numbers)


def _shown(value: float | int | None, reason: str) -> str:
    if value is None:
        return f"-- ({reason})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
