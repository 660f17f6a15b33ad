"""The options of `generate` by which films become like a picture: its statistics are their targets."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microdesigner.cli.file_options import parse_mapping, parse_segmentation, parse_voxel
from microdesigner.cli.parser import parse_targets
from microdesigner.core.descriptor_spec import same_quantity
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request

if TYPE_CHECKING:
    from microdesigner.io import ImportOptions


def add_like_options(parser: argparse.ArgumentParser) -> None:
    """Add them in a group of their own."""
    add = parser.add_argument_group("films from a picture").add_argument
    add("--like", type=Path, metavar="PICTURE",
        help="picture of a section whose statistics become targets: fractions, domain size, interfacial area; --target "
        "adds others or replaces them (--given keeps the picture itself, pixel by pixel)")  # fmt: skip
    add("--pixel", nargs="+", metavar="EDGE",
        help="edge of a pixel of --like and its unit, such as 2 nm (what the file says, else unknown)")  # fmt: skip
    add("--map", nargs="+", metavar="VALUE=LABEL", default=[],
        help="which phase of the model each value of --like or --given is, such as 0=donor 255=acceptor")  # fmt: skip
    add("--segment", metavar="HOW",
        help="grey values of --like or --given to phases, dark to bright: otsu, otsu3, threshold=T,... or "
        "fraction=F,...")  # fmt: skip


def picture_options(args: argparse.Namespace) -> "ImportOptions":
    """How the file of --like or --given is read; raises InputError naming the option that cannot be used."""
    from microdesigner.io import ImportOptions

    mapping, names = parse_mapping(args.map)
    segmentation = parse_segmentation(args.segment) if args.segment else None
    return ImportOptions(mapping=mapping, names=names, segmentation=segmentation)


def targets_document(args: argparse.Namespace, document: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a request document that --target and --like describe, if any; tells on stderr what a picture shows.

    Raises InputError where they do not fit each other, the picture or the model.
    """
    if args.pixel and args.like is None:
        raise InputError("--pixel speaks of a picture; name its file with --like.")
    if (args.map or args.segment) and args.like is None and args.given is None:
        raise InputError("--map and --segment speak of a picture; name its file with --like or --given.")
    asked = parse_targets(args.target)
    if args.like is None:
        return {"targets": asked} if asked else {}
    estimated = _estimated(args, document)
    kept = {name: value for name, value in estimated.items() if not set(same_quantity(name)) & asked.keys()}
    return {"targets": kept | asked}


def _estimated(args: argparse.Namespace, document: Mapping[str, Any]) -> dict[str, float]:
    from dataclasses import replace

    from microdesigner.core.picture_targets import picture_targets
    from microdesigner.descriptors.stereology import section_estimates
    from microdesigner.io import read
    from microdesigner.io.slices import upright
    from microdesigner.models.bundle import read_card

    card = read_card(document.get("model", Request.model))
    options = replace(picture_options(args), voxel_nm=parse_voxel(args.pixel, "--pixel"))
    picture = upright(read(args.like, options), args.like)
    found = picture_targets(card, section_estimates(picture), picture.phase_names)
    print(f"microdesigner: {args.like} shows {found.words}", file=sys.stderr)
    if picture.voxel_nm is None:
        print("microdesigner: --pixel EDGE, such as 2 nm, says how long a pixel is.", file=sys.stderr)
    return found.targets
