"""An argument parser that answers a mistake with one sentence."""

import argparse
import sys
from typing import NoReturn, Protocol, TypeAlias

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import DEFAULT_SIZE


class Verb(Protocol):
    """A module that adds one command to the program."""

    __name__: str

    def add_parser(self, subparsers: "Subparsers") -> None:
        """Add the command's parser, whose defaults hold `run(args) -> exit code`."""


class Parser(argparse.ArgumentParser):
    """ArgumentParser whose errors are one sentence on stderr (exit code 2) that says where to read on."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the help is, then exit with code 2."""
        print(f"{self.prog}: {message.rstrip('.')}; see {self.prog} --help.", file=sys.stderr)
        raise SystemExit(2)


Subparsers: TypeAlias = "argparse._SubParsersAction[Parser]"


def add_size_option(parser: argparse.ArgumentParser, words: str = "voxels") -> None:
    """Let the command be told how many voxels a film has along x, y and z."""
    default = " ".join(map(str, DEFAULT_SIZE))
    parser.add_argument(
        "--size", type=int, nargs=3, default=DEFAULT_SIZE, metavar=("X", "Y", "Z"), help=f"{words} ({default})"
    )


def parse_targets(entries: list[str]) -> dict[str, float]:
    """`["vol_frac_D=0.3", ...]` as a dictionary; InputError on an entry that is no NAME=NUMBER or comes twice."""
    targets: dict[str, float] = {}
    for entry in entries:
        name, equals, text = entry.partition("=")
        if not equals or not name:
            raise InputError(f"--target needs NAME=VALUE, such as vol_frac_D=0.35; got '{entry}'.")
        try:
            value = float(text)
        except ValueError:
            raise InputError(f"The target {name} must be a number; got '{text}'.") from None
        if name in targets:
            raise InputError(f"The target {name} is given twice; keep one of them.")
        targets[name] = value
    return targets
