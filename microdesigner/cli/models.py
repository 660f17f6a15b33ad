"""`microdesigner models`: what is installed, what a model knows, whether its files are whole."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from microdesigner.cli.parser import Subparsers
from microdesigner.core.card import CARD_FILE, PARTS, ModelCard, Parameter, PartName
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words, unit_words


def add_parser(subparsers: Subparsers) -> None:
    """Add the verb with its actions."""
    parser = subparsers.add_parser(
        "models",
        help="list, describe or check models",
        description="Models are folders in the program's weights and in the user's data folder, models/.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the installed models", description="List the installed models.")
    listing.add_argument("--json", action="store_true", help="print a JSON list of name, phases, shape and folder")
    listing.set_defaults(run=run_list)
    info = actions.add_parser(
        "info", help="a model's card", description="Targets with units and trained ranges, recipe, parts."
    )
    info.add_argument("name", metavar="NAME", help="model or bundle folder")
    info.add_argument("--json", action="store_true", help="print the card with each part's parameter count")
    info.set_defaults(run=run_info)
    importing = actions.add_parser(
        "import",
        help="install a model file or the paper's published weights",
        description="Install a file written by 'models export', its hashes checked, or (--as) the published weights of "
        "MicroGen3D (Baishnab et al. 2025). A model that is there is never replaced.",
    )
    add = importing.add_argument
    add("file", nargs="?", type=Path, metavar="MODEL.zip", help="file written by 'models export'")
    add("--as", dest="kind", metavar="PAPER-MODEL",
        help="paper-ch-3phase, paper-ch-2phase or paper-experimental")  # fmt: skip
    for part, what in (("vae", "autoencoder"), ("fp", "feature predictor"), ("ddpm", "denoiser")):
        add(f"--{part}", type=Path, metavar=f"{part}.pt", help=f"state_dict of the {what}")
    add("--name", help="name of the new model (that in the file)")
    importing.set_defaults(run=run_import)
    installing = actions.add_parser(
        "install",
        help="install a model from a file or a collection",
        description="Install a model file, or the model NAME of a collection (--from): a folder or https address with "
        "models and an index of their hashes, as packaging/model_collection.py writes. A model that is there is never "
        "replaced.",
    )
    installing.add_argument("model", metavar="FILE|NAME", help="file written by 'models export', or a collected model")
    installing.add_argument("--from", dest="place", metavar="FOLDER|URL", help="the collection that holds NAME")
    installing.add_argument("--name", help="name of the new model (its own)")
    installing.set_defaults(run=run_install)
    exporting = actions.add_parser(
        "export", help="write a model as one file", description="Write a model as one ZIP file for another computer."
    )
    exporting.add_argument("name", metavar="NAME", help="model or bundle folder")
    exporting.add_argument("file", type=Path, metavar="MODEL.zip", help="file to write")
    exporting.set_defaults(run=run_export)
    verify = actions.add_parser(
        "verify", help="check files against their hashes", description="Check each part against the hash in its card."
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="models or bundle folders (all installed)")
    verify.set_defaults(run=run_verify)


def run_list(args: argparse.Namespace) -> int:
    """Print the installed models; one that cannot be read is named on stderr."""
    from microdesigner.models.bundle import bundle_folders

    entries = []
    for folder in bundle_folders().values():
        try:
            entries.append(_entry(folder, ModelCard.read(folder / "model.json")))
        except InputError as error:
            print(f"microdesigner: {error}", file=sys.stderr)
    if args.json:
        print(json.dumps(entries, indent=1, default=plain_number))
        return 0
    if not entries:
        print("No model is installed; train one with microdesigner train.", file=sys.stderr)
    for entry in entries:
        shape = size_words(entry["shape"])
        print(entry["name"], shape, ", ".join(entry["phases"]), entry["folder"], sep="  ")
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Print one model's card; raises InputError when there is no such model.

    The paper's models are known by name without their weights.
    """
    from microdesigner.models.bundle import bundle_folders, find_bundle, part_parameters
    from microdesigner.models.microgen3d.published import PUBLISHED, published_card

    if args.name in PUBLISHED and args.name not in bundle_folders():
        card = ModelCard.from_json(published_card(args.name))
        counts = {part: entry.parameters or 0 for part, entry in card.parts.items()}
    else:
        folder = find_bundle(args.name)
        card, counts = ModelCard.read(folder / CARD_FILE), part_parameters(folder)
    if args.json:
        print(json.dumps(_with_counts(card, counts), indent=1, default=plain_number))
        return 0
    print(card.name, size_words(card.shape) + " voxels", ", ".join(card.phase_names), sep="  ")
    for title, parameters in (("Targets", card.targets), ("Recipe", card.process)):
        print(f"{title}:" if parameters else f"{title}: none")
        for parameter in parameters:
            print(f"  {_line(parameter)}")
    print("Parts:", ", ".join(f"{part} {counts[part]:,} parameters" for part in PARTS if part in counts))
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Install a model file or published weights and print the new model's folder; raises InputError when a file is
    damaged or something else."""
    weights = {part: getattr(args, part) for part in PARTS}
    if args.file is not None:
        if args.kind or any(weights.values()):
            raise InputError("Give either a model file or --as with the published weights, not both.")
        from microdesigner.models.archive import import_bundle

        print(import_bundle(args.file, args.name))
        return 0
    if not args.kind or not args.name or not all(weights.values()):
        raise InputError("Give a model file, or --as, --name, --vae, --fp and --ddpm of published weights.")
    from microdesigner.models.microgen3d.published import import_published

    print(import_published(args.kind, weights, args.name))
    return 0


def run_install(args: argparse.Namespace) -> int:
    """Install a model file or a model of a collection and print the new model's folder; raises InputError when there
    is none, or it is damaged."""
    if args.place is not None:
        from microdesigner.models.collection import install_collected

        print(install_collected(args.model, args.place, args.name))
        return 0
    path = Path(args.model)
    if not path.exists():
        raise InputError(
            f"There is no file {path}; name a model file, or add --from with the folder or address of a collection."
        )
    from microdesigner.models.archive import import_bundle

    print(import_bundle(path, args.name))
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Write a model as one file and print its path; raises InputError when the model is not whole."""
    from microdesigner.models.archive import export_bundle
    from microdesigner.models.bundle import find_bundle

    if args.file.exists():
        raise InputError(f"{args.file} exists; choose another name or delete it first.")
    export_bundle(find_bundle(args.name), args.file)
    print(args.file)
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Check bundles one by one; the first damaged one raises InputError."""
    from microdesigner.models.bundle import bundle_folders, find_bundle, verify_bundle

    folders = [find_bundle(name) for name in args.names] or list(bundle_folders().values())
    if not folders:
        raise InputError("No model is installed; name a bundle folder to check.")
    for folder in folders:
        verify_bundle(folder)
        print(f"{folder.name}: whole")
    return 0


def _entry(folder: Path, card: ModelCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "phases": list(card.phase_names),
        "shape": list(card.shape),
        "conditions": [condition.name for condition in card.conditions],
        "process": [parameter.name for parameter in card.process],
        "folder": str(folder),
    }


def _with_counts(card: ModelCard, counts: Mapping[PartName, int]) -> dict[str, Any]:
    document = card.to_json()
    parts = {name: {**entry, "parameters": counts[name]} for name, entry in document["parts"].items()}
    return {**document, "parts": parts}


def _line(parameter: Parameter) -> str:
    spec = spec_of(parameter.name)
    unit = unit_words(spec.unit, " {}")
    return f"{parameter.name}  {spec.title}, trained on {parameter.low:.3g} to {parameter.high:.3g}{unit}"
