"""Is the predicted recipe true? Simulate it and compare what comes out with the generated volume."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from microdesigner.compute import choose_device
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample, SampleEntry, parameter_note, read_result
from microdesigner.core.verification import Values, Verification
from microdesigner.data.design import LAST_REDUCED_TIME
from microdesigner.descriptors import describe
from microdesigner.io.volumes import read
from microdesigner.physics.phases import half_width_of_fraction, three_phases, two_phases
from microdesigner.physics.simulate import Recipe, Snapshot, anneal, snapshot

PARAMETERS = ("phi", "chi", "log_time")
HUNDRED = 100
LONGEST_OVER_TRAINED = 10
Size = tuple[int, int, int]


@dataclass(frozen=True)
class ResultEntry:
    """What a result says of one sample: its volume's file, its seed, targets, measures and the recipe to try, with
    `notes` on parameters that are poorly determined."""

    file: Path
    seed: int
    target: dict[str, float]
    measured: Values
    recipe: dict[str, float]
    notes: dict[str, str] = field(default_factory=dict)


def read_result_entries(path: Path) -> list[ResultEntry]:
    """The samples of a result.json; raises InputError naming the file and the remedy when it is not one."""
    document = read_result(path)
    targets = document.request.targets
    return [_result_entry(path, number, sample, targets) for number, sample in enumerate(document.samples)]


def verify_entry(
    entry: ResultEntry, size: Size | None = None, device: torch.device | None = None
) -> Iterator[Progress | Verification]:
    """`verify_volume` of the entry's file; where that cannot be read, the Verification says so."""
    try:
        volume = read(entry.file)
    except InputError as error:
        yield _refuted(entry, str(error))
    else:
        yield from verify_volume(entry, volume, size, device)


def verify_sample(
    request: Request, sample: Sample, device: torch.device | None = None
) -> Iterator[Progress | Verification]:
    """`verify_volume` of a sample that is not in a file."""
    recipe = {name: value for name, value in sample.recipe.items() if name in PARAMETERS}
    entry = ResultEntry(Path("this film"), sample.seed, request.targets, sample.measured, recipe)
    yield from verify_volume(entry, sample.microstructure, device=device)


def verify_volume(
    entry: ResultEntry,
    volume: Microstructure,
    size: Size | None = None,
    device: torch.device | None = None,
) -> Iterator[Progress | Verification]:
    """Simulate the entry's recipe at the lateral boundary and size of `volume` (or `size`, voxels along x, y, z) on
    `device` (None: the first GPU that computes, else the CPU); yield Progress on the way and a
    Verification last. What cannot be simulated is a reason in it, not an error."""
    try:
        last = yield from _simulated(entry, volume, size or volume.shape, device or choose_device())
        twin = _labelled(last, entry, volume)
    except InputError as error:
        yield _refuted(entry, str(error))
    else:
        values = describe(twin).values
        simulated = {name: values.get(name) for name in entry.measured}
        yield replace(_refuted(entry, ""), simulated=simulated, volume=twin)


def _refuted(entry: ResultEntry, reason: str) -> Verification:
    return Verification(entry.file.name, entry.recipe, entry.target, entry.measured, reason=reason)


def _simulated(entry: ResultEntry, volume: Microstructure, size: Size, device: torch.device) -> Any:
    """The annealed snapshot; yields Progress by the logarithm of time."""
    if not entry.recipe:
        raise InputError(f"The model of {entry.file.name} predicts no recipe; generate with a model that does.")
    recipe = Recipe(entry.recipe["phi"], entry.recipe["chi"], entry.seed, size, volume.lateral)
    recipe.quench.check()
    end = 10 ** entry.recipe["log_time"]
    _check_time(recipe, end)
    for state in anneal(recipe, [end], device):
        yield Progress(entry.file.name, int(HUNDRED * recipe.share_done(state.time, end)), HUNDRED)
    return snapshot(recipe, state)


def _check_time(recipe: Recipe, end: float) -> None:
    """Raise InputError where `end` lies far beyond what models are trained on: the simulation would take for ever."""
    longest = LONGEST_OVER_TRAINED * LAST_REDUCED_TIME / recipe.quench.growth_rate
    if end > longest:
        raise InputError(
            f"The predicted annealing time {end:.3g} is more than {LONGEST_OVER_TRAINED} times longer than any in the "
            f"training data of such a blend, so it is not simulated; ask for targets nearer to the training data."
        )


def _labelled(last: Snapshot, entry: ResultEntry, volume: Microstructure) -> Microstructure:
    """The snapshot's phases, its interphase as thick as the generated volume's mixed fraction asks."""
    last.check_separated()
    mixed = entry.measured.get("vol_frac_M")
    if mixed is None:
        return Microstructure(two_phases(last.field), volume.voxel_nm, volume.lateral, PHASE_NAMES[:2])
    labels = three_phases(last.field, half_width_of_fraction(last.field, mixed))
    return Microstructure(labels, volume.voxel_nm, volume.lateral, PHASE_NAMES)


def _result_entry(path: Path, number: int, entry: SampleEntry, targets: dict[str, float]) -> ResultEntry:
    recipe = entry.recipe
    if recipe and any(name not in recipe or abs(recipe[name]) > HUNDRED for name in PARAMETERS):
        raise InputError(
            f"The recipe of sample {number} of {path} cannot be simulated; it needs {', '.join(PARAMETERS)} in the "
            "ranges of the model's card."
        )
    chosen = {name: recipe[name] for name in PARAMETERS} if recipe else {}
    notes = {name: note for name in chosen if (note := parameter_note(entry.process[name]))}
    return ResultEntry(path.parent / entry.file, entry.seed, targets, entry.measured, chosen, notes)
