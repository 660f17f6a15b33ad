"""`microdesigner generate`: volumes from targets, with a result.json beside them."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdesigner.cli.device_option import add_device_option, print_device_note
from microdesigner.cli.file_options import parse_voxel
from microdesigner.cli.given_option import add_given_options, given_document
from microdesigner.cli.growing_result import RESULT_FILE, GrowingResult
from microdesigner.cli.parser import Subparsers, parse_targets
from microdesigner.cli.progress import with_bars
from microdesigner.cli.sweep import parse_axes, planned, run_sweep, warn_of
from microdesigner.core.claims import claimed
from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished, GenerationEvent, SampleDone
from microdesigner.core.request import RENAMED, Request, read_entries, renamed_entries
from microdesigner.core.result import Sample
from microdesigner.core.verdict import film_warning, judge_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microdesigner.engine import Engine
    from microdesigner.io.registry import Format

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


def add_parser(subparsers: Subparsers) -> None:
    """Add the verb with its options."""
    parser = subparsers.add_parser(
        "generate",
        help="volumes from target fractions and tortuosities",
        description="Generate volumes that have the targeted descriptors; targets left out are free.",
        epilog="Example: microdesigner generate --target vol_frac_D=0.35 vol_frac_M=0.2 --match all --out films",
    )
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
        help="voxels along x, y, z, multiples of 32 (the model's own)",
    )
    add("--voxel", nargs="+", metavar="EDGE",
        help="voxel edge, or edges along x, y and z, then their unit, such as 2 nm: scales the whole film (the model's "
        "own)")  # fmt: skip
    add_given_options(parser)
    add_device_option(parser)
    add("--out", type=Path, default=Path("output"), metavar="DIR", help="folder for volumes and result.json (output)")
    add("--format", default="vti", metavar="F,...",
        help="vti, vtk, raw, mhd, tiff, nrrd, hdf5, npy, graspi, several with commas (vti)")  # fmt: skip
    add("--picture", action="store_true", help="write a PNG beside each volume")
    add("--json", action="store_true", help="print result.json on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Generate, write, tell; raises InputError when the request, the model or the folder is wrong."""
    request = build_request(args)
    formats = parse_formats(args.format)
    sweep = planned(request, parse_axes(args.sweep)) if args.sweep else None

    from microdesigner.engine import Engine

    engine = Engine.load(request.model, args.device)
    if sweep is not None:
        return _run_sweep(args, engine, sweep, formats)
    events = engine.generate(request, keep_samples=False)
    check_writable(args.out)
    with claimed(args.out / RESULT_FILE):
        return _write(args, engine, request, formats, events)


def _write(
    args: argparse.Namespace,
    engine: "Engine",
    request: Request,
    formats: "list[Format]",
    events: "Iterator[GenerationEvent]",
) -> int:
    """Generate into a folder that nobody else writes into."""
    (args.out / RESULT_FILE).unlink(missing_ok=True)  # an earlier one would not fit the new volumes
    warnings = judge_request(engine.card, engine.card.conditioned_on(request.targets), request.size).warnings
    print_device_note(engine.device_note)
    for warning in warnings:
        print(f"microdesigner: {warning}", file=sys.stderr)
    result = GrowingResult(args.out / RESULT_FILE, request, engine.identity, engine.device.type)
    for event in with_bars(events):
        if isinstance(event, SampleDone):
            file = write_sample(args.out, event, formats, args.picture)
            result.add(event.sample.to_json(file))
            if not args.json:
                print(args.out / file, *_values(event.sample), sep="  ", flush=True)
            if warning := film_warning(event.sample.verdict):
                print(f"microdesigner: {args.out / file}: {warning}", file=sys.stderr)
        elif isinstance(event, Finished):
            result.finish(event.result.seconds)
    print((args.out / RESULT_FILE).read_text(encoding="utf-8").rstrip() if args.json else args.out / RESULT_FILE)
    return 0


def _run_sweep(args: argparse.Namespace, engine: "Engine", requests: list[Request], formats: "list[Format]") -> int:
    """Generate a film per request, write it, tell of it."""
    for request in requests:
        engine.card.check(request)
    check_writable(args.out)
    print_device_note(engine.device_note)
    warn_of(engine.card, requests)

    def write(event: SampleDone, request: Request) -> str:
        file = write_sample(args.out, event, formats, args.picture)
        if not args.json:
            targets = ", ".join(f"{name}={value:g}" for name, value in request.targets.items())
            print(args.out / file, targets, *_values(event.sample), sep="  ", flush=True)
        return file

    result = args.out / RESULT_FILE
    with claimed(result):
        result.unlink(missing_ok=True)  # an earlier one would not fit the new volumes
        run_sweep(engine, requests, result, write)
        print(result.read_text(encoding="utf-8").rstrip() if args.json else result)
    return 0


def build_request(args: argparse.Namespace) -> Request:
    """The request that file and options describe together; raises InputError on anything impossible."""
    document: dict[str, Any] = read_entries(args.request) if args.request else {}
    for old in RENAMED.keys() & document.keys():
        print(f"microdesigner: {args.request}: {old} is called {RENAMED[old]} now; it was read so.", file=sys.stderr)
    document = renamed_entries(document)
    args.voxel_nm = parse_voxel(args.voxel)
    given = {name: getattr(args, name) for name in REQUEST_OPTIONS if getattr(args, name) is not None}
    document |= given
    if args.target:
        document["targets"] = parse_targets(args.target)
    if document.get("match") == "all":
        document.setdefault("candidates", CANDIDATES_TO_MATCH)
    if document.get("sampler") == "ancestral":
        document.setdefault("steps", 1000)
    document |= given_document(args, document)
    return Request.from_json(document)


def parse_formats(text: str) -> "list[Format]":
    """The formats named in `text`, in order and once each; raises InputError on one that does not exist."""
    from microdesigner.io.registry import named_format

    names = [part.strip().lower().removeprefix(".") for part in text.split(",") if part.strip()]
    if not names:
        raise InputError("--format needs at least one format, such as vti.")
    return [named_format(name) for name in dict.fromkeys(names)]


def check_writable(folder: Path) -> None:
    """Make `folder` where there is none; raises InputError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"Nothing can be written into {folder} ({_reason(error)}); choose another --out.") from None


def write_sample(folder: Path, event: SampleDone, formats: "list[Format]", with_picture: bool) -> str:
    """Write one volume in every format, each file whole or absent; returns the name that result.json gives it."""
    from microdesigner.io.registry import write

    stem = f"sample-{event.index:04d}"
    files = [f"{stem}{chosen.extensions[0]}" for chosen in formats]
    volume = event.sample.microstructure.with_provenance(sample=event.sample.to_json(files[0]))
    for file in files:
        write(volume, folder / file)
    if with_picture:
        from microdesigner.view3d.pictures import picture

        picture(volume, folder / f"{stem}.png")
    return files[0]


def _values(sample: Sample) -> list[str]:
    return [f"{name} {'none' if value is None else format(value, '.4f')}" for name, value in sample.measured.items()]


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
