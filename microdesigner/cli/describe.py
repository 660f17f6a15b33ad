"""`microdesigner describe`: the descriptors of volumes, as a table or as JSON."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdesigner.cli.file_options import add_file_options, file_options
from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import with_bars
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words, unit_words

if TYPE_CHECKING:
    from microdesigner.core.microstructure import Microstructure
    from microdesigner.descriptors import DescriptorReport
    from microdesigner.io import ImportOptions
    from microdesigner.io.scans import Scan
    from microdesigner.properties import MaterialConstants

_DESCRIPTION = """Measure the descriptors of volumes (VTK, TIFF, OME-TIFF, NRRD, HDF5, DREAM.3D, ilastik, MetaImage,
MRC, NumPy, MATLAB, Zarr, RAW, GraSPI text, folders of slices). Fractions, shares, counts, tortuosity factors and
effective diffusivities (over that of the pure phase) have no unit; lengths are in nm, specific surfaces in 1/nm, and
null where the voxel edges are unknown. z is the film's thickness, from cathode to anode. Properties are what the film
does, with the material constants of a file; their units are in the table, their assumptions in the manual."""


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
        choices=("basic", "graspi", "full", "properties"),
        default="basic",
        help="basic: volume fractions and straight paths; graspi: GraSPI's whole table too; full: also specific "
        "surfaces, mean chords along x, y and z, domain sizes, Euler numbers, shares connected to the electrodes and "
        "to both, tortuosity factors and effective diffusivities along z, which takes seconds; properties: effective "
        "conductivities, exciton dissociation, charge collection, short-circuit current, stiffness and permeability, "
        "which take about a minute (default: basic)",
    )
    parser.add_argument(
        "--constants",
        metavar="FILE",
        type=Path,
        help="JSON file of the material constants that differ from the default ones",
    )
    parser.add_argument(
        "--only", metavar="NAME,...", type=_names, default=(),
        help="properties by name, or by what several names begin with, such as exciton_dissociation,conductivity",
    )  # fmt: skip
    parser.add_argument(
        "--representative", metavar="NAME",
        help="instead, of one descriptor or property: its mean over the films (of one recipe and size) with the 95 %% "
        "confidence interval, and how many films, or how large a one, give it within 1 %%",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_file_options(parser)
    parser.set_defaults(run=run)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError where a file is wrong, before anything is printed."""
    options, constants = file_options(args), _constants(args)
    if args.representative:
        from microdesigner.cli.representative import tell

        tell([_volume(path, options, args)[1] for path in args.files], args.representative, constants, args.json)
        return 0
    entries = [_entry(path, options, args, constants) for path in args.files]
    if args.json:
        print(json.dumps(entries, indent=1, default=plain_number))
    else:
        print("\n\n".join(_table(entry) for entry in entries))
    return 0


def _constants(args: argparse.Namespace) -> "MaterialConstants | None":
    """The material constants for properties; None for another set."""
    if args.representative and args.only:
        raise InputError("--representative measures one value, which --only cannot choose from; leave --only out.")
    if args.which != "properties" and not args.representative:
        if args.constants or args.only:
            raise InputError("--constants and --only go with --set properties; add that, or leave them out.")
        return None
    from microdesigner.core.material_constants import MaterialConstants, read_constants

    return read_constants(args.constants) if args.constants else MaterialConstants()


def _entry(
    path: Path, options: "ImportOptions", args: argparse.Namespace, constants: "MaterialConstants | None"
) -> dict[str, Any]:
    import numpy as np

    scan, microstructure = _volume(path, options, args)
    report, further = _report(microstructure, args, constants)
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
        **further,
    }


def _volume(path: Path, options: "ImportOptions", args: argparse.Namespace) -> "tuple[Scan, Microstructure]":
    """What a file says of its volume, and the volume."""
    from microdesigner.io.volumes import described

    scan, microstructure = described(path, options)
    return scan, replace(microstructure, lateral="periodic") if args.periodic else microstructure


def _report(
    microstructure: "Microstructure", args: argparse.Namespace, constants: "MaterialConstants | None"
) -> "tuple[DescriptorReport, dict[str, Any]]":
    """The values, and what else the document tells of properties."""
    if constants is None:
        from microdesigner.descriptors import describe

        return describe(microstructure, args.which), {}
    from microdesigner.core.material_constants import constants_table
    from microdesigner.properties import PropertiesDone, property_events
    from microdesigner.properties.photocurrent import ASSUMPTIONS

    *_, ending = with_bars(property_events(microstructure, constants, args.only))
    assert isinstance(ending, PropertiesDone)
    units = {name: unit for name in ending.report.values if (unit := unit_words(spec_of(name).unit))}
    current = {"short_circuit_current_assumes": ASSUMPTIONS} if "short_circuit_current" in ending.report.values else {}
    return ending.report, {"units": units, "constants": constants_table(constants), **current}


def _table(entry: dict[str, Any]) -> str:
    width = max(map(len, entry["descriptors"]))
    rows = [f"{entry['file']}  {size_words(entry['shape'])} voxels of {_size(entry)}"]
    rows.append(f"  phases: {', '.join(f'{label}: {name}' for label, name in entry['phases'].items())}")
    units = entry.get("units", {})
    for name, value in entry["descriptors"].items():
        unit = f" {units[name]}" if name in units and value is not None else ""
        rows.append(f"  {name:<{width}}  {_shown(value, entry['reasons'].get(name, ''))}{unit}")
    rows += _basis(entry)
    return "\n".join(rows)


def _basis(entry: dict[str, Any]) -> list[str]:
    """What properties rest on, line by line."""
    rows = [f"  short_circuit_current assumes: {words}" for words in entry.get("short_circuit_current_assumes", ())]
    for name, constant in entry.get("constants", {}).items():
        value = constant["value"]
        parts = [f"{letter} {own:g}" for letter, own in value.items()] if isinstance(value, dict) else [f"{value}"]
        unit = f" {constant['unit']}" if constant["unit"] else ""
        rows.append(f"  constant {name}: {', '.join(parts)}{unit} ({constant['source']})")
    return rows


def _size(entry: dict[str, Any]) -> str:
    if entry["voxel_nm"]:
        taken = " (taken as nm: the file gives no unit)" if entry["voxel_from"] == "convention" else ""
        return f"{size_words(entry['voxel_nm'])} nm{taken}"
    if entry["edges_without_unit"]:
        return f"{size_words(entry['edges_without_unit'])} in a unit that the file does not give; say it with --voxel"
    return "unknown size"


def _shown(value: float | int | None, reason: str) -> str:
    if value is None:
        return f"-- ({reason})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
