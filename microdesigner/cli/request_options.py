"""The options of `generate` that say what to make, and the request that they and a file describe together."""

import argparse
import sys
from pathlib import Path
from typing import Any

from microdesigner.cli.file_options import parse_voxel
from microdesigner.cli.given_option import given_document
from microdesigner.cli.like_option import targets_document
from microdesigner.core.request import RENAMED, Request, read_entries, renamed_entries

CANDIDATES_TO_MATCH = 8
REQUEST_OPTIONS = (
    "model",
    "count",
    "seed",
    "steps",
    "sampler",
    "candidates",
    "match",
    "refinement_strength",
    "size",
    "voxel_nm",
)


def add_request_options(parser: argparse.ArgumentParser) -> None:
    """Add what tells which films to make."""
    add = parser.add_argument
    add(
        "request",
        nargs="?",
        type=Path,
        metavar="REQUEST.json",
        help="a saved request; options given with it replace its entries",
    )
    add("--model", metavar="NAME", help="model or bundle folder (ch-3phase)")
    add("--target", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
        help="fractions vol_frac_D, vol_frac_A, vol_frac_M, straight paths tortuosity_D, tortuosity_A, each 0 to 1; "
        "'models info' lists a model's own")  # fmt: skip
    add("--sweep", nargs="+", action="extend", default=[], metavar="NAME=FROM:TO:STEPS",
        help="a film for each of so many values of a target, or for each pair of values of two, such as "
        "vol_frac_D=0.2:0.6:5 tortuosity_D=0.3:0.7:4; a table of them is written as sweep.csv")  # fmt: skip
    add("--count", type=int, metavar="N", help="volumes, 1 to 100000 (1)")
    add("--seed", type=int, metavar="S", help="seed of the first volume; volume i uses S + i (0)")
    add("--steps", type=int, metavar="K", help="denoiser evaluations, 1 to 1000 (20; 1000 for the ancestral sampler)")
    add("--sampler", metavar="NAME", help="sa-solver, dpm-solver++ or ancestral (sa-solver)")
    add("--refinement", type=float, dest="refinement_strength", metavar="R",
        help="share of each miss that refinement by measuring mends, 0 to 1; 0: none (1)")  # fmt: skip
    add(
        "--candidates",
        type=int,
        metavar="N",
        help="most volumes drawn per kept one, 1 to 256 (1; 8 with --match all)",
    )
    add(
        "--match",
        metavar="HOW",
        help="none, fractions (make the phase fractions exact) or all (and keep the best candidate) (none)",
    )
    add(
        "--size",
        type=int,
        nargs=3,
        metavar=("X", "Y", "Z"),
        help="voxels along x, y, z, multiples of 32 (the model's own); what would take more than a quarter of this "
        "machine's memory is made tile by tile where the format is zarr or raw, up to 2^31 voxels",
    )
    add("--voxel", nargs="+", metavar="EDGE",
        help="voxel edge, or edges along x, y and z, then their unit, such as 2 nm: scales the whole film (the model's "
        "own)")  # fmt: skip


def build_request(args: argparse.Namespace) -> Request:
    """The request that file and options describe together; raises InputError on anything impossible."""
    document: dict[str, Any] = read_entries(args.request) if args.request else {}
    for old in RENAMED.keys() & document.keys():
        print(f"microdesigner: {args.request}: {old} is called {RENAMED[old]} now; it was read so.", file=sys.stderr)
    document = renamed_entries(document)
    args.voxel_nm = parse_voxel(args.voxel)
    given = {name: getattr(args, name) for name in REQUEST_OPTIONS if getattr(args, name) is not None}
    document |= given
    document |= targets_document(args, document)
    if document.get("match") == "all":
        document.setdefault("candidates", CANDIDATES_TO_MATCH)
    if document.get("sampler") == "ancestral":
        document.setdefault("steps", 1000)
    document |= given_document(args, document)
    return Request.from_json(document)
