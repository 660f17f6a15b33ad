"""`microdesigner train`: from a data set to a model bundle."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import Bars
from microdesigner.core.errors import InputError

if TYPE_CHECKING:
    from microdesigner.training.presets import Stage


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "train",
        help="train a model on a data set",
        description="Train autoencoder (vae), feature predictor (fp) and denoiser (ddpm) and write RUN/bundle. "
        "Events are appended to RUN/events.jsonl. The same command uses a GPU where there is one.",
    )
    parser.add_argument("dataset", metavar="DATASET.h5", type=Path, help="file written by 'dataset build'")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder")
    parser.add_argument("--name", default="my-model", help="name of the model in its card (my-model)")
    parser.add_argument(
        "--preset", default="laptop", help="quick, laptop or gpu: size and length of the stages (laptop)"
    )
    parser.add_argument(
        "--stage", nargs="+", default=["vae", "fp", "ddpm"], metavar="STAGE", help="vae, fp, ddpm (all)"
    )
    parser.add_argument("--minutes", nargs="+", default=[], metavar="STAGE=M",
        help="end a stage after M minutes with its learning-rate schedule run to the end")  # fmt: skip
    parser.add_argument("--from", dest="base", metavar="MODEL",
        help="fine-tune this model: keep its autoencoder, start from its denoiser")  # fmt: skip
    parser.add_argument("--compile", action="store_true",
        help="compile the networks first (minutes once, needs a C++ compiler): about 1.3 times faster")  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="go on with the run in RUN from its last checkpoint")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; raises InputError when the data set, the run folder or an option is wrong."""
    from microdesigner.data.store import VolumeDataset
    from microdesigner.training.presets import STAGES, preset_named
    from microdesigner.training.run import RunDirectory

    unknown = [stage for stage in args.stage if stage not in STAGES]
    if unknown:
        raise InputError(f"There is no stage '{unknown[0]}'; choose among {', '.join(STAGES)}.")
    preset = preset_named(args.preset).limited(_minutes(args.minutes, STAGES), args.compile)
    VolumeDataset(args.dataset).close()  # a wrong file is told before a run folder exists
    directory = RunDirectory(args.out)
    directory.open(args.dataset, args.preset, preset, args.resume)

    import torch

    from microdesigner.models.bundle import load_bundle
    from microdesigner.training.pipeline import train

    base = load_bundle(args.base, torch.device("cpu")) if args.base else None
    with Bars() as bars:
        train(args.dataset, directory, args.name, preset, args.stage, bars.show, base)
    print(directory.bundle if directory.bundle.exists() else directory.path)
    return 0


def _minutes(entries: list[str], stages: "tuple[Stage, ...]") -> "dict[Stage, float]":
    given = {}
    for entry in entries:
        stage, _, text = entry.partition("=")
        try:
            given[stage] = float(text)
        except ValueError:
            raise InputError(f"--minutes needs STAGE=NUMBER, such as ddpm=60; got '{entry}'.") from None
        if stage not in stages or not given[stage] > 0:
            raise InputError(f"--minutes needs one of {', '.join(stages)} and a positive number; got '{entry}'.")
    return {stage: given[stage] for stage in stages if stage in given}
