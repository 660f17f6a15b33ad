"""What an evaluation holds beside control: each part a document in its folder, made once."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from microdesigner.core.events import Progress
from microdesigner.core.request import Request
from microdesigner.data.store import VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.batches import write_batches
from microdesigner.evaluation.control import card_targets
from microdesigner.evaluation.fidelity import evaluate_fidelity
from microdesigner.evaluation.larger import evaluate_larger
from microdesigner.evaluation.one_target import evaluate_one_target
from microdesigner.evaluation.recipe import evaluate_recipes, resimulated
from microdesigner.evaluation.reconstruction import evaluate_reconstruction
from microdesigner.evaluation.samplers import compare_samplers
from microdesigner.evaluation.twins import evaluate_twins

BATCHES, FIDELITY, CALIBRATION = "batches.json", "fidelity.json", "calibration.json"
RECONSTRUCTION, TWINS = "reconstruction.json", "twins.json"
ONE_TARGET, RECIPES, LARGER, SAMPLERS = "one-target.json", "recipes.json", "larger.json", "samplers.json"
FILMS, RECONSTRUCTED, POSTERIORS, OF_ONE_TARGET, RESIMULATED, SAMPLED = 32, 96, 512, 64, 64, 8
BATCH_SIZES = (1, 2, 4)

Part = Callable[[Path], Iterator[Progress]]
"""Writes the document at the path, yielding progress."""


def parts(engine: Engine, dataset: VolumeDataset | None, full: bool, how: Request, twins: int = 0) -> dict[str, Part]:
    """The parts by the names of their documents: with a `dataset`, what the autoencoder loses of its held-out films,
    fidelity and the recipe's calibration on them; with `twins` that many of these films beside their twins; with
    `full`, many films of one target, a larger film, re-simulated recipes, time by batch size, the fast sampler beside
    the ancestral one."""
    chosen: dict[str, Part] = {}
    if dataset is not None:
        chosen[RECONSTRUCTION] = partial(evaluate_reconstruction, engine, dataset, RECONSTRUCTED)
        chosen[FIDELITY] = partial(evaluate_fidelity, engine, dataset, FILMS)
        if engine.card.process:
            chosen[CALIBRATION] = partial(evaluate_recipes, engine, dataset, POSTERIORS)
        if twins:
            chosen[TWINS] = partial(evaluate_twins, engine, dataset, twins, how)
    if full:
        chosen[ONE_TARGET] = partial(evaluate_one_target, engine, OF_ONE_TARGET)
        chosen[LARGER] = partial(evaluate_larger, engine)
        if engine.card.process:
            chosen[RECIPES] = partial(resimulated, engine, card_targets(engine.card, RESIMULATED))
        chosen[BATCHES] = partial(write_batches, engine, BATCH_SIZES, how.steps)
        chosen[SAMPLERS] = partial(compare_samplers, engine, card_targets(engine.card, SAMPLED))
    return chosen


def missing(folder: Path, chosen: dict[str, Part]) -> Iterator[Progress]:
    """Make those of the `chosen` parts that `folder` does not hold yet."""
    for name, part in chosen.items():
        if not (folder / name).exists():
            yield from part(folder / name)
