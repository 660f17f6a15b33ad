"""The options of `generate` by which a film is completed from a part of it."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.cli.like_option import picture_options
from microdesigner.core.errors import InputError
from microdesigner.core.given import Mask
from microdesigner.core.regions import given_part
from microdesigner.core.request import Request


def add_given_options(parser: argparse.ArgumentParser) -> None:
    """Add them in a group of their own."""
    add = parser.add_argument_group("a film from a part of it").add_argument
    add("--given", type=Path, metavar="FILE",
        help="volume of which a region is kept, voxel by voxel, while the rest is generated; a smaller one grows to "
        "--size; a picture or a volume of one layer is a slice")  # fmt: skip
    add("--keep", nargs="+", metavar="REGION", default=[],
        help="regions of the film that are kept, in voxels: x=0:64, a slice y=36, a box 'x=32:96 y=32:96', "
        "sphere=X,Y,Z,RADIUS, 'outside ...' of each; or a mask's file, kept where not 0 (all of FILE)")  # fmt: skip
    add("--targets-of", choices=("film", "new"), default=None,
        help="what target fractions speak of: the whole film, or its new part alone (film)")  # fmt: skip
    add("--strength", type=float, default=None, metavar="S",
        help="vary --given: how far what is not kept may leave it, from 0.05, hardly, to 1, made anew (1)")  # fmt: skip


def given_document(args: argparse.Namespace, document: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a request document that the options describe; raises InputError where they do not fit together."""
    if args.morph:
        return {}
    if args.given is None:
        if args.keep or args.targets_of or args.strength is not None:
            raise InputError("--keep, --targets-of and --strength speak of a given film; name its file with --given.")
        return {}
    from microdesigner.io import read
    from microdesigner.io.slices import upright

    given = read(args.given, picture_options(args))
    phases = given.phases
    size = document.get("size") or (_film_size(document) if 1 in phases.shape else phases.shape)
    x, y, z = size
    regions = [_mask(word) if Path(word).is_file() else word for word in args.keep]
    if not any(word.startswith("z=") for word in args.keep):
        phases = upright(given, args.given).phases
    strength = 1.0 if args.strength is None else args.strength
    return {"given": given_part(phases, (x, y, z), regions, args.targets_of or "film", strength).to_json()}


def _film_size(document: Mapping[str, Any]) -> tuple[int, int, int]:
    from microdesigner.models.bundle import read_card

    return read_card(document.get("model", Request.model)).shape


def _mask(word: str) -> Mask:
    from microdesigner.io import read

    return np.asarray(read(word).phases != 0)
