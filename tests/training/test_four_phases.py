"""A material of four phases with names of their own, from files to a model and to volumes that meet their targets."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.data.importing import ImportPlan, import_dataset
from microdesigner.data.store import VolumeDataset
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine
from microdesigner.training.paper_family import paper_config
from microdesigner.training.pipeline import train
from microdesigner.training.presets import PRESETS, StagePlan
from microdesigner.training.run import RunDirectory
from tests.training.configs import tiny_config

NAMES = ((0, "quartz"), (1, "clay"), (2, "closed pore"), (3, "organic"))
ORIGIN = "smoothed noise, no licence needed"
FRACTIONS = ("volume_fraction_quartz", "volume_fraction_clay", "volume_fraction_closed_pore")
PATHS = tuple(f"straight_paths_{name}_lower" for name in ("quartz", "clay", "closed_pore", "organic"))
TINY = replace(
    PRESETS["quick"], vae=StagePlan(8, 2, 2e-3), fp=StagePlan(2, 4, 1e-3), ddpm=StagePlan(2, 4, 1e-3), latent_variants=2
)


def rock(seed: int) -> np.ndarray:
    """Smooth domains of four phases in shares that differ from volume to volume, as values 10 to 40."""
    random = np.random.default_rng(seed)
    field = gaussian_filter(random.normal(size=(32, 32, 32)), 2)
    limits = np.quantile(field, np.cumsum(random.dirichlet((8, 6, 5, 5)))[:-1])
    return (10 * (1 + np.digitize(field, limits))).astype(np.uint8)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rock")
    with h5py.File(folder / "rock.h5", "w") as file:
        for number in range(12):
            file[f"{number}"] = rock(number)
    mapping = tuple((10.0 * (label + 1), label) for label in range(4))
    plan = ImportPlan((str(folder / "rock.h5"),), (50.0,) * 3, mapping=mapping, names=NAMES, origin=ORIGIN)
    list(import_dataset(folder / "set.h5", plan, workers=1))
    return folder / "set.h5"


@pytest.fixture(scope="module")
def engine(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    run = RunDirectory(tmp_path_factory.mktemp("run"))
    train(run.open(tiny_config(dataset, TINY), resume=False), run, lambda _: None)
    return Engine.load(str(run.bundle), device="cpu")


def made(engine: Engine, **entries: object) -> Sample:
    request = Request(model=str(engine.card.name), steps=2, **entries)  # type: ignore[arg-type]
    return next(event.result for event in engine.generate(request) if isinstance(event, Finished)).samples[0]


def test_a_data_set_of_four_phases_is_measured_by_their_names(dataset: Path) -> None:
    opened = VolumeDataset(dataset)
    assert opened.description.phase_names == ("quartz", "clay", "closed pore", "organic")
    assert opened.description.conditions == (*FRACTIONS, *PATHS)
    assert opened.description.voxel_nm == (50.0,) * 3
    place = opened.names.index("rock-3")
    np.testing.assert_array_equal(opened.phases(place), rock(3) // 10 - 1)
    assert opened.table["volume_fraction_closed_pore"][place] == (rock(3) == 30).mean()
    assert not [name for name in opened.table if "_D" in name or "_A" in name], "nothing is called donor or acceptor"
    assert "phases" in {finding["name"] for finding in opened.checks["findings"]}
    with pytest.raises(InputError, match="know up to 3 phases, this data set has quartz, clay, closed pore, organic"):
        paper_config(opened)


@pytest.mark.long
def test_four_phases_are_trained_on_and_generated_with_their_fractions(engine: Engine) -> None:
    assert [each.name for each in engine.card.conditions] == [*FRACTIONS, *PATHS]
    assert engine.card.training.source == ORIGIN
    wanted = dict(zip(FRACTIONS, (0.35, 0.25, 0.15), strict=True))
    sample = made(engine, targets=wanted, match="fractions")
    film = sample.microstructure
    assert film.phase_names == ("quartz", "clay", "closed pore", "organic")
    counts = np.bincount(film.phases.ravel(), minlength=4) / film.phases.size
    assert counts == pytest.approx((0.35, 0.25, 0.15, 0.25), abs=1 / film.phases.size)
    assert {name: sample.measured[name] for name in wanted} == pytest.approx(wanted, abs=1 / film.phases.size)
    again = sample_values(film).values
    assert sample.measured == again, "what a result says is what its volume measures"
    assert sample.match["bias"].keys() == {"quartz", "clay", "closed pore", "organic"}


@pytest.mark.long
def test_the_fraction_of_the_phase_without_a_condition_is_a_target_too(engine: Engine) -> None:
    targets = {"volume_fraction_organic": 0.4, "volume_fraction_quartz": 0.3, "volume_fraction_clay": 0.1}
    sample = made(engine, targets=targets, match="fractions")
    assert sample.measured["volume_fraction_organic"] == pytest.approx(0.4, abs=1e-4)
    assert sample.measured["volume_fraction_closed_pore"] == pytest.approx(0.2, abs=1e-4)


@pytest.mark.long
@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"vol_frac_D": 0.3}, "no target 'vol_frac_D'"),
        ({"volume_fraction_sand": 0.3}, "no target 'volume_fraction_sand'; it knows .*volume_fraction_quartz"),
        ({"volume_fraction_quartz": 0.7, "volume_fraction_clay": 0.5}, "sum to 1.2, more than 1"),
        (dict.fromkeys((*FRACTIONS, "volume_fraction_organic"), 0.2), "all 4 phases must sum to 1, not 0.8"),
        ({"volume_fraction_quartz": 1.3}, "between 0 and 1"),
    ],
)
def test_targets_that_cannot_be_are_refused(engine: Engine, targets: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        list(engine.generate(Request(targets, model=engine.card.name)))
