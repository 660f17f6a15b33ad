"""`microdesigner dataset`: build a data set by simulation, import one, or look into one."""

import argparse
import json
import os
import sys
from pathlib import Path

from microdesigner.cli.dataset_import import add_import_parser
from microdesigner.cli.device_option import add_device_option, selected_device
from microdesigner.cli.parser import Subparsers, add_size_option
from microdesigner.cli.progress import with_bars
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb with its three actions."""
    parser = subparsers.add_parser("dataset", help="build or import a training data set, or tell what is in one")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    build = actions.add_parser(
        "build",
        help="simulate a data set",
        description="Simulate annealing series over blend ratio 0.35-0.65 and interaction parameter 2.2-4.0, label and "
        "measure their snapshots. A build that was stopped goes on where it was; more series extend an earlier build.",
    )
    build.add_argument(
        "output", metavar="OUT.h5", type=Path, help="HDF5 file to write; finished series wait in OUT.h5.parts/"
    )
    build.add_argument(
        "--series", type=int, default=64, metavar="N", help="annealing series, at least 8 to train on (64)"
    )
    build.add_argument("--snapshots", type=int, default=12, metavar="N", help="times per series, geometric (12)")
    add_size_option(build)
    build.add_argument(
        "--lateral", choices=("periodic", "no-flux"), default="periodic", help="lateral faces (periodic)"
    )
    build.add_argument("--phases", type=int, choices=(2, 3), default=3, help="with mixed phase (3) or without (2)")
    build.add_argument(
        "--thicknesses", type=int, default=3, metavar="N", help="random interphase thicknesses per snapshot (3)"
    )
    build.add_argument("--skins", dest="thicknesses", type=int, help=argparse.SUPPRESS)  # its name in version 0.1.0
    build.add_argument(
        "--threshold",
        choices=("half", "blend"),
        default="half",
        help="with two phases: they meet where the composition is 1/2, or where the acceptor's share is the blend's "
        "(half)",
    )
    build.add_argument("--seed", type=int, default=1, help="seed of the design and of all noise (1)")
    build.add_argument("--minutes", type=float, metavar="M",
        help="begin no further series after M minutes and label those that are there")  # fmt: skip
    add_device_option(build)
    where = build.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (one per core)")
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="work on the Dask cluster of this scheduler, such as tls://node1:8786, instead of on this machine alone; "
        "its workers must have microdesigner installed and see OUT.h5.parts/",
    )
    build.set_defaults(run=run_build)
    add_import_parser(actions)
    info = actions.add_parser("info", help="tell what a data set holds, and whether it is fit to train on")
    info.add_argument("dataset", metavar="FILE.h5", type=Path)
    info.add_argument("--json", action="store_true", help="one JSON document")
    info.set_defaults(run=run_info)


def run_build(args: argparse.Namespace) -> int:
    """Build; raises InputError when the file exists or the plan cannot be served."""
    from microdesigner.data.build import BuildPlan, build_dataset
    from microdesigner.data.processes import scheduler_warning

    for name in ("series", "snapshots", "thicknesses", "workers"):
        if getattr(args, name) < 1:
            raise InputError(f"--{name} must be at least 1; got {getattr(args, name)}.")
    if args.minutes is not None and not args.minutes > 0:
        raise InputError(f"--minutes must be positive; got {args.minutes:g}.")
    if args.phases == 3 and args.threshold != "half":
        raise InputError("--threshold tells two phases apart; give --phases 2 with it.")
    plan = BuildPlan(
        args.series,
        args.snapshots,
        tuple(args.size),
        args.lateral,
        args.phases,
        args.thicknesses,
        args.seed,
        args.threshold,
    )
    if warning := scheduler_warning(args.scheduler):
        print(f"microdesigner: {warning}", file=sys.stderr)
    # the workers of a cluster choose among their own devices
    device = args.device if args.scheduler else str(selected_device(args.device))
    for _ in with_bars(build_dataset(args.output, plan, args.workers, args.minutes, args.scheduler, device)):
        pass
    print(args.output)
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Print size, split, label ranges and checks; raises InputError when the file cannot be read."""
    from microdesigner.data.checks import checks_document, checks_of
    from microdesigner.data.store import VolumeDataset

    dataset = VolumeDataset(args.dataset)
    ranges = {label: [float(values.min()), float(values.max())] for label, values in dataset.table.items()}
    document = {
        "file": str(args.dataset),
        "volumes": len(dataset),
        "held_out": int(dataset.held_out.sum()),
        "shape": dataset.shape,
        **vars(dataset.description),
        "ranges": ranges,
        "checks": checks_document(checks := checks_of(dataset)),
    }
    if args.json:
        print(json.dumps(document, indent=1, default=plain_number))
        return 0
    size = size_words(dataset.shape)
    print(f"{args.dataset}: {len(dataset)} volumes of {size}, {document['held_out']} held out")
    for label, (low, high) in ranges.items():
        print(f"  {label:16} {low:12.5g} to {high:<12.5g} {dataset.description.units.get(label, '')}".rstrip())
    for check in checks:
        print(check)
    return 0
