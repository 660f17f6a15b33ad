"""`microdesigner generate`: volumes from targets, with a result.json beside them."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdesigner.cli.device_option import add_device_option, print_device_note
from microdesigner.cli.films import Ended, FilmEvent, Films, Place, Written, device_type, made_by, streamed
from microdesigner.cli.given_option import add_given_options
from microdesigner.cli.growing_result import GrowingResult
from microdesigner.cli.like_option import add_like_options
from microdesigner.cli.morph_option import add_morph_option, morphed
from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import with_bars
from microdesigner.cli.request_options import add_request_options, build_request
from microdesigner.cli.sweep import SweepTable, parse_axes, planned, warn_of
from microdesigner.core.claims import claimed
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.result import RESULT_FILE
from microdesigner.core.verdict import film_warning, judge_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microdesigner.engine import Engine

STREAMING_WORKERS = 3
"""Processes that make a large film where the user names no number: with this one they take less than 4 GB."""


def add_parser(subparsers: Subparsers) -> None:
    """Add the verb with its options."""
    parser = subparsers.add_parser(
        "generate",
        help="volumes from target fractions and tortuosities",
        description="Generate volumes that have the targeted descriptors; targets left out are free. What was stopped "
        "goes on where it was when the same command is given again, and a larger --count adds films.",
        epilog="Example: microdesigner generate --target vol_frac_D=0.35 vol_frac_M=0.2 --match all --out films",
    )
    add_request_options(parser)
    add_like_options(parser)
    add_given_options(parser)
    add_morph_option(parser)
    add_device_option(parser)
    _add_output_options(parser)
    parser.set_defaults(run=run)


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    """Where it is made, and where to."""
    add = parser.add_argument
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N",
        help="make films in N processes of one thread each (one film at a time, with all threads)")  # fmt: skip
    where.add_argument("--scheduler", metavar="ADDRESS",
        help="make films on the Dask cluster of this scheduler, such as tls://node1:8786; its workers must have "
        "microdesigner and the model installed and see DIR")  # fmt: skip
    add("--out", type=Path, default=Path("output"), metavar="DIR", help="folder for volumes and result.json (output)")
    add("--format", default="vti", metavar="F,...",
        help="vti, vtk, raw, mhd, tiff, nrrd, hdf5, npy, graspi, zarr, several with commas (vti)")  # fmt: skip
    add("--picture", action="store_true", help="write a PNG beside each volume")
    add("--json", action="store_true", help="print result.json on stdout")


def run(args: argparse.Namespace) -> int:
    """Generate, write, tell; raises InputError when the request, the model or the folder is wrong."""
    request = build_request(args)
    place = Place(args.out, tuple(parse_formats(args.format)), args.picture)
    if args.workers is not None and args.workers < 1:
        raise InputError(f"--workers must be at least 1; got {args.workers}.")
    films = _films(request, args)

    from microdesigner.engine import Engine
    from microdesigner.engine.streaming import streamed_size

    engine = Engine.load(request.model, args.device)
    streams = not (films.swept or request.given) and place.tiled and streamed_size(request.size or engine.card.shape)
    films.check(engine, streams)
    _check_phases(engine, place)
    check_writable(args.out)
    with claimed(args.out / RESULT_FILE):
        return _make(args, engine, films, place, streams)


def _check_phases(engine: "Engine", place: Place) -> None:
    """Raise InputError where a format cannot hold the model's phases, before films are made in vain."""
    from microdesigner.core.phases import phase_keys
    from microdesigner.io.registry import named_format

    refused = [name for name in place.formats if not named_format(name).holds_mixed]
    if refused and len(engine.card.phase_names) > 2:
        if "M" not in phase_keys(engine.card.phase_names):
            raise InputError(
                f"The format {refused[0]} holds two phases, {engine.card.name} makes {len(engine.card.phase_names)}; "
                "write another, such as vti."
            )
        raise InputError(
            f"The format {refused[0]} cannot hold the mixed phase of {engine.card.name}; write vti and then say what "
            "becomes of it: microdesigner convert --mixed SHARE."
        )


def _films(request: Request, args: argparse.Namespace) -> Films:
    """The films that the options ask for; raises InputError where they cannot be."""
    if args.morph:
        return Films(tuple(morphed(request, args)), swept=True)
    if args.sweep:
        return Films(tuple(planned(request, parse_axes(args.sweep))), swept=True)
    return Films((request,), swept=False)


def _make(args: argparse.Namespace, engine: "Engine", films: Films, place: Place, streams: bool) -> int:
    """Make the films that are not there, into a folder that nobody else writes into."""
    from microdesigner.engine.streaming import Crew

    workers = args.workers or (min(os.cpu_count() or 1, STREAMING_WORKERS) if streams else 1)
    crew = Crew(workers, args.scheduler, args.device) if streams or args.workers or args.scheduler else None
    device = device_type(crew, engine)
    how = {"files": place.extensions, "sweep": films.targets, "streamed": streams}
    result = GrowingResult(place.folder, films.requests[0], engine.identity, device, how, len(films))
    wanted = result.missing()
    table = SweepTable(place.folder, films.requests, result) if args.sweep else None
    _warn(args, engine, films, len(wanted))
    events: Iterator[FilmEvent]
    if crew and streams:
        events = streamed(films, engine, crew, place, wanted)
    elif crew:
        events = made_by(crew, films, engine.identity, device, place, wanted)
    else:
        events = films.made_here(engine, place, wanted)
    for event in with_bars(events):
        if isinstance(event, Written):
            result.add(event.index, event.entry)
            if table:
                table.add(event.index, event.entry)
            _tell(args, event.entry)
        elif isinstance(event, Ended):
            if table:
                table.write()
            result.finish(event.seconds)
    path = place.folder / RESULT_FILE
    print(path.read_text(encoding="utf-8").rstrip() if args.json else path)
    return 0


def _warn(args: argparse.Namespace, engine: "Engine", films: Films, wanted: int) -> None:
    """What must be said before the run, on stderr."""
    print_device_note(engine.device_note)
    if films.swept:
        warn_of(engine.card, films.requests)
    else:
        request = films.requests[0]
        targets = engine.card.conditioned_on(request.targets)
        for warning in judge_request(engine.card, targets, request.size, request.voxel_nm).warnings:
            print(f"microdesigner: {warning}", file=sys.stderr)
    if wanted < len(films):
        print(f"microdesigner: {len(films) - wanted} of {len(films)} films are there already.", file=sys.stderr)
    if args.scheduler:
        from microdesigner.data.processes import scheduler_warning

        if warning := scheduler_warning(args.scheduler):
            print(f"microdesigner: {warning}", file=sys.stderr)


def _tell(args: argparse.Namespace, entry: dict[str, Any]) -> None:
    """File and values of a film on stdout, doubts about it on stderr."""
    file = args.out / entry["file"]
    if not args.json:
        targets = ", ".join(f"{name}={value:g}" for name, value in entry.get("targets", {}).items())
        values = [f"{name} {'none' if value is None else format(value, '.4f')}"
                  for name, value in entry["measured"].items()]  # fmt: skip
        print(file, *([targets] if targets else []), *values, sep="  ", flush=True)
    if warning := film_warning(entry.get("verdict", {})):
        print(f"microdesigner: {file}: {warning}", file=sys.stderr)


def parse_formats(text: str) -> list[str]:
    """The names of formats in `text`, in order and once each; raises InputError on one that does not exist."""
    from microdesigner.io.registry import named_format

    names = [part.strip().lower().removeprefix(".") for part in text.split(",") if part.strip()]
    if not names:
        raise InputError("--format needs at least one format, such as vti.")
    for name in names:
        named_format(name)
    return list(dict.fromkeys(names))


def check_writable(folder: Path) -> None:
    """Make `folder` where there is none; raises InputError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"Nothing can be written into {folder} ({_reason(error)}); choose another --out.") from None


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
