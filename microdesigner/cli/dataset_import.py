"""`microdesigner dataset import`: own volumes as a training set."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdesigner.cli.file_options import add_file_options, file_options
from microdesigner.cli.progress import with_bars
from microdesigner.core.errors import InputError

if TYPE_CHECKING:
    from microdesigner.data.importing import Cut, ImportPlan

_DESCRIPTION = """Import volumes of a film: HDF5 files with one dataset per volume and its labels as attributes, files
of one volume (VTI, VTK, RAW + JSON, MHD, NRRD, TIFF, NPY, HDF5, GraSPI text), folders of these or of TIFF slices, or
tomograms (TIFF, MRC, RAW + the XML of Ising_OPV) to be segmented and cut into overlapping subvolumes. Descriptors are
measured, and no voxel is used for training and validation both. What files do not say must be answered by an option."""

_EPILOG = """Example: microdesigner dataset import film.raw --segment otsu --cathode z- --stride 4 --resize 64 64 64
--out film.h5"""


def add_import_parser(actions: "argparse._SubParsersAction[Any]") -> None:
    """Register the action."""
    parser = actions.add_parser(
        "import", help="make a data set of your own volumes", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.add_argument("sources", metavar="SOURCE", nargs="+", help="files, folders or patterns such as 'part-*.h5'")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.h5", help="HDF5 file to write")
    _add_film_options(parser)
    _add_size_options(parser)
    _add_label_options(parser)
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (one per core)"
    )
    parser.set_defaults(run=run_import)


def _add_film_options(parser: argparse.ArgumentParser) -> None:
    film = parser.add_argument_group("the film")
    film.add_argument(
        "--cathode",
        choices=("x-", "x+", "y-", "y+", "z-", "z+"),
        help="face of the source that becomes z = 0, at the cathode where there is one: z- is the first layer along z, "
        "z+ the last (what the format says)",
    )
    film.add_argument(
        "--lateral", choices=("periodic", "no-flux"), help="lateral faces (what the file says, else no-flux)"
    )
    film.add_argument(
        "--isotropic",
        action="store_true",
        help="the material has no direction: training turns and mirrors its volumes, which must be cubes, in space",
    )
    film.add_argument(
        "--origin",
        default="",
        metavar="TEXT",
        help="where the volumes come from, their licence and citation, for the card of a model trained on them",
    )
    add_file_options(parser)


def _add_size_options(parser: argparse.ArgumentParser) -> None:
    size = parser.add_argument_group("subvolumes")
    size.add_argument("--stride", type=int, metavar="N", help="cut overlapping subvolumes every N voxels of the source")
    size.add_argument(
        "--window",
        type=int,
        nargs=2,
        metavar=("X", "Y"),
        help="lateral voxels of a subvolume in the source (as many as the film is thick)",
    )
    size.add_argument(
        "--height",
        type=int,
        metavar="Z",
        help="voxels of a subvolume in the source along z, where the film is cut along z too (the whole thickness)",
    )
    size.add_argument(
        "--resize",
        type=int,
        nargs=3,
        metavar=("X", "Y", "Z"),
        help="voxels of every stored volume, nearest neighbour; multiples of 32 can be trained on (as they are)",
    )


def _add_label_options(parser: argparse.ArgumentParser) -> None:
    labels = parser.add_argument_group("labels")
    labels.add_argument(
        "--recipes",
        type=Path,
        metavar="TABLE.csv",
        help="processing parameters: first column file names, others numbers, units in the head as in 'time [min]'",
    )
    labels.add_argument(
        "--process",
        nargs="*",
        metavar="NAME",
        help="labels that are processing parameters (those of the table, and phi, chi, log_time where carried)",
    )
    labels.add_argument(
        "--condition",
        nargs="+",
        metavar="NAME",
        help="descriptors to learn, measured or carried by all volumes (fractions and straight paths)",
    )
    labels.add_argument(
        "--group-by",
        nargs="+",
        metavar="NAME",
        help="labels that volumes of one sample share; a sample is on one side of the split (series, or phi and chi)",
    )


def run_import(args: argparse.Namespace) -> int:
    """Import; raises InputError when an answer is missing or a file does not fit."""
    from microdesigner.data.checks import checks_of
    from microdesigner.data.importing import find_volumes, import_dataset
    from microdesigner.data.store import VolumeDataset

    if args.workers < 1:
        raise InputError(f"--workers must be at least 1; got {args.workers}.")
    plan = plan_of(args)
    print(find_volumes(plan.sources, plan.reading).summary, file=sys.stderr)
    for _ in with_bars(import_dataset(args.out, plan, args.workers)):
        pass
    for check in checks_of(VolumeDataset(args.out)):
        print(check, file=sys.stderr)
    print(args.out)
    return 0


def plan_of(args: argparse.Namespace) -> "ImportPlan":
    """The plan that the options tell; raises InputError naming the option that cannot be used."""
    from microdesigner.data.importing import ImportPlan

    options = file_options(args)
    return ImportPlan(
        tuple(args.sources),
        options.voxel_nm,
        args.cathode,
        args.lateral,
        options.segmentation,
        options.mapping,
        _cut(args),
        tuple(args.resize) if args.resize else None,
        args.recipes,
        None if args.process is None else tuple(args.process),
        tuple(args.group_by) if args.group_by else None,
        tuple(args.condition) if args.condition else None,
        options.array,
        options.axes,
        options.flip,
        options.raw,
        options.names,
        args.isotropic,
        args.origin,
    )


def _cut(args: argparse.Namespace) -> "Cut | None":
    from microdesigner.data.importing import Cut

    if args.stride is None:
        for name in ("window", "height"):
            if getattr(args, name) is not None:
                raise InputError(f"--{name} needs --stride, the distance between subvolumes; add it.")
        return None
    if args.height is None:
        return Cut(args.stride, tuple(args.window) if args.window else None)
    if not args.window:
        raise InputError("--height needs --window, the lateral voxels of a subvolume; add it.")
    return Cut(args.stride, (*args.window, args.height))
