"""`microdesigner train`: from a data set to a model bundle."""

import argparse
import json
import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import Bars, with_bars
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Progress

if TYPE_CHECKING:
    from microdesigner.training.labels import Labels
    from microdesigner.training.presets import Preset, Stage
    from microdesigner.training.run import RunDirectory


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "train",
        help="train a model on a data set",
        description="Train autoencoder (vae), feature predictor (fp) and denoiser (ddpm) and write RUN/bundle. "
        "Events are appended to RUN/events.jsonl, Lightning's logs to RUN/STAGE/log. The same command uses a GPU where "
        "there is one. While a file RUN/pause exists training waits; a file RUN/stop ends it soon with a usable model.",
    )
    parser.add_argument("dataset", metavar="DATASET.h5", type=Path, help="file written by 'dataset build'")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder")
    parser.add_argument("--name", default="my-model", help="name of the model in its card (my-model)")
    parser.add_argument(
        "--preset",
        default="laptop",
        help="quick, laptop, gpu: size and length of the stages; paper: the networks of Baishnab et al. 2025, trained "
        "as they were (laptop)",
    )
    parser.add_argument(
        "--stage", nargs="+", metavar="STAGE", help="vae, fp, ddpm (all; of a model to fine-tune fp and ddpm)"
    )
    parser.add_argument("--minutes", nargs="+", default=[], metavar="STAGE=M",
        help="end a stage after M minutes with its learning-rate schedule run to the end")  # fmt: skip
    parser.add_argument("--from", dest="base", metavar="MODEL",
        help="fine-tune this model: keep its encoder, start from its denoiser (stage vae: decoder)")  # fmt: skip
    parser.add_argument("--denoiser",
        help="unet or transformer: what is trained to denoise (unet); a model to fine-tune keeps its own")  # fmt: skip
    parser.add_argument("--compile", action="store_true",
        help="compile the networks first (minutes once, needs a C++ compiler): about 1.3 times faster")  # fmt: skip
    parser.add_argument("--conditions", nargs="+", metavar="LABEL", help="descriptors to learn (the data set's own)")
    parser.add_argument("--recipe", nargs="*", metavar="LABEL",
        help="processing parameters to predict; none given: no recipe (the data set's own)")  # fmt: skip
    parser.add_argument("--devices", type=int, default=1, metavar="N",
        help="GPUs per machine that train together, or processes where there is no GPU (1)")  # fmt: skip
    parser.add_argument("--nodes", type=int, default=1, metavar="N",
        help="machines that train together; start the same command on each (1)")  # fmt: skip
    parser.add_argument("--install", action="store_true",
        help="measure the finished model and put it among the user's models")  # fmt: skip
    parser.add_argument("--trial", action="store_true",
        help="train nothing: measure a few steps on this device and print time, memory and disk as JSON")  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="go on with the run in RUN from its last checkpoint")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; raises InputError when the data set, the run folder or an option is wrong."""
    from microdesigner.data.checks import require_fit
    from microdesigner.data.store import VolumeDataset
    from microdesigner.training import ranks
    from microdesigner.training.presets import STAGES, preset_named
    from microdesigner.training.run import RunDirectory

    args.stage = args.stage or (["fp", "ddpm"] if args.base else list(STAGES))
    unknown = [stage for stage in args.stage if stage not in STAGES]
    if unknown:
        raise InputError(f"There is no stage '{unknown[0]}'; choose among {', '.join(STAGES)}.")
    for option in ("devices", "nodes"):
        if getattr(args, option) < 1:
            raise InputError(f"--{option} must be at least 1; got {getattr(args, option)}.")
    preset = preset_named(args.preset).limited(_minutes(args.minutes, STAGES), args.compile)
    if args.denoiser is not None:
        preset = preset.with_denoiser(args.denoiser)
    dataset = VolumeDataset(args.dataset)  # a wrong file is told before a run folder exists
    description = _labels(args).chosen(dataset)
    require_fit(dataset, description.conditions, description.process)
    dataset.close()
    if args.trial:
        return _try(args, preset)
    directory = RunDirectory(args.out)
    with directory.locked() if ranks.is_first() else nullcontext():
        directory.open(args.dataset, args.preset, preset, args.resume or not ranks.is_first())
        try:
            _train(args, directory, preset)
        except (OSError, RuntimeError) as error:  # torch tells of a full disk as RuntimeError
            if not directory.disk_full:
                raise
            raise MicrodesignerError(
                f"The disk of {directory.path} is full; free some space and add --resume."
            ) from error
    print(directory.bundle if directory.bundle.exists() else directory.path)
    return 0


def _train(args: argparse.Namespace, directory: "RunDirectory", preset: "Preset") -> None:
    import torch

    from microdesigner.evaluation.finishing import finish_model
    from microdesigner.models.bundle import load_bundle
    from microdesigner.training import ranks
    from microdesigner.training.events import ProgressLog
    from microdesigner.training.pipeline import train
    from microdesigner.training.stage import Devices

    base = load_bundle(args.base, torch.device("cpu")) if args.base else None
    log = ProgressLog(directory.events)
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    directory.events.write("process", pid=os.getpid(), device=device)
    with Bars() as bars:

        def report(progress: Progress) -> None:
            bars.show(progress)
            log.show(progress)

        train(
            args.dataset, directory, args.name, preset, args.stage, report, base, _labels(args),
            Devices(args.devices, args.nodes),
        )  # fmt: skip
        if args.install and directory.bundle.exists() and ranks.is_first():
            finish_model(directory, preset.targets, report)


def _try(args: argparse.Namespace, preset: "Preset") -> int:
    from microdesigner.training.trial import measure_trial
    from microdesigner.training.trial_result import Trial

    for event in with_bars(measure_trial(args.dataset, preset, _labels(args))):
        if isinstance(event, Trial):
            print(json.dumps(event.to_json(), indent=1))
    return 0


def _labels(args: argparse.Namespace) -> "Labels":
    from microdesigner.training.labels import Labels

    conditions = None if args.conditions is None else tuple(args.conditions)
    return Labels(conditions, None if args.recipe is None else tuple(args.recipe))


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
