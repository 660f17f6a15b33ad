"""Generated films beside simulated ones: twins are simulations of the same recipe, differences and errors are right,
and classifiers tell apart what differs and nothing else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.data.build import PROCESS, BuildPlan, label_snapshots
from microdesigner.data.dataset_writing import new_dataset
from microdesigner.data.measured import OF_THREE
from microdesigner.data.series import read_series, series_path, simulate_series
from microdesigner.data.store import Description, VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation import discrimination
from microdesigner.evaluation import twin_films as module
from microdesigner.evaluation.discrimination import forest_discrimination, network_discrimination
from microdesigner.evaluation.film_measures import INTERFACES, STRUCTURE, features, film_measures, table_rows
from microdesigner.evaluation.jackknife import jackknife
from microdesigner.evaluation.twin_films import HELD_OUT, TWINS, TwinFilms
from microdesigner.evaluation.twins import evaluate_twins, twin_lines, twin_table
from microdesigner.physics.simulate import Recipe
from tests.tiny_dataset import write_tiny_dataset


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discrimination, "TREES", 24)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VolumeDataset]:
    folder = tmp_path_factory.mktemp("twins")
    plan = BuildPlan(series=2, snapshots=1, size=(32, 32, 32), thicknesses=2)
    description = Description(("donor", "acceptor", "mixed"), "periodic", OF_THREE, PROCESS)
    with new_dataset(folder / "films.h5", description) as add:
        for series, phi in enumerate((0.45, 0.5)):
            simulate_series(series_path(folder, series), Recipe(phi, 3.8, series, plan.size), plan.snapshots)
            for volume in label_snapshots(read_series(series_path(folder, series)), plan, series):
                add(replace(volume, labels={**volume.labels, "held_out": 1.0}))
    dataset = VolumeDataset(folder / "films.h5")
    yield dataset
    dataset.close()


def films(engine: Engine, dataset: VolumeDataset, folder: Path) -> TwinFilms:
    made = TwinFilms(engine, dataset, 4, folder, Request(steps=1))
    for _ in made.volumes():
        pass
    return made


def test_a_twin_from_the_same_noise_is_the_film_itself(
    tiny_engine: Engine, simulated: VolumeDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OTHER_NOISE", 0)
    made = films(tiny_engine, simulated, tmp_path)
    for film, twin in zip(made.phases(HELD_OUT), made.phases(TWINS), strict=True):
        assert (film == twin).all()


def test_groups_are_made_once_and_the_table_holds_all_of_them(
    tiny_engine: Engine, simulated: VolumeDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "twins.json"
    monkeypatch.setattr(discrimination, "STEPS", 2)
    for _ in evaluate_twins(tiny_engine, simulated, 4, Request(steps=1), path):
        pass
    document = json.loads(path.read_text())
    assert (document["count"], document["series"]) == (len(simulated), 2)
    text = "\n".join(twin_lines(document))
    assert all(name in text for name in ("twins", "autoencoder", "denoiser", "refined", "interphase thickness, mean"))
    monkeypatch.setattr(Engine, "generate_each", None)  # whoever makes a film again fails
    again = films(tiny_engine, simulated, tmp_path / "twins")
    assert len(again.phases("refined")) == len(simulated)
    held_out, twin = again.phases(HELD_OUT)[0], again.phases(TWINS)[0]
    assert (held_out != twin).mean() > 0.2
    assert abs((held_out == 0).mean() - (twin == 0).mean()) < 0.1


def test_a_data_set_without_recipes_is_refused(tiny_engine: Engine, tmp_path: Path) -> None:
    dataset = VolumeDataset(write_tiny_dataset(tmp_path / "films.h5"))
    with pytest.raises(InputError, match=r"no label 'time'.*simulated data set"):
        TwinFilms(tiny_engine, dataset, 2, tmp_path / "twins", Request())


def smooth(seed: int, edge: int = 32) -> Microstructure:
    field = gaussian_filter(np.random.default_rng(seed).normal(size=(edge,) * 3), 2, mode="wrap")
    low, high = np.quantile(field, [0.4, 0.55])
    return Microstructure(np.where(field < low, 0, np.where(field < high, 2, 1)).astype(np.uint8))


def with_noise(film: Microstructure, share: float) -> Microstructure:
    random = np.random.default_rng(0)
    noisy = np.where(random.random(film.shape) < share, random.integers(0, 3, film.shape), film.phases)
    return replace(film, phases=noisy.astype(np.uint8))


SERIES = np.arange(12) // 2


def test_differences_are_relative_to_the_held_out_films_with_errors_over_series() -> None:
    base = film_measures(smooth(0))
    groups = {name: [dict(base) for _ in SERIES] for name in (HELD_OUT, "refined")}
    for number, film in enumerate(groups["refined"]):
        film["mean_curvature_std_D"] *= 1.2 + 0.1 * (-1) ** SERIES[number]
        film["composition_tilt_D"] += 0.03
    measures = twin_table(groups, SERIES)["measures"]
    spread = measures["spread of mean curvature, donor"]["refined"]
    assert spread["difference"] == pytest.approx(0.2, abs=1e-5)
    assert spread["error"] == pytest.approx(0.1 * np.sqrt(6 / 5) / np.sqrt(6), rel=1e-3)  # six series, not twelve films
    tilt = measures["composition tilt, donor"]["refined"]
    assert tilt["difference"] == pytest.approx(0.03, abs=1e-6)
    assert tilt["value"] == pytest.approx(base["composition_tilt_D"] + 0.03, abs=1e-6)


def test_values_that_do_not_exist_are_left_out() -> None:
    groups = {name: [film_measures(smooth(seed)) for seed in (0, 1)] for name in (HELD_OUT, "refined")}
    groups["refined"][0]["euler_D"] = np.nan
    groups["refined"][1]["euler_D"] *= 2
    table = twin_table(groups, np.array([0, 1]))["measures"]
    assert abs(table["Euler number, donor"]["refined"]["difference"]) == pytest.approx(1)
    for film in groups["refined"]:
        film["euler_D"] = np.nan
    gone = twin_table(groups, np.array([0, 1]))
    assert gone["measures"]["Euler number, donor"]["refined"]["difference"] is None
    assert "--" in "\n".join(twin_lines({**gone, "classifiers": {}}))


@pytest.mark.parametrize("phases", [2, 3])
def test_every_row_of_the_table_is_measured(phases: int) -> None:
    film = smooth(0) if phases == 3 else Microstructure(smooth(0).phases % 2, phase_names=("donor", "acceptor"))
    measures = film_measures(film)
    assert {measure for measure, _ in table_rows(phases).values()} <= measures.keys()
    sets = [set(features(measures, which)) for which in (INTERFACES, STRUCTURE)]
    assert not sets[0] & sets[1]
    doubled = film_measures(replace(film, voxel_nm=(2.0, 2.0, 2.0)))
    for name, value in features(measures, STRUCTURE).items():
        if name.startswith("shape_"):
            assert features(doubled, STRUCTURE)[name] == pytest.approx(value), name
    assert not {"vol_frac_D", "ABS_f_D", "vol_frac_M"} & (sets[0] | sets[1])


def test_a_forest_tells_noise_and_nothing_else() -> None:
    plain, other = ([film_measures(smooth(seed, 20)) for seed in range(first, first + 12)] for first in (0, 100))
    noisy = [film_measures(with_noise(smooth(seed, 20), 0.02)) for seed in range(100, 112)]

    def auc(one: list[dict[str, float]], two: list[dict[str, float]]) -> float:
        rows = [np.array([list(features(film, INTERFACES).values()) for film in group]) for group in (one, two)]
        found = forest_discrimination(*rows, SERIES)
        assert found is not None
        return found.auc

    assert auc(plain, noisy) > 0.95
    assert 0.1 < auc(plain, other) < 0.9


def test_a_forest_is_judged_on_series_that_it_has_not_seen() -> None:
    """A feature that names the series and, within it, the group: of no use for another series."""
    random = np.random.default_rng(0)
    sides = random.choice([-1.0, 1.0], 40)
    series = np.repeat(np.arange(40), 3)
    name = np.repeat(np.arange(40.0), 3)
    found = forest_discrimination(
        np.stack([name + 0.2 * sides[series]], 1), np.stack([name - 0.2 * sides[series]], 1), series
    )
    assert found is not None
    assert found.auc < 0.75
    assert forest_discrimination(np.ones((3, 1)), np.zeros((3, 1)), np.zeros(3, int)) is None


def test_a_network_tells_noise_and_nothing_else() -> None:
    plain = [smooth(seed).phases for seed in range(12)]
    noisy = [with_noise(smooth(seed), 0.1).phases for seed in range(100, 112)]
    device = torch.device("cpu")
    told = network_discrimination(plain, noisy, SERIES, device, steps=10)
    assert told is not None
    assert told.auc > 0.9
    same = network_discrimination(plain, plain, SERIES, device, steps=2)
    assert same is not None
    assert same.auc == pytest.approx(0.5)
    assert network_discrimination(plain[:2], noisy[:2], np.zeros(2, int), device) is None
    small = [film[:16, :16, :16] for film in plain]
    assert network_discrimination(small, small, SERIES, device) is None


def test_films_of_one_series_count_once_in_the_error() -> None:
    values = np.repeat([1.0, 2.0, 4.0, 5.0], 10)
    mean, error = jackknife(np.repeat(np.arange(4), 10), lambda chosen: float(values[chosen].mean()))
    assert mean == 3
    assert error == pytest.approx(np.std([1, 2, 4, 5], ddof=1) / 2)
    assert np.isnan(jackknife(np.zeros(3, int), lambda chosen: 1.0)[1])
