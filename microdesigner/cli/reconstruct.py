"""`microdesigner reconstruct`: films of an unknown material from pictures of its sections."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from microdesigner.cli.file_options import add_file_options, file_options
from microdesigner.cli.parser import Subparsers, add_size_option
from microdesigner.cli.progress import with_bars
from microdesigner.core.errors import InputError

if TYPE_CHECKING:
    from microdesigner.core.microstructure import Microstructure

_DESCRIPTION = """Make films whose slices along x, y and z look like pictures of sections: of a material that no model
knows, without training, in minutes. The material is taken to look alike from all sides; the films have the pictures'
phase fractions and voxels of their pixels' size. Several films of different seeds can be imported as a data set."""


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "reconstruct", help="make films from a picture of a section", description=_DESCRIPTION
    )
    add = parser.add_argument
    add("pictures", metavar="PICTURE", nargs="+", type=Path,
        help="pictures of sections of one material (PNG, TIFF, or any format of volumes, one layer thick)")  # fmt: skip
    add_size_option(parser)
    add("--seed", type=int, default=0, metavar="S", help="seed of the first film (0)")
    add("--count", type=int, default=1, metavar="N", help="films, with seeds one after the other (1)")
    add("--out", type=Path, required=True, metavar="PATH",
        help="file; several films become PATH-0000.EXT and so on")  # fmt: skip
    add_file_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Reconstruct and write; raises InputError when pictures, size or path do not fit."""
    from microdesigner.io.registry import format_of, numbered
    from microdesigner.io.volumes import write

    format_of(args.out)
    if args.count < 1:
        raise InputError(f"--count must be at least 1; got {args.count}.")
    if not 0 <= args.seed < 1 << 62:
        raise InputError(f"--seed must be a whole number from 0 on; got {args.seed}.")
    pictures = _pictures(args)
    for index in range(args.count):
        path = numbered(args.out, index) if args.count > 1 else args.out
        write(_film(pictures, args, args.seed + index), path)
        print(path)
    return 0


def _pictures(args: argparse.Namespace) -> "list[Microstructure]":
    from microdesigner.io import read

    options = file_options(args)
    return [read(path, options) for path in args.pictures]


def _film(pictures: "list[Microstructure]", args: argparse.Namespace, seed: int) -> "Microstructure":
    from microdesigner.core.microstructure import Microstructure
    from microdesigner.reconstruction import reconstruct

    film: Microstructure | None = None
    for event in with_bars(reconstruct(pictures, tuple(args.size), seed, [path.name for path in args.pictures])):
        film = event if isinstance(event, Microstructure) else film
    assert film is not None
    return film
