"""What everything costs on this machine, in seconds of wall clock."""

import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from microdesigner.compute import device_name
from microdesigner.core.child_process import call, program, run_hidden
from microdesigner.core.events import Finished
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.quantity import size_words
from microdesigner.core.request import Request, Sampler
from microdesigner.data.design import snapshot_times
from microdesigner.descriptors import describe, fractions_and_tortuosities
from microdesigner.engine import Engine
from microdesigner.evaluation.timing import Measurement, median_seconds, seconds_of
from microdesigner.physics.cahn_hilliard import State
from microdesigner.physics.simulate import Recipe, anneal, initial_field
from microdesigner.physics.spectral import FilmTransform

SIZE = (128, 128, 64)
WARM_STEPS = 3
STAGES = ("denoise", "refine", "decode", "measure")
SERIES_CHI = (2.2, 3.0, 4.0)
SNAPSHOTS = 12


def machine(device: torch.device) -> dict[str, Any]:
    """The device and threads that the figures hold for."""
    return {"device": device.type, "device_name": device_name(device), "torch_threads": torch.get_num_threads()}


def volume_of(kind: Literal["smooth", "white noise"], size: tuple[int, int, int] = SIZE) -> Microstructure:
    """A three-phase volume with equal fractions: smooth domains about 12 voxels wide, or independent voxels."""
    field = np.random.default_rng(0).normal(size=size)
    if kind == "smooth":
        field = gaussian_filter(field, 4.0, mode=("wrap", "wrap", "nearest"))
    return Microstructure(np.digitize(field, np.quantile(field, (1 / 3, 2 / 3))).astype(np.uint8))


def measure_descriptors(repeats: int, size: tuple[int, int, int] = SIZE) -> Iterator[Measurement]:
    """Fractions with both straight paths, then GraSPI's whole table; one core, after warm-up, best of `repeats`."""
    kinds: tuple[Literal["smooth", "white noise"], ...] = ("smooth", "white noise")
    for kind in kinds:
        volume = volume_of(kind, size)
        basic = _best(partial(fractions_and_tortuosities, volume.phases, volume.periodic), repeats)
        table = _best(partial(describe, volume, "graspi"), repeats)
        yield Measurement("descriptors", f"fractions + tort1, {kind}", basic, size_words(size))
        yield Measurement("descriptors", f"GraSPI table, {kind}", table, size_words(size))


def measure_solver(steps: int, device: torch.device, size: tuple[int, int, int] = SIZE) -> Iterator[Measurement]:
    """An accepted step (median of `steps`) of a quench, and the four transforms in it, which are its floor."""
    recipe = Recipe(0.5, 3.0, size=size)
    states = anneal(recipe, [recipe.time_of(8.0)], device)
    for _ in range(WARM_STEPS):
        next(states)
    step = median_seconds(lambda: next(states), steps, device)
    field = initial_field(recipe, device)
    transform = FilmTransform((size[2], size[0], size[1]), recipe.lateral, device, field.dtype)
    with torch.inference_mode():
        pair = median_seconds(lambda: transform.inverse(transform.forward(field)), steps, device)
    yield Measurement("solver", "transforms of a step", 2 * pair, "two forward, two inverse")
    yield Measurement("solver", "accepted step", step, "ratio to its transforms", step / (2 * pair))


def measure_series(device: torch.device, size: tuple[int, int, int] = SIZE) -> Iterator[Measurement]:
    """Whole annealing series, as data sets hold them: an equal blend at each of `SERIES_CHI`, to the last snapshot."""
    for chi in SERIES_CHI:
        recipe = Recipe(0.5, chi, size=size)
        states = anneal(recipe, snapshot_times(recipe, SNAPSHOTS), device)
        last: deque[State] = deque(maxlen=1)
        seconds = seconds_of(partial(last.extend, states), device)
        yield Measurement("solver", f"series, chi {chi:g}", seconds, f"{size_words(size)}, {last[0].steps} steps")


def measure_generation(
    engine: Engine, counts: tuple[int, ...], steps: tuple[int, ...], sampler: Sampler = "sa-solver", singles: int = 1
) -> Iterator[Measurement]:
    """Seconds per sample of denoising, refining, decoding and measuring, for each count and number of steps; what is
    asked for is the middle of every condition's range. How far a sample must be refined is up to its seed, so single
    ones are the mean over `singles` requests."""
    for count in counts:
        for number in steps:
            how = Request(engine.card.middle, engine.card.name, count=count, steps=number, sampler=sampler)
            requests = [replace(how, seed=seed) for seed in range(singles if count == 1 else 1)]
            samples = count * len(requests)
            started = time.perf_counter()
            events = [event for request in requests for event in engine.generate(request)]
            whole = (time.perf_counter() - started) / samples
            spent = [event.result.seconds for event in events if isinstance(event, Finished)]
            label = f"ancestral, {number} steps" if sampler == "ancestral" else f"{count} × {number} steps"
            for stage in STAGES:
                seconds = sum(one.get(stage, 0.0) for one in spent) / samples
                yield Measurement("generation", f"{label}: {stage}", seconds, "a sample")
            yield Measurement("generation", f"{label}: in all", whole, "a sample")


def load_engine(model: str, device: str) -> tuple[Engine, Measurement]:
    """The engine on `device` and the time that loading it took; raises InputError when there is no such model."""
    started = time.perf_counter()
    engine = Engine.load(model, device)
    return engine, Measurement("start", "load the engine", time.perf_counter() - started, "libraries loaded before")


def measure_processes(model: str, device: str) -> Iterator[Measurement]:
    """Fresh processes: import of the package, a first descriptor call, and `generate` end to end; raises
    CalledProcessError when one fails."""
    seconds = _best(lambda: run_hidden(call("microdesigner.evaluation.first_calls:import_package")), 3)
    yield Measurement("start", "import microdesigner", seconds, "fresh process")
    seconds = _best(lambda: run_hidden(call("microdesigner.evaluation.first_calls:describe_film")), 3)
    yield Measurement("start", "first GraSPI table", seconds, "fresh process, imports included")
    with tempfile.TemporaryDirectory() as folder:
        command = [*program(), "generate", "--model", model, "--device", device, "--out", folder]
        seconds = _best(lambda: run_hidden(command), 1)
    yield Measurement("start", "generate, end to end", seconds, "fresh process, one volume, default steps")


def _best(work: Callable[[], object], repeats: int) -> float:
    if repeats > 1:
        work()
    return min(seconds_of(work) for _ in range(repeats))
