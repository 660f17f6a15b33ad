"""The option `--device` of the commands that compute with PyTorch."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def add_device_option(parser: argparse.ArgumentParser, default: str | None = "auto") -> None:
    """Add `--device` to `parser`; the device is chosen when the command runs (see `selected_device`)."""
    parser.add_argument("--device", default=default, metavar="NAME",
        help="auto (the first GPU that computes, else the CPU), cpu, cuda, cuda:1, mps (auto)")  # fmt: skip


def selected_device(name: str) -> "torch.device":
    """The device called `name`, with a note on stderr where a faster one cannot compute; see `select_device`.

    Raises InputError when a named device does not exist or cannot compute.
    """
    from microdesigner.compute import select_device

    choice = select_device(name)
    print_device_note(choice.note)
    return choice.device


def print_device_note(note: str) -> None:
    """Print why a faster device does not compute, if `note` says so, on stderr."""
    if note:
        print(f"microdesigner: {note}", file=sys.stderr)
