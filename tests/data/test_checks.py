"""Checks before training: each fault that a data set can have is named with its remedy, and a good one passes."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.data import essentials
from microdesigner.data.checks import CHECKS_VERSION, check_dataset, checks_of, record_checks
from microdesigner.data.dataset_writing import Volume, new_dataset
from microdesigner.data.statistics import (
    correlations,
    distributions,
    most_redundant,
    principal_components,
    redundancies,
)
from microdesigner.data.store import Description, VolumeDataset
from microdesigner.models.autoencoder import FACTOR

CONDITIONS = ("ABS_f_D", "CT_f_D_tort1")


def data_set(
    tmp_path: Path, count: int = 240, shape: tuple[int, int, int] = (32, 32, 32), **columns: object
) -> VolumeDataset:
    """Volumes of noise whose labels vary freely, but for `columns` given by name."""
    random = np.random.default_rng(0)
    table = {name: random.random(count) for name in (*CONDITIONS, "phi")} | {"series": np.arange(count) % 10}
    table |= {name: np.broadcast_to(np.asarray(column), count) for name, column in columns.items()}
    description = Description(PHASE_NAMES[:2], "no-flux", CONDITIONS, ("phi",))
    with new_dataset(tmp_path / "set.h5", description) as add:
        for number in range(count):
            phases = random.integers(2, size=shape).astype(np.uint8)
            add(Volume(f"v{number:04d}", phases, {name: float(column[number]) for name, column in table.items()}))
    return VolumeDataset(tmp_path / "set.h5")


def severities(dataset: VolumeDataset, process: tuple[str, ...] = ("phi",)) -> dict[str, str]:
    return {check.name: check.severity for check in reversed(check_dataset(dataset, CONDITIONS, process))}


def test_a_good_data_set_passes(tmp_path: Path) -> None:
    assert set(severities(data_set(tmp_path)).values()) == {"good"}


def test_the_multiple_is_that_of_the_networks() -> None:
    assert essentials.AUTOENCODER_FACTOR == FACTOR


@pytest.mark.parametrize("shape", [(32, 32, 40), (32, 64, 32)])
def test_sizes_that_cannot_be_learned(shape: tuple[int, int, int], tmp_path: Path) -> None:
    assert severities(data_set(tmp_path, 20, shape))["sizes"] == "error"


@pytest.mark.parametrize(
    ("shape", "edges", "conditions", "severity"),
    [
        ((32, 32, 32), (2.0, 2.0, 2.0), ("vol_frac_D",), "good"),
        ((32, 32, 64), (2.0, 2.0, 2.0), ("vol_frac_D",), "error"),
        ((32, 32, 32), (2.0, 2.0, 3.0), ("vol_frac_D",), "error"),
        ((32, 32, 32), (2.0, 2.0, 2.0), ("vol_frac_D", "tortuosity_A"), "error"),
        ((32, 32, 32), (2.0, 2.0, 2.0), ("vol_frac_D", "CT_f_e_conn"), "error"),
    ],
)
def test_a_material_without_direction_can_be_turned(
    shape: tuple[int, int, int], edges: tuple[float, float, float], conditions: tuple[str, ...], severity: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    description = Description(PHASE_NAMES[:2], "no-flux", conditions, (), edges, isotropic=True)
    with new_dataset(tmp_path / "set.h5", description) as add:
        for number in range(8):
            labels = dict.fromkeys(conditions, number / 8) | {"series": float(number)}
            add(Volume(f"v{number}", np.full(shape, number % 2, np.uint8), labels))
    found = check_dataset(VolumeDataset(tmp_path / "set.h5"), conditions, ())
    assert next(check.severity for check in found if check.name == "turns") == severity


def test_sizes_that_differ(tmp_path: Path) -> None:
    with new_dataset(tmp_path / "set.h5", Description(PHASE_NAMES[:2], "no-flux", CONDITIONS, ())) as add:
        for number, edge in enumerate((32, 64)):
            add(
                Volume(
                    f"v{number}", np.zeros((edge,) * 3, np.uint8), {"ABS_f_D": 1, "CT_f_D_tort1": 1, "series": number}
                )
            )
    assert severities(VolumeDataset(tmp_path / "set.h5"))["sizes"] == "error"


def test_a_label_that_some_volumes_lack_and_one_that_is_no_number(tmp_path: Path) -> None:
    dataset = data_set(tmp_path, 20, CT_f_D_tort1=np.nan)
    found = check_dataset(dataset, CONDITIONS, ("chi",))
    assert {check.sentence.split()[-1] for check in found if check.name == "labels"} == {"chi.", "volumes."}
    assert all(check.severity == "error" and check.remedy for check in found if check.name == "labels")


def test_one_series_leaves_nothing_to_validate_on(tmp_path: Path) -> None:
    assert severities(data_set(tmp_path, 20, series=3))["split"] == "error"


def test_few_volumes_and_no_recipe(tmp_path: Path) -> None:
    found = severities(data_set(tmp_path, 40), ())
    assert (found["amount"], found["labels"]) == ("warning", "note")


def test_empty_phases(tmp_path: Path) -> None:
    assert severities(data_set(tmp_path, ABS_f_D=np.linspace(0, 1, 240)))["phases"] == "warning"


def test_copies_are_found_and_those_across_the_split_told(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    films = [random.integers(2, size=(32, 32, 32)).astype(np.uint8) for _ in range(7)]
    with new_dataset(tmp_path / "set.h5", Description(PHASE_NAMES[:2], "no-flux", CONDITIONS, ())) as add:
        for number, film in enumerate([*films, films[0]]):
            same = number % 7
            labels = {"ABS_f_D": 0.1 * same, "CT_f_D_tort1": 0.5, "series": float(number), "held_out": number == 7}
            add(Volume(f"v{number}", film, labels))
    found = next(
        check
        for check in check_dataset(VolumeDataset(tmp_path / "set.h5"), CONDITIONS, ())
        if check.name == "duplicates"
    )
    assert found.severity == "warning"
    assert "v0 and v7" in found.sentence
    assert "both sides" in found.sentence


def test_equal_labels_alone_make_no_copies(tmp_path: Path) -> None:
    assert severities(data_set(tmp_path, 20, ABS_f_D=0.5, CT_f_D_tort1=np.arange(20) // 2))["duplicates"] == "good"


def test_constant_conditions(tmp_path: Path) -> None:
    assert severities(data_set(tmp_path, ABS_f_D=0.5))["constant"] == "warning"
    assert severities(data_set(tmp_path, ABS_f_D=0.5, CT_f_D_tort1=0.4))["constant"] == "error"


def test_of_conditions_that_move_together_one_can_go(tmp_path: Path) -> None:
    share = np.linspace(0.1, 0.9, 240)
    dataset = data_set(tmp_path, ABS_f_D=share, CT_f_D_tort1=1 - share + 0.01 * np.sin(np.arange(240)))
    found = next(check for check in check_dataset(dataset, CONDITIONS, ()) if check.name == "correlated")
    assert found.severity == "note"
    assert (
        "CT_f_D_tort1 follows from the other conditions: they explain 100 % of its variance, ABS_f_D" in found.sentence
    )
    names = (*CONDITIONS, "phi")
    components = principal_components(names, correlations(dataset, names))
    assert components.shares == pytest.approx([2 / 3, 1 / 3, 0], abs=0.05)
    np.testing.assert_allclose(np.abs(components.loadings[0, :2]), np.sqrt(0.5), atol=0.05)


def test_what_follows_from_several_together_is_found_too() -> None:
    random = np.random.default_rng(0)
    free = random.normal(size=(3, 500))
    matrix = np.corrcoef([*free, free.sum(axis=0)])
    assert np.abs(matrix - np.eye(4)).max() < 0.9, "no two of them are correlated"
    (found,) = redundancies("abcd", matrix)
    assert (found.name, round(found.explained, 6)) == ("d", 1)
    assert redundancies("abc", matrix[:3, :3]) == []
    assert redundancies("ab", np.diag([1.0, 0.0])) == [], "a constant label follows from nothing"


def test_the_share_told_by_others_is_that_of_a_regression() -> None:
    random = np.random.default_rng(1)
    columns = random.normal(size=(400, 3)) @ random.normal(size=(3, 3)) + 0.2 * random.normal(size=(400, 3))
    found = most_redundant("abc", np.corrcoef(columns.T))
    assert found is not None
    place = "abc".index(found.name)
    others = np.column_stack([np.delete(columns, place, axis=1), np.ones(400)])
    _, rest, *_ = np.linalg.lstsq(others, columns[:, place])
    assert found.explained == pytest.approx(1 - rest[0] / (columns[:, place].var() * 400), abs=1e-6)


def test_stated_values_that_are_not_what_is_measured(tmp_path: Path) -> None:
    assert severities(data_set(tmp_path, stated_ABS_f_D=0.5))["stated"] == "warning"


def test_every_volume_is_in_the_range_plots(tmp_path: Path) -> None:
    dataset = data_set(tmp_path, 40)
    plot = distributions(dataset, ["phi"])[0]
    assert plot.training.sum() == (~dataset.held_out).sum()
    assert plot.held_out.sum() == dataset.held_out.sum()
    assert len(plot.edges) == len(plot.training) + 1


def test_checks_are_recorded_with_their_version(tmp_path: Path) -> None:
    dataset = data_set(tmp_path, 40)
    assert dataset.checks == {}
    fresh = checks_of(dataset)
    dataset.close()
    record_checks(dataset.path)
    recorded = VolumeDataset(dataset.path)
    assert recorded.checks["version"] == CHECKS_VERSION
    assert checks_of(recorded) == fresh
