"""`generate --morph`: films on the way from one film to another."""

import argparse
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.morph import DEFAULT_FILMS, DEFAULT_STRENGTH, morph_requests
from microdesigner.core.request import Request


def add_morph_option(parser: argparse.ArgumentParser) -> None:
    """Add the option; --count and --strength have meanings of their own with it."""
    parser.add_argument("--morph", nargs=2, type=Path, metavar="FILE",
        help=f"films on the way from one volume to another of the same size, at equal distances, --count of them with "
        f"both ends ({DEFAULT_FILMS}); targets are held, or go from one's measured values to the other's; --strength "
        f"below 1: how far the film half-way may leave the blend of both ({DEFAULT_STRENGTH:g})")  # fmt: skip


def morphed(request: Request, args: argparse.Namespace) -> list[Request]:
    """The requests that the options describe; raises InputError where they do not fit together."""
    if args.sweep or args.given or args.keep or args.targets_of or request.given:
        raise InputError("--morph names both films and goes without a sweep and without a kept part; leave those out.")
    from microdesigner.descriptors import sample_values
    from microdesigner.io import read
    from microdesigner.models.bundle import read_card

    card = read_card(request.model)
    names = [condition.name for condition in card.conditions]
    first, second = (read(path).phases for path in args.morph)
    measured = []
    for path, phases in zip(args.morph, (first, second), strict=True):
        if int(phases.max()) >= len(card.phase_names):
            raise InputError(f"{path} has a phase that the model {card.name} does not know; map its labels first.")
        volume = Microstructure(phases, card.voxel_nm, card.lateral, card.phase_names)
        values = sample_values(volume, names).values
        measured.append({name: values.get(name) for name in names})
    strength = DEFAULT_STRENGTH if args.strength is None else args.strength
    return morph_requests(request, (first, second), measured, args.count or DEFAULT_FILMS, strength)
