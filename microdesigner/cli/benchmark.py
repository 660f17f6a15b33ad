"""`microdesigner benchmark`: what descriptors, solver and generation cost on this machine."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from microdesigner.cli.device_option import add_device_option, selected_device
from microdesigner.cli.parser import Subparsers
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError

if TYPE_CHECKING:
    import torch

    from microdesigner.evaluation.timing import Measurement

MODEL = "ch-3phase"
COUNTS, STEPS, ANCESTRAL_STEPS = (1, 8, 32), (10, 16, 20), (1000,)
SINGLES = 8
STANDARD = "1 × 20 steps: in all"


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "benchmark",
        help="measure speed on this machine",
        description="Measure wall-clock seconds of descriptors, solver, generation and start-up at 128×128×64 voxels, "
        "with threads and device stated.",
    )
    add_device_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="one volume of 10 steps and fewer repeats")
    parser.add_argument(
        "--gui",
        action="store_true",
        help="measure the desktop instead: start, freezes, frames while dragging, cancelling",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError when the model is not installed or there is no such device."""
    if args.gui and args.device != "auto":
        raise InputError("The desktop measures on the device of its own settings; leave --device out with --gui.")
    return _desktop(args.json) if args.gui else _engine(args)


def _engine(args: argparse.Namespace) -> int:
    from microdesigner.evaluation.benchmark import machine
    from microdesigner.models.bundle import find_bundle

    find_bundle(MODEL)
    device = selected_device(args.device)
    where = machine(device)
    rows: list[Measurement] = []
    if not args.json:
        print(f"{where['device_name']}, {where['torch_threads']} threads (descriptors use one)")
    for row in _measurements(args.quick, device):
        rows.append(row)
        if args.json:
            print(f"{row.group}: {row.name}", file=sys.stderr)
        else:
            print(_line(row), flush=True)
    if args.json:
        print(
            json.dumps(
                {"machine": where, "measurements": [row.to_json() for row in rows]}, indent=1, default=plain_number
            )
        )
    return 0


def _desktop(as_json: bool) -> int:
    from microdesigner.benchmarks.window import measure_window

    figures = []
    for figure in measure_window(MODEL):
        figures.append(figure.to_json())
        if not as_json:
            bar = "" if figure.limit is None else f"  ({'≥' if figure.at_least else '≤'} {figure.limit:g})"
            print(f"{figure.name:<32} {figure.value:9.2f} {figure.unit}{bar}", flush=True)
    if as_json:
        print(json.dumps({"measurements": figures}, indent=1, default=plain_number))
    return 0


def _measurements(quick: bool, device: "torch.device") -> "Iterator[Measurement]":
    from microdesigner.evaluation import benchmark

    yield from benchmark.measure_descriptors(3 if quick else 10)
    yield from benchmark.measure_solver(5 if quick else 20, device)
    if not quick:
        yield from benchmark.measure_series(device)
        yield from _peers()
    engine, loading = benchmark.load_engine(MODEL, str(device))
    yield loading
    standard = None
    counts, steps, singles = (COUNTS[:1], STEPS[:1], 1) if quick else (COUNTS, STEPS, SINGLES)
    for row in benchmark.measure_generation(engine, counts, steps, singles=singles):
        standard = row.seconds if row.name == STANDARD else standard
        yield row
    if standard is not None:
        from microdesigner.evaluation.paper_network import measure_paper_network

        yield from measure_paper_network(standard, device)
    if not quick:
        yield from benchmark.measure_generation(engine, COUNTS[:1], ANCESTRAL_STEPS, "ancestral")
    yield from benchmark.measure_processes(MODEL, str(device))


def _peers() -> "Iterator[Measurement]":
    from microdesigner.evaluation import reference_solver

    return reference_solver.measure_reference() if reference_solver.is_installed() else iter(())


def _line(row: "Measurement") -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} "
    return f"{row.group:<12} {row.name:<34} {row.seconds:9.4f} s  {ratio}{row.note}"
