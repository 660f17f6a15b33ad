"""What is trained on what, and how: the document RUN/config.json, which wizard, command and resumption share."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from microdesigner.core.documents import Line, convert_document, document_text, read_document
from microdesigner.core.errors import InputError
from microdesigner.core.paths import write_text_atomic
from microdesigner.training.presets import STAGES, Preset, Stage, preset_named

CONFIG_FILE = "config.json"
SCHEMA = 2
LARGEST_BYTES = 1 << 20
_WHAT, _REMEDY = "the configuration of a training", "start the training anew in another folder"
_OLD_ORDER_FILE = "order.json"

FilePath = Annotated[str, Meta(min_length=1, max_length=4096)]
Count = Annotated[int, Meta(ge=1, le=4096)]


class TrainingConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A training, whole.

    Attributes
    ----------
    name
        Name of the model that it makes.
    dataset
        Path of the data set file; `fingerprint` identifies its volumes and labels once the training has opened it.
    conditions, process
        Labels that the model is conditioned on, and processing parameters whose posterior it predicts.
    preset, plan
        Name of the preset, and its networks, steps, batches and time limits as this training uses them.
    base_model
        Name or folder of the model to fine-tune; empty for a new one.
    warm_start
        Name or folder of a model; the networks of a new one begin with what fits of its weights.
    stages
        Those to train; none: see `chosen_stages`.
    device, devices, nodes
        What computes ("auto", "cpu", "cuda"), how many of them per machine, and how many machines.
    estimated_seconds
        Seconds per stage that a trial on this device estimated.
    """

    schema: Annotated[int, Meta(ge=SCHEMA, le=SCHEMA)] = SCHEMA
    name: Line
    dataset: FilePath
    conditions: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=256)]
    process: Annotated[tuple[Line, ...], Meta(max_length=256)]
    preset: Line
    plan: Preset
    base_model: Annotated[str, Meta(max_length=4096)] = ""
    warm_start: Annotated[str, Meta(max_length=4096)] = ""
    stages: Annotated[tuple[Stage, ...], Meta(max_length=len(STAGES))] = ()
    device: Line = "auto"
    devices: Count = 1
    nodes: Count = 1
    fingerprint: Annotated[str, Meta(max_length=64)] = ""
    estimated_seconds: dict[Stage, Annotated[float, Meta(ge=0, le=1e12)]] = {}

    @property
    def minutes(self) -> dict[Stage, float]:
        """Time limits of the stages that have one."""
        limits = {stage: self.plan.stage(stage).minutes for stage in STAGES}
        return {stage: minutes for stage, minutes in limits.items() if minutes is not None}

    @property
    def chosen_stages(self) -> tuple[Stage, ...]:
        """What is trained: `stages` or, where none is named, all but the decoder of a model to fine-tune."""
        return self.stages or (("fp", "ddpm") if self.base_model else STAGES)

    def write(self, folder: Path) -> None:
        """Write RUN/config.json."""
        write_text_atomic(folder / CONFIG_FILE, document_text(self))


def read_config(folder: Path, requested: TrainingConfig | None = None) -> TrainingConfig:
    """The configuration of the run in `folder`; raises InputError naming the file and the entry that is wrong.

    What runs of version 0.1.0 did not record comes from `requested`.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise InputError(f"{folder} holds no training; start one with `microdesigner train DATASET.h5 --out {folder}`.")
    document = read_document(path, dict[str, Any], _WHAT, _REMEDY, LARGEST_BYTES)
    if "schema" not in document:
        document = _upgraded(document, folder, requested)
    return convert_document(document, TrainingConfig, str(path), _WHAT, _REMEDY)


def new_config(
    *,
    name: str,
    dataset: str,
    conditions: tuple[str, ...],
    process: tuple[str, ...],
    preset: str,
    denoiser: str | None = None,
    minutes: dict[Stage, float] | None = None,
    compiled: bool = False,
    **further: Any,
) -> TrainingConfig:
    """A checked configuration from what a user chooses; raises InputError naming what cannot be chosen."""
    plan = preset_named(preset).with_time_limits(minutes or {}, compiled)
    if denoiser is not None:
        plan = plan.with_denoiser(denoiser)
    entries = {"name": name, "dataset": str(Path(dataset).resolve()), "conditions": conditions, "process": process,
               "preset": preset, "plan": asdict(plan), **further}  # fmt: skip
    return convert_document(entries, TrainingConfig, "the training", _WHAT, "choose another value")


def check_resumable(stored: TrainingConfig, requested: TrainingConfig, folder: Path) -> None:
    """Raise InputError naming the first entry in which `requested` is another training than `stored`, that of `folder`.

    Stages, time limits, compilation, devices and the model's name may change from one session to the next.
    """
    same_data = (
        stored.fingerprint == requested.fingerprint
        if stored.fingerprint and requested.fingerprint
        else (stored.dataset == requested.dataset)
    )
    if not same_data:
        raise InputError(
            f"{folder} was started on the data set {stored.dataset} as it was then, and what is learned belongs to its "
            "volumes; resume with that one, or choose another folder."
        )
    for entry in ("conditions", "process", "base_model", "warm_start", "preset", "plan"):
        before, after = _comparable(getattr(stored, entry)), _comparable(getattr(requested, entry))
        if before != after:
            name, before, after = (
                _first_difference(stored.plan, requested.plan) if entry == "plan" else (entry, before, after)
            )
            raise InputError(
                f"{folder} was started with the {name} {_words(before)} and cannot be resumed with {_words(after)}; "
                "leave that option out, or choose another folder."
            )


def _comparable(value: Any) -> Any:
    """What makes a training another one: of its plan all but time limits and compilation."""
    if not isinstance(value, Preset):
        return value
    return value.with_time_limits({}, compiled=False)


def _first_difference(stored: Preset, requested: Preset) -> tuple[str, Any, Any]:
    before, after = asdict(_comparable(stored)), asdict(_comparable(requested))
    order = ("denoiser", *before)
    entry = next(name for name in order if before[name] != after[name])
    return entry, before[entry], after[entry]


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "(none)"
    return str(value) if value not in ("", None) else "(none)"


def _upgraded(document: dict[str, Any], folder: Path, requested: TrainingConfig | None) -> dict[str, Any]:
    """A configuration as version 0.1.0 wrote it: data set, preset and plan, the rest in the wizard's order.json or only
    on the command line, from which it must come again."""
    upgraded = {"schema": SCHEMA} | {key: document[key] for key in ("dataset", "preset", "plan") if key in document}
    order_path = folder / _OLD_ORDER_FILE
    if order_path.is_file():
        order = read_document(order_path, dict[str, Any], "the order of a training", _REMEDY, LARGEST_BYTES)
        taken = ("name", "conditions", "process", "devices", "estimated_seconds")
        return upgraded | {key: order[key] for key in taken if key in order} | {"base_model": order.get("base", "")}
    if requested is None:
        raise InputError(
            f"{folder / CONFIG_FILE} was written by version 0.1.0 and does not name what is learned; give the data set "
            "and the options with which the run was started."
        )
    return upgraded | {"name": requested.name, "conditions": requested.conditions, "process": requested.process,
                       "base_model": requested.base_model}  # fmt: skip
