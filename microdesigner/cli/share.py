"""`microdesigner share`: a film or a whole run as an RO-Crate."""

import argparse
import sys
from pathlib import Path

from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import with_bars

_DESCRIPTION = """Pack a film, or all films of a run or study, with what others need to understand them and to make them
again: the request, what was measured, the recipe, the model's card and hash, versions of the software, licence and
authors. The crate (RO-Crate 1.1, Process Run Crate 0.5) tells no folders and no user of this machine, and holds no
weights."""


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "share",
        help="a film or a whole run with all that made it, as an RO-Crate",
        description=_DESCRIPTION,
        epilog='Example: microdesigner share study study.zip --license CC-BY-4.0 --author "Ada Lovelace '
        '0000-0002-1825-0097"',
    )
    add = parser.add_argument
    add("source", metavar="IN", type=Path, help="file of a film, or a folder that generate or design has written")
    add("out", metavar="OUT", type=Path, help="crate to write, which must not exist: a .zip file, else a folder")
    add("--license", default="", metavar="ID",
        help="licence of the films: an SPDX identifier such as CC-BY-4.0, or an address (none is stated)")  # fmt: skip
    add("--author", nargs="+", action="extend", default=[], metavar="NAME",
        help='authors, each in quotes, with an ORCID after the name or not (none is told)')  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write, tell what the crate lacks; raises InputError where there is nothing to share or no place for it."""
    from microdesigner.sharing import Shared, Terms, sharing

    terms = Terms(args.license, tuple(args.author))
    *_, shared = with_bars(sharing(args.source, args.out, terms))
    assert isinstance(shared, Shared)
    for note in shared.notes:
        print(f"microdesigner: {note}", file=sys.stderr)
    print(shared.path)
    return 0
