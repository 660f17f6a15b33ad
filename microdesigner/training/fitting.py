"""Training a stage from its checkpoint, or its beginning, to its end: batches that fit the memory, and the trainer."""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader

from microdesigner.compute import compute_policy, is_out_of_memory, release_memory
from microdesigner.core.errors import MicrodesignerError
from microdesigner.training import ranks
from microdesigner.training.checkpoints import check_checkpoint
from microdesigner.training.events import read_events
from microdesigner.training.presets import Stage
from microdesigner.training.process_group import BatchTooLargeError
from microdesigner.training.run import RunDirectory
from microdesigner.training.run_callbacks import ControlCallback, EventCallback
from microdesigner.training.stage import TrainingStage
from microdesigner.training.strategy import PlainStrategy
from microdesigner.training.validation_samples import SampleCallback, Sampler
from microdesigner.training.whole_files import WholeCheckpoints

CHECKPOINT_MINUTES = 2.0


@dataclass(frozen=True)
class Batches:
    """Training batches of any size from any step on, and the held-out ones, seen every so many steps."""

    training: Callable[[int, int], DataLoader[Any]]
    validation: DataLoader[Any]
    validate_every: int


def fit_stage(
    run: RunDirectory,
    stage: Stage,
    module: TrainingStage,
    batches: Batches,
    sample: Sampler,
    device: torch.device,
) -> None:
    """Train `module` on `device`, resuming from its checkpoint where there is one; afterwards it holds the weights to
    keep.

    `sample` makes the sample of each validation. A batch that does not fit the memory is halved, and the event log says
    so; raises MicrodesignerError when not even one volume fits. Of several processes the one that finds too little
    memory raises BatchTooLargeError: all start anew then.
    """
    if device.type == "cuda":
        memory_format = compute_policy(device).memory_format  # as tensor cores compute it
        module.network.to(memory_format=memory_format)  # type: ignore[call-overload]
    if module.plan.compiled:
        module.network.compile()
    log, batch = run.events, _first_batch(run, stage, module.plan.batch)
    parameters = sum(p.numel() for p in module.network.parameters())
    log.write("stage", stage=stage, state="started", parameters=parameters, likelihood=module.likelihood)
    first = deepcopy(module.network.state_dict())
    while (steps := _fitted(run, stage, module, batches, batch, sample, device)) is None:
        _release(module, device)
        if ranks.world_size() > 1:
            raise BatchTooLargeError(stage, batch)
        if batch == 1:
            raise MicrodesignerError(
                f"Not even one volume at a time fits the memory in the stage {stage}; close other programs that use "
                "the device and resume."
            )
        batch //= 2
        log.write("memory", stage=stage, batch=batch)
        module.network.load_state_dict(first)
    run.finish_stage(stage, module.network)
    log.write("stage", stage=stage, state="finished", steps=steps, seconds=round(module.seconds, 1))


def _first_batch(run: RunDirectory, stage: Stage, planned: int) -> int:
    """The planned batch, or the smaller one that an earlier session found to fit the memory."""
    events = read_events(run.path / "events.jsonl")
    found = [event["batch"] for event in events if event["event"] == "memory" and event["stage"] == stage]
    return min([planned, *found[-1:]])


def _release(module: TrainingStage, device: torch.device) -> None:
    """Give back what a training that failed holds: optimiser, average and activations hang on its trainer."""
    module.trainer = None  # type: ignore[assignment]
    module.zero_grad(set_to_none=True)
    module.to("cpu")
    release_memory(device)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's advice and advertisements; what a user needs is in the event log."""
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            yield
    finally:
        logger.setLevel(before)


@_quiet()
def _fitted(
    run: RunDirectory,
    stage: Stage,
    module: TrainingStage,
    batches: Batches,
    batch: int,
    sample: Sampler,
    device: torch.device,
) -> int | None:
    """The number of steps after the work; None when the memory did not suffice."""
    folder = run.stage_folder(stage)
    trainer = lightning.Trainer(
        **_placement(device),
        max_steps=module.plan.steps,
        val_check_interval=min(batches.validate_every, module.plan.steps),
        check_val_every_n_epoch=None,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        log_every_n_steps=20,
        logger=CSVLogger(folder, name="", version="log"),
        plugins=[WholeCheckpoints()],
        callbacks=[
            ModelCheckpoint(
                folder, "{step}", train_time_interval=timedelta(minutes=CHECKPOINT_MINUTES), save_top_k=1, monitor=None
            ),
            module.weight_averaging_callback(device),
            SampleCallback(run, stage, sample),
            EventCallback(run.events, stage),
            ControlCallback(run, stage),
        ],
        enable_progress_bar=sys.stderr.isatty() and ranks.is_first(),
        enable_model_summary=False,
        default_root_dir=folder,
    )
    checkpoint = run.checkpoint(stage)
    step = 0 if checkpoint is None else check_checkpoint(checkpoint, module)
    try:
        trainer.fit(module, batches.training(batch, step), batches.validation, ckpt_path=checkpoint, weights_only=True)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return None
    except SystemExit:  # Lightning's answer to an interruption
        raise KeyboardInterrupt from None
    return int(trainer.global_step)


def _placement(device: torch.device) -> dict[str, Any]:
    """Lightning's options for this process's `device`, alone or as one of several."""
    accelerator = {"cuda": "gpu"}.get(device.type, device.type)
    precision = "bf16-mixed" if compute_policy(device).mixed_precision else "32-true"
    if (processes := ranks.world_size()) == 1:
        index = [device.index or 0] if device.type == "cuda" else 1
        return {"accelerator": accelerator, "devices": index, "precision": precision}
    nodes = int(os.environ["NODES"])
    placement = {"devices": processes // nodes, "num_nodes": nodes, "strategy": PlainStrategy()}
    return {"accelerator": accelerator, "precision": precision, **placement}
