"""`microdesigner verify`: simulate the recipes that a result predicts and compare descriptors."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from microdesigner.cli.device_option import add_device_option, selected_device
from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import with_bars
from microdesigner.core.documents import plain_number

if TYPE_CHECKING:
    from microdesigner.core.verification import Verification

COLUMNS = ("target", "measured", "simulated", "simulated - measured", "simulated - target")


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "verify",
        help="simulate predicted recipes and compare descriptors",
        description="Anneal the recipe that each sample of a result predicts (medians of blend ratio, interaction and "
        "time in voxel²/M), label it with the sample's mixed fraction, and compare descriptors.",
    )
    parser.add_argument("result", type=Path, metavar="RESULT.json", help="a result.json, beside its volumes")
    parser.add_argument(
        "--size", type=int, nargs=3, metavar=("X", "Y", "Z"), help="voxels to simulate, at least 8 (the volume's own)"
    )
    add_device_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Verify and print; exit code 2 when no sample's recipe can be simulated. Raises InputError on a wrong file."""
    from microdesigner.core.verification import Verification
    from microdesigner.evaluation.verification import read_result_entries, verify_entry

    found: list[Verification] = []
    entries, size = read_result_entries(args.result), tuple(args.size) if args.size else None
    device = selected_device(args.device)
    for entry in entries:
        for event in with_bars(verify_entry(entry, size, device)):
            if isinstance(event, Verification):
                found.append(event)
                if event.reason:
                    print(f"microdesigner: {event.file}: {event.reason}", file=sys.stderr)
                elif not args.json:
                    print(_table(event, entry.notes))
    simulated = any(entry.simulated for entry in found)
    if args.json and simulated:
        document = {"file": str(args.result), "samples": [entry.to_json() for entry in found]}
        print(json.dumps(document, indent=1, default=plain_number, allow_nan=False))
    return 0 if simulated else 2


def _table(entry: "Verification", notes: Mapping[str, str]) -> str:
    recipe = "; ".join(
        f"{name} {value:.4g}" + (f", {notes[name]}" if name in notes else "") for name, value in entry.recipe.items()
    )
    width = max(map(len, entry.simulated))
    lines = [f"{entry.file}  ({recipe})", "  ".join([" " * (width + 2), *COLUMNS])]
    for name, simulated in entry.simulated.items():
        target = entry.target.get(name)
        beside = None if simulated is None or target is None else simulated - target
        values = (target, entry.measured[name], simulated, entry.errors[name], beside)
        cells = [f"{_shown(value):>{len(column)}}" for value, column in zip(values, COLUMNS, strict=True)]
        lines.append("  ".join([f"  {name:<{width}}", *cells]))
    return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "--" if value is None else f"{value:.4f}"
