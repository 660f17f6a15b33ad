"""Is the predicted recipe true? Simulate it and compare what comes out with the generated volume."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import SCHEMA, Sample, recipe_value
from microdesigner.core.verification import Values, Verification
from microdesigner.data.design import LAST_REDUCED_TIME
from microdesigner.descriptors import describe
from microdesigner.io.registry import read
from microdesigner.physics.phases import half_width_of_fraction, three_phases, two_phases
from microdesigner.physics.simulate import Recipe, Snapshot, anneal, snapshot

PARAMETERS = ("phi", "chi", "log_time")
HUNDRED = 100
LONGEST_OVER_TRAINED = 10
Size = tuple[int, int, int]


@dataclass(frozen=True)
class Claim:
    """What a result says of one sample: its volume's file, its seed, targets, measures and the recipe to try."""

    file: Path
    seed: int
    target: dict[str, float]
    measured: Values
    recipe: dict[str, float]


def read_claims(path: Path) -> list[Claim]:
    """The samples of a result.json; raises InputError naming the file and the remedy when it is not one."""
    remedy = "name a result.json that 'microdesigner generate' has written"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({(error.strerror or 'no reason given').lower()}); {remedy}."
        ) from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not valid JSON; {remedy}.") from None
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        raise InputError(f"{path} is not a result of schema {SCHEMA}; {remedy}.")
    try:
        targets = {str(name): float(value) for name, value in document["request"]["targets"].items()}
        claims = [_claim(path.parent, entry, targets) for entry in document["samples"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise InputError(
            f"{path} lacks entries that every result has, or holds them in another form; {remedy}."
        ) from None
    if not claims:
        raise InputError(f"{path} holds no samples; {remedy}.")
    return claims


def verify_claim(claim: Claim, size: Size | None = None) -> Iterator[Progress | Verification]:
    """`verify_volume` of the claim's file; where that cannot be read, the Verification says so."""
    try:
        volume = read(claim.file)
    except InputError as error:
        yield _refuted(claim, str(error))
    else:
        yield from verify_volume(claim, volume, size)


def verify_sample(request: Request, sample: Sample) -> Iterator[Progress | Verification]:
    """`verify_volume` of a sample that is not in a file."""
    recipe = {name: value for name, value in sample.recipe.items() if name in PARAMETERS}
    claim = Claim(Path("this film"), sample.seed, request.targets, sample.measured, recipe)
    yield from verify_volume(claim, sample.microstructure)


def verify_volume(claim: Claim, volume: Microstructure, size: Size | None = None) -> Iterator[Progress | Verification]:
    """Simulate the claim's recipe at the lateral boundary and size of `volume` (or `size`, voxels along x, y, z); yield
    Progress on the way and a Verification last. What cannot be simulated is a reason in it, not an error."""
    try:
        last = yield from _simulated(claim, volume, size or volume.shape)
        twin = _labelled(last, claim, volume)
    except InputError as error:
        yield _refuted(claim, str(error))
    else:
        values = describe(twin).values
        simulated = {name: values.get(name) for name in claim.measured}
        yield replace(_refuted(claim, ""), simulated=simulated, volume=twin)


def _refuted(claim: Claim, reason: str) -> Verification:
    return Verification(claim.file.name, claim.recipe, claim.target, claim.measured, reason=reason)


def _simulated(claim: Claim, volume: Microstructure, size: Size) -> Any:
    """The annealed snapshot; yields Progress by the logarithm of time."""
    if not claim.recipe:
        raise InputError(f"The model of {claim.file.name} predicts no recipe; generate with a model that does.")
    recipe = Recipe(claim.recipe["phi"], claim.recipe["chi"], claim.seed, size, volume.lateral)
    recipe.quench.check()
    end = 10 ** claim.recipe["log_time"]
    _check_time(recipe, end)
    for state in anneal(recipe, [end]):
        yield Progress(claim.file.name, int(HUNDRED * recipe.share_done(state.time, end)), HUNDRED)
    return snapshot(recipe, state)


def _check_time(recipe: Recipe, end: float) -> None:
    """Raise InputError where `end` lies far beyond what models are trained on: the simulation would take for ever."""
    longest = LONGEST_OVER_TRAINED * LAST_REDUCED_TIME / recipe.quench.growth_rate
    if end > longest:
        raise InputError(
            f"The predicted annealing time {end:.3g} is more than {LONGEST_OVER_TRAINED} times longer than any in the "
            f"training data of such a blend, so it is not simulated; ask for targets nearer to the training data."
        )


def _labelled(last: Snapshot, claim: Claim, volume: Microstructure) -> Microstructure:
    """The snapshot's phases, its mixed skin as thick as the generated volume's mixed fraction asks."""
    last.check_separated()
    mixed = claim.measured.get("vol_frac_M")
    if mixed is None:
        return Microstructure(two_phases(last.field), volume.voxel_nm, volume.lateral, PHASE_NAMES[:2])
    labels = three_phases(last.field, half_width_of_fraction(last.field, mixed))
    return Microstructure(labels, volume.voxel_nm, volume.lateral, PHASE_NAMES)


def _claim(folder: Path, entry: Mapping[str, Any], targets: dict[str, float]) -> Claim:
    measured = {str(name): None if value is None else float(value) for name, value in entry["measured"].items()}
    process = entry["process"]
    recipe = {name: float(recipe_value(process[name])) for name in PARAMETERS} if process else {}
    if not all(map(math.isfinite, recipe.values())) or any(abs(value) > HUNDRED for value in recipe.values()):
        raise ValueError("no recipe has such numbers")
    return Claim(folder / str(entry["file"]), int(entry["seed"]), targets, measured, recipe)
