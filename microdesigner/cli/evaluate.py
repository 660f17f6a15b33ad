"""`microdesigner evaluate`: how well a model delivers what is asked for."""

import argparse
import json
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from microdesigner.cli.device_option import add_device_option, print_device_note
from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import with_bars
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.request import Request


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a model's accuracy on held-out targets",
        description="Generate one volume per held-out target, measure it, and write samples.csv, metrics.json and "
        "report.html with its figures. An interrupted evaluation goes on where it was. With --properties no model is "
        "evaluated: properties of known structures are compared with published values.",
    )
    add = parser.add_argument
    add("--model", default="ch-3phase", metavar="NAME", help="model or bundle folder (ch-3phase)")
    add("--count", type=int, default=256, metavar="N", help="held-out targets (256)")
    add("--conditions", nargs="+", default=(), metavar="NAME", help="ask for these conditions alone (all)")
    add("--steps", type=int, default=20, metavar="K", help="denoiser evaluations, 1 to 1000 (20)")
    add(
        "--match",
        choices=("none", "fractions", "all"),
        default="none",
        help="matching; none shows the model raw (none)",
    )
    add("--candidates", type=int, default=1, metavar="N", help="candidates per volume (1)")
    add(
        "--refinement",
        type=float,
        default=1.0,
        metavar="G",
        help="refinement by measuring, 0 to 1; 0: none (1)",
    )
    add("--out", type=Path, metavar="DIR", help="folder for samples.csv and metrics.json, or properties.json")
    add("--properties", action="store_true",
        help="compare the properties of known structures with published values instead, in some seconds")  # fmt: skip
    add("--dataset", type=Path, metavar="FILE.h5",
        help="also compare 32 generated films with this set's held-out and training films, and judge the recipe's "
        "intervals on the held-out ones")  # fmt: skip
    add("--twins", type=int, default=0, metavar="N",
        help="also compare N held-out films of the simulated --dataset with films of the same recipes and other noise, "
        "with the autoencoder's, the denoiser's and refined films: curvature, interphase, surfaces, classifiers (0)",
    )  # fmt: skip
    add("--parts", type=int, default=0, metavar="N",
        help="also complete N held-out films of --dataset from parts of them (half, slab, box, sphere, slices): seams, "
        "targets, time (0)")  # fmt: skip
    add("--further", type=int, default=0, metavar="N",
        help="also make N films at training targets, from which interfacial area and tortuosity factors become targets "
        "(128 suffice), and ask for these and the domain size (0)")  # fmt: skip
    add(
        "--full",
        action="store_true",
        help="also draw 64 films of one target and a larger one, anneal 64 predicted recipes, time batches, compare "
        "few steps with 1000 ancestral ones",
    )
    add("--write-card", action="store_true", help="record the figures in the model's card")
    add_device_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate; raises InputError when the model or an option is wrong."""
    if args.properties:
        return _check_properties(args.out)
    _check_options(args)

    from microdesigner.data.store import VolumeDataset
    from microdesigner.engine import Engine
    from microdesigner.evaluation.report import write_report
    from microdesigner.evaluation.sections import missing, sections
    from microdesigner.evaluation.target_accuracy import METRICS, accuracy_entry, card_targets, evaluate_accuracy
    from microdesigner.evaluation.twin_films import check_twins

    how = Request(steps=args.steps, match=args.match, candidates=args.candidates, refinement_strength=args.refinement)
    engine = Engine.load(args.model, args.device)
    print_device_note(engine.device_note)
    targets = card_targets(engine.card, args.count, args.conditions)
    dataset = VolumeDataset(args.dataset) if args.dataset else None
    if dataset is not None and args.twins:
        check_twins(engine, dataset)
    further = sections(engine, dataset, args.full, how, args.twins, args.parts, args.further)
    for _ in with_bars(chain(evaluate_accuracy(engine, args.out, targets, how), missing(args.out, further))):
        pass
    found = _further_figures(args.out)
    report = write_report(engine, args.out)
    if args.write_card:
        _record(args.model, args.out, how, further="further" in found)
    print(json.dumps(accuracy_entry(args.out), indent=1, default=plain_number))
    print(args.out / METRICS)
    print(report)
    return 0


def _check_options(args: argparse.Namespace) -> None:
    """Raise InputError where an option is wrong by itself or lacks another."""
    if args.out is None:
        raise InputError("An evaluation needs a folder; name one with --out.")
    if args.count < 2:
        raise InputError(f"--count must be at least 2; got {args.count}.")
    for option in ("twins", "parts", "further"):
        number = getattr(args, option)
        if number < 0:
            raise InputError(f"--{option} must be at least 0; got {number}.")
        if number and args.dataset is None and option != "further":
            raise InputError(f"--{option} needs held-out films; name their data set with --dataset.")


def _further_figures(out: Path) -> dict[str, Any]:
    """What the sections beside the accuracy found, by the name of each; it goes into the metrics, too."""
    from microdesigner.evaluation.sections import FURTHER_ASKED, PARTS, TWINS
    from microdesigner.evaluation.target_accuracy import add_to_metrics
    from microdesigner.evaluation.twins import twin_lines

    there = [path for name in (TWINS, PARTS, FURTHER_ASKED) if (path := out / name).exists()]
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in there}
    add_to_metrics(out, found)
    if "twins" in found:
        print("\n".join(twin_lines(found["twins"])), file=sys.stderr)
    return found


def _record(model: str, out: Path, how: Request, further: bool) -> None:
    """Write the figures into the card of the model, and what it knows of further targets."""
    from microdesigner.evaluation.further_targets import record_further
    from microdesigner.evaluation.sections import FURTHER_ASKED, FURTHER_FILMS
    from microdesigner.evaluation.target_accuracy import record_accuracy
    from microdesigner.models.bundle import find_bundle

    record_accuracy(find_bundle(model), out, how)
    if further:
        record_further(find_bundle(model), out / FURTHER_FILMS, out / FURTHER_ASKED)


def _check_properties(folder: Path | None) -> int:
    """Print the table, and write it where a folder is named; raises MicrodesignerError where a value is off."""
    from microdesigner.evaluation.property_checks import Checked, check_properties, rows, write_checks

    found = [event for event in with_bars(check_properties()) if isinstance(event, Checked)]
    print("\n".join(rows(found)))
    if folder is not None:
        print(write_checks(found, folder))
    off = [one.check.structure for one in found if not one.holds]
    if off:
        raise MicrodesignerError(f"Properties differ from published values by more than they should: {'; '.join(off)}.")
    return 0
