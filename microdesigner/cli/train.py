"""`microdesigner train`: from a data set to a model bundle."""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from microdesigner.cli.device_option import add_device_option, selected_device
from microdesigner.cli.parser import Subparsers
from microdesigner.cli.progress import Bars, with_bars
from microdesigner.cli.train_options import training_config
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Listener, Progress

if TYPE_CHECKING:
    from microdesigner.training.config import TrainingConfig
    from microdesigner.training.run import RunDirectory


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "train",
        help="train a model on a data set",
        description="Train autoencoder (vae), feature predictor (fp) and denoiser (ddpm) and write RUN/bundle. "
        "Events are appended to RUN/events.jsonl, Lightning's logs to RUN/STAGE/log. While a file "
        "RUN/pause exists training waits; a file RUN/stop ends it soon with a usable model.",
    )
    parser.add_argument("dataset", metavar="DATASET.h5", type=Path, nargs="?",
        help="file written by 'dataset build' or 'import' (with --resume: that of the run)")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder")
    parser.add_argument("--name", help="name of the model in its card (my-model)")
    parser.add_argument(
        "--preset",
        help="quick, laptop, gpu: size and length of the stages; paper: the networks of Baishnab et al. 2025, trained "
        "as they were (laptop)",
    )
    parser.add_argument(
        "--stage", nargs="+", metavar="STAGE", help="vae, fp, ddpm (all; of a model to fine-tune fp and ddpm)"
    )
    parser.add_argument("--minutes", nargs="+", metavar="STAGE=M",
        help="end a stage after M minutes with its learning-rate schedule run to the end")  # fmt: skip
    parser.add_argument("--from", dest="base", metavar="MODEL",
        help="fine-tune this model: keep its encoder, start from its predictor and denoiser (stage vae: decoder); "
        "what is not among the stages stays as it is")  # fmt: skip
    parser.add_argument("--warm-start", metavar="MODEL",
        help="begin the networks of a new model with the weights of this one, as far as they fit: for few volumes, "
        "even of another material")  # fmt: skip
    parser.add_argument("--denoiser",
        help="unet or transformer: what is trained to denoise (unet); a model to fine-tune keeps its own")  # fmt: skip
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=None,
        help="compile the networks first (minutes once, needs a C++ compiler): up to 1.3 times faster, no gain where "
        "the processor computes in 16 bits (no)")  # fmt: skip
    parser.add_argument("--conditions", nargs="+", metavar="LABEL", help="descriptors to learn (the data set's own)")
    parser.add_argument("--recipe", nargs="*", metavar="LABEL",
        help="processing parameters to predict; none given: no recipe (the data set's own)")  # fmt: skip
    add_device_option(parser, default=None)
    parser.add_argument("--devices", type=int, metavar="N",
        help="GPUs per machine that train together, or processes where there is no GPU (1)")  # fmt: skip
    parser.add_argument("--nodes", type=int, metavar="N",
        help="machines that train together; start the same command on each (1)")  # fmt: skip
    parser.add_argument("--install", action="store_true",
        help="measure the finished model and put it among the user's models")  # fmt: skip
    parser.add_argument("--trial", action="store_true",
        help="train nothing: measure a few steps on this device and print time, memory and disk as JSON")  # fmt: skip
    parser.add_argument("--resume", action="store_true", 
        help="go on with the run in RUN from its last checkpoint, as RUN/config.json says; only --stage, --minutes, "
        "--compile, --device, --devices, --nodes and --name may differ")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; raises InputError when the data set, the run folder or an option is wrong."""
    from microdesigner.data.checks import require_fit
    from microdesigner.data.store import VolumeDataset
    from microdesigner.training.labels import with_labels
    from microdesigner.training.run import RunDirectory

    directory = RunDirectory(args.out)
    config = training_config(args, directory)
    dataset = VolumeDataset(Path(config.dataset))  # a wrong file is refused before a run folder exists
    description = with_labels(dataset, config.conditions, config.process)
    require_fit(dataset, description.conditions, description.process)
    config = replace(config, fingerprint=dataset.fingerprint)
    dataset.close()
    if args.trial:
        return _try(config)
    first_machine = all(int(os.environ.get(name, "0")) == 0 for name in ("NODE_RANK", "SLURM_PROCID"))
    with directory.locked() if first_machine else nullcontext():
        config = directory.open(config, args.resume) if first_machine else config
        try:
            _train(config, directory, args.install)
        except (OSError, RuntimeError) as error:  # torch tells of a full disk as RuntimeError
            if not directory.disk_full:
                raise
            raise MicrodesignerError(
                f"The disk of {directory.path} is full; free some space and add --resume."
            ) from error
        finally:
            if first_machine:
                directory.interruption.unlink(missing_ok=True)
    print(directory.bundle if directory.bundle.exists() else directory.path)
    return 0


def _train(config: "TrainingConfig", directory: "RunDirectory", install: bool) -> None:
    """Train in this process, or in one per device, all of them anew with half the batch where one lacks memory."""
    from microdesigner.training.process_group import BatchTooLargeError, Layout
    from microdesigner.training.supervisor import run_together

    directory.events.write("process", pid=os.getpid(), device=_device_words(config))
    layout = Layout(config.devices, config.nodes)
    while True:
        try:
            run_together(_train_here, (config, directory), layout)
            break
        except BatchTooLargeError as error:
            if error.batch == 1:
                raise
            directory.events.write("memory", stage=error.stage, batch=error.batch // 2)
    if install and directory.bundle.exists():
        from microdesigner.evaluation.finishing import finish_model

        with _reports(directory) as report:
            finish_model(directory, config.plan.targets, report, config.device)


def _train_here(config: "TrainingConfig", directory: "RunDirectory") -> None:
    """The part of this process in a training."""
    from microdesigner.training import ranks
    from microdesigner.training.pipeline import train

    with _reports(directory) if ranks.is_first() else nullcontext(lambda _: None) as report:
        train(config, directory, report)


@contextmanager
def _reports(directory: "RunDirectory") -> "Iterator[Listener]":
    """Shows progress on the terminal and in the event log; ends this process's work where that was asked for."""
    from microdesigner.training.events import ProgressLog
    from microdesigner.training.process_group import interruption_requested

    log = ProgressLog(directory.events)
    with Bars() as bars:

        def report(progress: Progress) -> None:
            bars.show(progress)
            log.show(progress)
            if interruption_requested() or directory.interruption.exists():
                raise KeyboardInterrupt

        yield report


def _device_words(config: "TrainingConfig") -> str:
    """What computes, for the event log; a note on stderr where it is not what one would expect."""
    from microdesigner.compute import device_name

    name = device_name(selected_device(config.device))
    processes = config.devices * config.nodes
    return f"{processes} × {name}" if processes > 1 else name


def _try(config: "TrainingConfig") -> int:
    from microdesigner.training.resource_estimate import ResourceEstimate
    from microdesigner.training.trial import measure_trial

    for event in with_bars(measure_trial(config)):
        if isinstance(event, ResourceEstimate):
            print(json.dumps(event.to_json(), indent=1, default=plain_number))
    return 0
