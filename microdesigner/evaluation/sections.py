"""What an evaluation holds beside control: each section a document in its folder, made once."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.data.store import VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.batches import write_batches
from microdesigner.evaluation.fidelity import evaluate_fidelity
from microdesigner.evaluation.further_targets import evaluate_asked, measure_films
from microdesigner.evaluation.large_volume import evaluate_large_volume
from microdesigner.evaluation.parts import evaluate_parts
from microdesigner.evaluation.recipe import evaluate_recipes, resimulated
from microdesigner.evaluation.reconstruction import evaluate_reconstruction
from microdesigner.evaluation.samplers import compare_samplers
from microdesigner.evaluation.single_target import evaluate_single_target
from microdesigner.evaluation.target_accuracy import card_targets
from microdesigner.evaluation.twins import evaluate_twins

BATCHES, FIDELITY, CALIBRATION = "batches.json", "fidelity.json", "calibration.json"
RECONSTRUCTION, TWINS, PARTS = "reconstruction.json", "twins.json", "parts.json"
FURTHER_FILMS, FURTHER_ASKED = "further-films.csv", "further.json"
ONE_TARGET, RECIPES, LARGER, SAMPLERS = "one-target.json", "recipes.json", "larger.json", "samplers.json"
FILMS, RECONSTRUCTED, POSTERIORS, OF_ONE_TARGET, RESIMULATED, SAMPLED = 32, 96, 512, 64, 64, 8
BATCH_SIZES = (1, 2, 4)

Section = Callable[[Path], Iterator[Progress]]
"""Writes the document at the path, yielding progress."""


def sections(
    engine: Engine,
    dataset: VolumeDataset | None,
    full: bool,
    how: Request,
    twins: int = 0,
    parts: int = 0,
    further: int = 0,
) -> dict[str, Section]:
    """The sections by the names of their documents: with a `dataset`, what the autoencoder loses of its held-out films,
    fidelity and the recipe's calibration on them; with `twins` that many of these films beside their twins; with
    `parts` that many completed from parts of them; with `further` that many films from which targets beside the
    conditions are learned, and how well these are met; with `full`, many films of one target, a larger film,
    re-simulated recipes, time by batch size, the fast sampler beside the ancestral one."""
    chosen: dict[str, Section] = {}
    if dataset is not None:
        chosen[RECONSTRUCTION] = partial(evaluate_reconstruction, engine, dataset, RECONSTRUCTED)
        chosen[FIDELITY] = partial(evaluate_fidelity, engine, dataset, FILMS)
        if engine.card.process:
            chosen[CALIBRATION] = partial(evaluate_recipes, engine, dataset, POSTERIORS)
        if twins:
            chosen[TWINS] = partial(evaluate_twins, engine, dataset, twins, how)
        if parts:
            chosen[PARTS] = partial(evaluate_parts, engine, dataset, parts)
    if further:
        chosen[FURTHER_ASKED] = partial(_further, engine, further)
    if full:
        chosen[ONE_TARGET] = partial(evaluate_single_target, engine, OF_ONE_TARGET)
        chosen[LARGER] = partial(evaluate_large_volume, engine)
        if engine.card.process:
            chosen[RECIPES] = partial(resimulated, engine, card_targets(engine.card, RESIMULATED))
        chosen[BATCHES] = partial(write_batches, engine, BATCH_SIZES, how.steps)
        chosen[SAMPLERS] = partial(compare_samplers, engine, card_targets(engine.card, SAMPLED))
    return chosen


def missing(folder: Path, chosen: dict[str, Section]) -> Iterator[Progress]:
    """Make those of the `chosen` sections that `folder` does not hold yet."""
    for name, section in chosen.items():
        if not (folder / name).exists():
            yield from section(folder / name)


def _further(engine: Engine, count: int, path: Path) -> Iterator[Progress]:
    table = path.with_name(FURTHER_FILMS)
    yield from measure_films(engine, count, table)
    yield from evaluate_asked(engine, table, path)
