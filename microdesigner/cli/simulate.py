"""`microdesigner simulate`: anneal one blend and write what it becomes."""

import argparse
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from microdesigner.cli.device_option import add_device_option, selected_device
from microdesigner.cli.parser import Subparsers, add_size_option
from microdesigner.cli.progress import Bars
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.paths import atomic_path

if TYPE_CHECKING:
    import torch

    from microdesigner.physics.cahn_hilliard import State
    from microdesigner.physics.simulate import Recipe, Snapshot

LEAST_REDUCED_TIME = 9.0


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "simulate",
        help="anneal a blend by the Cahn-Hilliard equation",
        description="Quench a Flory-Huggins blend and anneal it. Times are in voxel²/M with mobility M = φ(1−φ).",
    )
    add = parser.add_argument
    add("--phi", type=float, required=True, metavar="P", help="acceptor fraction of the blend, 0 to 1")
    add("--chi", type=float, required=True, metavar="C", help="interaction parameter; above 2 an equal blend separates")
    time = parser.add_mutually_exclusive_group(required=True)
    time.add_argument("--time", type=float, metavar="T", help="annealing time in voxel²/M")
    time.add_argument(
        "--tau", type=float, metavar="L", help="reduced time ln(ω_max t) instead; phases exist from about 2.5 on"
    )
    add("--snapshots", type=int, default=1, metavar="N", help="volumes at N geometric times up to the end (1)")
    add("--seed", type=int, default=0, metavar="S", help="seed of the initial noise (0)")
    add_size_option(parser, "voxels, at least 8")
    add("--lateral", choices=("periodic", "no-flux"), default="periodic", help="lateral faces (periodic)")
    add(
        "--phases",
        choices=("2", "3", "field"),
        default="3",
        help="donor and acceptor, with mixed, or the field φ itself (3)",
    )
    add_device_option(parser)
    add("--out", type=Path, required=True, metavar="PATH",
        help="file; several snapshots become PATH-0000.EXT and so on; a field is .npy, float32 [x, y, z]")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Simulate and write; raises InputError when nothing would separate or the path does not fit."""
    from microdesigner.io.registry import format_of, numbered
    from microdesigner.physics.simulate import NotSeparatedError, Recipe, snapshot

    if args.phases == "field" and args.out.suffix != ".npy":
        raise InputError(f"A field is written as .npy; {args.out} has another extension.")
    if args.phases != "field":
        format_of(args.out)
    if args.snapshots < 1:
        raise InputError(f"--snapshots must be at least 1; got {args.snapshots}.")
    recipe = Recipe(args.phi, args.chi, args.seed, tuple(args.size), args.lateral)
    times = snapshot_times(args, recipe)
    too_early: InputError | None = None
    written = 0
    with closing(_with_progress(recipe, times, selected_device(args.device))) as states:
        for index, taken in enumerate(snapshot(recipe, state) for state in states if state.requested):
            path = numbered(args.out, index) if len(times) > 1 else args.out
            try:
                _write(taken, args.phases, path)
            except NotSeparatedError as error:
                too_early = error
                continue
            written += 1
            print(path)
    if too_early is not None:
        if not written:
            raise too_early
        print(f"microdesigner: {len(times) - written} early snapshots were left out. {too_early}", file=sys.stderr)
    return 0


def _with_progress(recipe: "Recipe", times: list[float], device: "torch.device") -> "Generator[State]":
    """The states of the annealing on `device`, with a bar on the way."""
    from microdesigner.physics.simulate import anneal

    with Bars() as bars:
        for state in anneal(recipe, times, device):
            bars.show(Progress("simulate", int(100 * recipe.share_done(state.time, times[-1])), 100))
            yield state


def snapshot_times(args: argparse.Namespace, recipe: "Recipe") -> list[float]:
    """The requested times; several are geometric from the first separated state to the end."""
    recipe.quench.check()
    end = args.time if args.time is not None else recipe.time_of(args.tau)
    if not end > 0 or not np.isfinite(end):
        raise InputError(f"The annealing time must be positive; got {end:g}.")
    if args.snapshots == 1:
        return [end]
    start = LEAST_REDUCED_TIME / recipe.quench.growth_rate
    if end <= start:
        raise InputError(
            f"Several snapshots need an end after {start:.4g} voxel²/M, when the phases appear; got {end:.4g}."
        )
    return [float(time) for time in np.geomspace(start, end, args.snapshots)]


def _write(snapshot: "Snapshot", phases: str, path: Path) -> None:
    from microdesigner.io.volumes import write

    if phases == "field":
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.save(file, snapshot.field)
    else:
        write(snapshot.microstructure(2 if phases == "2" else 3), path)
