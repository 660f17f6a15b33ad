"""`microdesigner design`: films that are best by what they do, found with few films made."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from microdesigner.cli.device_option import add_device_option, print_device_note, selected_device
from microdesigner.cli.films import Place
from microdesigner.cli.generate import check_writable, parse_formats
from microdesigner.cli.growing_result import GrowingResult
from microdesigner.cli.parser import Subparsers, parse_targets
from microdesigner.cli.progress import with_bars
from microdesigner.core.claims import claimed
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.request import Request
from microdesigner.core.result import RESULT_FILE

if TYPE_CHECKING:
    from microdesigner.core.material_constants import MaterialConstants
    from microdesigner.design.goals import Goal
    from microdesigner.design.search import Search
    from microdesigner.design.trials import Trial

FRONT_FILE = "front.csv"
_DESCRIPTION = """Search for films that maximise or minimise quantities under bounds on others. Each film is generated,
measured and kept with its recipe; a model of what films measure, over their targets and latents, chooses the next one
(Bayesian optimisation). Quantities are all that 'describe' measures and the recipe's parameters. What was stopped goes
on where it was when the same command is given again, and a larger --budget adds films."""


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "design",
        help="films that are best by what they do, under bounds",
        description=_DESCRIPTION,
        epilog='Example: microdesigner design "maximise effective_diffusivity_D" "tortuosity_A >= 0.4" "chi <= 3" '
        "--budget 40 --out study",
    )
    add = parser.add_argument
    add("goals", nargs="+", metavar="GOAL",
        help='"maximise NAME" or "minimise NAME" (up to 4), "NAME >= VALUE" or "NAME <= VALUE", each in quotes, in the '
        "units of 'describe'")  # fmt: skip
    add("--target", nargs="+", action="extend", default=[], metavar="NAME=VALUE",
        help="targets that all films share, such as vol_frac_M=0.2; the others are searched")  # fmt: skip
    add("--budget", type=int, default=40, metavar="N", help="films to make, 4 to 1000 (40)")
    add("--model", default="ch-3phase", metavar="NAME", help="model or bundle folder (ch-3phase)")
    add("--seed", type=int, default=0, metavar="S", help="seed of the first film; film i uses S + i (0)")
    add("--size", type=int, nargs=3, metavar=("X", "Y", "Z"), help="voxels along x, y, z (the model's own)")
    add("--constants", type=Path, metavar="FILE.json",
        help="material constants that differ from the default ones, as of 'describe --set properties'")  # fmt: skip
    add("--verify", action="store_true", help="simulate the recipe of each film on the front and measure that, too")
    add_device_option(parser)
    add("--out", type=Path, required=True, metavar="DIR", help="folder for films, result.json and front.csv")
    add("--format", default="vti", metavar="F,...", help="formats of the films, several with commas (vti)")
    add("--json", action="store_true", help="print the front as one JSON document")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Search, write, tell; raises InputError when a goal, the model or the folder is wrong."""
    request = _request(args)
    place = Place(args.out, tuple(parse_formats(args.format)), picture=False)

    from microdesigner.core.material_constants import MaterialConstants, constants_text, read_constants
    from microdesigner.design.goals import parse_goals, quantities_of
    from microdesigner.design.search import Search
    from microdesigner.engine import Engine
    from microdesigner.io.volumes import read

    engine = Engine.load(request.model, args.device)
    print_device_note(engine.device_note)
    goals = parse_goals(args.goals, quantities_of(engine.card))
    constants = read_constants(args.constants) if args.constants else MaterialConstants()
    search = Search(engine, request, goals, lambda number: read(place.first(number)), constants)
    check_writable(args.out)
    with claimed(args.out / RESULT_FILE):
        how = {
            "files": place.extensions,
            "design": [goal.text for goal in goals],
            "constants": constants_text(constants),
        }
        result = GrowingResult(args.out, request, engine.identity, engine.device.type, how, request.count)
        _make(args, search, place, result)
        _report(args, search, place, goals, constants)
    return 0


def _request(args: argparse.Namespace) -> Request:
    if not 4 <= args.budget <= 1000:
        raise InputError(f"--budget must lie between 4 and 1000 films; got {args.budget}.")
    return Request(
        targets=parse_targets(args.target),
        model=args.model,
        count=args.budget,
        seed=args.seed,
        match="fractions",
        size=tuple(args.size) if args.size else None,
    )


def _make(args: argparse.Namespace, search: "Search", place: Place, result: GrowingResult) -> None:
    """Make the films that are not there."""
    from microdesigner.design.search import TrialDone

    missing = result.missing()
    for number, entry in result.made:
        search.recall(number, entry)
    if search.trials:
        print(f"microdesigner: {len(search.trials)} of {args.budget} films are there already.", file=sys.stderr)
    for event in with_bars(search.events(missing)):
        if isinstance(event, TrialDone):
            entry = place.write(event.number, event.sample) | {"targets": event.targets, "design": event.study}
            result.add(event.number, entry)
            if not args.json:
                note = [] if event.study["meets_bounds"] else ["outside the bounds"]
                print(args.out / entry["file"], *_words(event.study["values"]), *note, sep="  ", flush=True)
    result.finish({})


def _report(
    args: argparse.Namespace, search: "Search", place: Place, goals: Sequence["Goal"], constants: "MaterialConstants"
) -> None:
    """Write the front as a table and tell it."""
    from microdesigner.app.csv_export import csv_text
    from microdesigner.design.trials import front, nearest

    best = front(search.trials, goals)
    simulated = _simulated(args, best, goals, constants) if args.verify else [{} for _ in best]
    groups = [
        {"value": trial.values, "simulated": found, "target": trial.targets, "recipe": trial.recipe}
        for trial, found in zip(best, simulated, strict=True)
    ]
    films = [place.first(trial.number) for trial in best]
    columns = [(group, name) for group, values in (groups[0] if groups else {}).items() for name in values]
    cells = [
        [film.name, *(row[group].get(name) for group, name in columns)] for film, row in zip(films, groups, strict=True)
    ]
    header = ["file", *(f"{group} {name}" for group, name in columns)]
    write_text_atomic(args.out / FRONT_FILE, csv_text(header, cells))
    if not best and (closest := nearest(search.trials, goals)):
        print(
            f"microdesigner: no film meets all bounds; nearest comes {place.first(closest.number)}. Loosen a bound or "
            "raise --budget.",
            file=sys.stderr,
        )
    if args.json:
        rows = [{"file": film.name, **row} for film, row in zip(films, groups, strict=True)]
        document = {"goals": [goal.text for goal in goals], "films": len(search.trials), "front": rows}
        print(json.dumps(document, indent=1, default=plain_number, allow_nan=False))
        return
    print(f"\n{len(best)} of {len(search.trials)} films are best; {args.out / FRONT_FILE} tells them:")
    for film, row in zip(films, groups, strict=True):
        print(film, *_words(row["value"]), "recipe:", *_words(row["recipe"]), sep="  ")
        if row["simulated"]:
            print("  its recipe, simulated:", *_words(row["simulated"]), sep="  ")


def _simulated(
    args: argparse.Namespace, best: Sequence["Trial"], goals: Sequence["Goal"], constants: "MaterialConstants"
) -> list[dict[str, float | None]]:
    """The goals' quantities of films that the recipes of the `best` make in simulation; none where one cannot be."""
    from microdesigner.core.verification import Verification
    from microdesigner.design.quantities import values_of
    from microdesigner.evaluation.verification import read_result_entries, verify_entry

    entries = read_result_entries(args.out / RESULT_FILE)
    device, found = selected_device(args.device), []
    for trial in best:
        values: dict[str, float | None] = {}
        for event in with_bars(verify_entry(entries[trial.number], None, device)):
            if isinstance(event, Verification) and event.volume is not None:
                names = dict.fromkeys(goal.name for goal in goals)
                values = values_of(event.volume, event.simulated | event.recipe, names, constants)
            elif isinstance(event, Verification):
                print(f"microdesigner: {event.file}: {event.reason}", file=sys.stderr)
        found.append(values)
    return found


def _words(values: Mapping[str, float | None]) -> list[str]:
    return [f"{name} {'none' if value is None else format(value, '.5g')}" for name, value in values.items()]
