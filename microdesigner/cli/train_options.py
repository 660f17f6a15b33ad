"""The configuration of a run that the options of `train` ask for."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from microdesigner.core.errors import InputError

if TYPE_CHECKING:
    from microdesigner.training.config import TrainingConfig
    from microdesigner.training.presets import Stage
    from microdesigner.training.run import RunDirectory

LONGEST_MINUTES = 1e7


def training_config(args: argparse.Namespace, directory: "RunDirectory") -> "TrainingConfig":
    """What the options ask for; what they leave open comes from the run to resume, else from defaults and data set."""
    for option in ("devices", "nodes"):
        if getattr(args, option) is not None and getattr(args, option) < 1:
            raise InputError(f"--{option} must be at least 1; got {getattr(args, option)}.")
    stored = _stored(args, directory)
    given = {
        "name": args.name,
        "dataset": None if args.dataset is None else str(args.dataset.resolve()),
        "conditions": None if args.conditions is None else tuple(args.conditions),
        "process": None if args.recipe is None else tuple(args.recipe),
        "preset": args.preset,
        "denoiser": args.denoiser,
        "minutes": None if args.minutes is None else _minutes(args.minutes),
        "compiled": args.compile,
        "base_model": args.base,
        "warm_start": args.warm_start,
        "stages": None if args.stage is None else _stages(args.stage),
        "device": args.device,
        "devices": args.devices,
        "nodes": args.nodes,
    }
    chosen = {entry: value for entry, value in given.items() if value is not None}
    return _new(chosen) if stored is None else _changed(stored, chosen)


def _stored(args: argparse.Namespace, directory: "RunDirectory") -> "TrainingConfig | None":
    if not args.resume or (args.dataset is not None and not directory.path.is_dir()):
        return None
    try:
        return directory.config
    except InputError:  # an old or missing one is no matter where the options say everything
        if args.dataset is None:
            raise
    return None


def _new(chosen: dict[str, Any]) -> "TrainingConfig":
    from microdesigner.data.store import VolumeDataset
    from microdesigner.training.config import new_config
    from microdesigner.training.labels import with_labels

    if "dataset" not in chosen:
        raise InputError("Which data set? Name its file, as in `microdesigner train DATASET.h5 --out RUN`.")
    chosen = {"name": "my-model", "preset": "laptop", **chosen}
    new_config(**{"conditions": ("any",), "process": (), **chosen})  # wrong options are told before the file is read
    dataset = VolumeDataset(Path(chosen["dataset"]))
    description = with_labels(dataset, chosen.get("conditions"), chosen.get("process"))
    dataset.close()
    return new_config(**{**chosen, "conditions": description.conditions, "process": description.process})


def _changed(stored: "TrainingConfig", chosen: dict[str, Any]) -> "TrainingConfig":
    """`stored` with the options that were given; whether it can be resumed so is for `check_resumable` to say."""
    from microdesigner.training.presets import preset_named

    plan, denoiser = stored.plan, chosen.pop("denoiser", None)
    if "preset" in chosen or denoiser is not None:
        plan = preset_named(chosen.get("preset", stored.preset))
        present = stored.plan.denoiser
        plan = plan.with_denoiser(denoiser or present) if denoiser or "paper" not in (present, plan.denoiser) else plan
    if plan is not stored.plan or {"minutes", "compiled"} & chosen.keys():
        minutes, compiled = chosen.pop("minutes", stored.minutes), chosen.pop("compiled", stored.plan.ddpm.compiled)
        plan = plan.with_time_limits(minutes, compiled)
    return replace(stored, plan=plan, **chosen)


def _stages(names: list[str]) -> "tuple[Stage, ...]":
    from microdesigner.training.presets import STAGES

    unknown = [name for name in names if name not in STAGES]
    if unknown:
        raise InputError(f"There is no stage '{unknown[0]}'; choose among {', '.join(STAGES)}.")
    return tuple(stage for stage in STAGES if stage in names)


def _minutes(entries: list[str]) -> "dict[Stage, float]":
    from microdesigner.training.presets import STAGES

    given = {}
    for entry in entries:
        stage, _, text = entry.partition("=")
        try:
            given[stage] = float(text)
        except ValueError:
            raise InputError(f"--minutes needs STAGE=NUMBER, such as ddpm=60; got '{entry}'.") from None
        if stage not in STAGES or not 0 < given[stage] <= LONGEST_MINUTES:
            raise InputError(f"--minutes needs one of {', '.join(STAGES)} and a positive number; got '{entry}'.")
    return {stage: given[stage] for stage in STAGES if stage in given}
