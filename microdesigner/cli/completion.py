"""`microdesigner --completion SHELL`: what a shell needs to complete commands, options and file names."""

import argparse
from pathlib import Path

SHELLS = ("bash", "zsh", "tcsh")


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that `shell` reads, for the whole grammar of `parser`."""
    import shtab

    _name_files(parser, shtab.FILE)
    return str(shtab.complete(parser, shell))


def _name_files(parser: argparse.ArgumentParser, files: object) -> None:
    """Mark every argument that is a path, in all commands."""
    for action in parser._actions:
        if action.type is Path:
            action.complete = files  # type: ignore[attr-defined]
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _name_files(inner, files)
