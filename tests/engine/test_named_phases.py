"""Phases with names of their own: films are those of donor and acceptor, asked for by other words, and all phases have
straight paths to both faces."""

from pathlib import Path

import numpy as np
import pytest
import torch

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import StraightPaths
from microdesigner.core.request import Request
from microdesigner.descriptors import sample_values
from microdesigner.engine import Engine
from microdesigner.engine.differentiable_descriptors import (
    TargetQuantity,
    count_shapes,
    target_quantities,
    target_values,
)
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.refinement import EXACT_TOLERANCE, Refinement
from microdesigner.engine.sample_targets import SampleTargets
from microdesigner.engine.streaming.measures import measured, places_of, tile_parts
from microdesigner.engine.streaming.parts import Parts, save, voxels
from microdesigner.models import tiling
from tests.engine.films import denoised_film, latent
from tests.tiny_model import CONDITIONS, set_card, tiny_card

NAMES = ("quartz", "clay", "pore")
SAME = dict(
    zip(
        CONDITIONS,
        (
            "volume_fraction_quartz", "volume_fraction_pore",
            "straight_paths_quartz_upper", "straight_paths_clay_lower",
        ),
        strict=True,
    )
)  # fmt: skip


def renamed(names: dict[str, str]) -> dict[str, object]:
    """Entries of the tiny card whose phases are called otherwise, with other conditions."""
    conditions = [each | {"name": names[each["name"]]} for each in tiny_card()["conditions"]]
    return {"phases": list(NAMES), "conditions": conditions}


def films(engine: Engine, targets: dict[str, float], **entries: object) -> list[np.ndarray]:
    request = Request(targets, seed=3, **entries)  # type: ignore[arg-type]
    return [sample.microstructure.phases for sample in engine.generate_each([request])]


@pytest.mark.parametrize("match", ["none", "fractions"])
def test_a_phase_of_another_name_is_generated_alike(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch, match: str
) -> None:
    asked = dict(zip(CONDITIONS, (0.4, 0.2, 0.5, 0.5), strict=True))
    (letters,) = films(tiny_engine, asked, steps=2, match=match)
    set_card(monkeypatch, tiny_engine, **renamed(SAME))
    engine = Engine(tiny_engine.networks.bundle, tiny_engine.device)
    request = Request({SAME[name]: value for name, value in asked.items()}, seed=3, steps=2, match=match)  # type: ignore[arg-type]
    (sample,) = engine.generate_each([request])
    np.testing.assert_array_equal(sample.microstructure.phases, letters)
    assert sample.microstructure.phase_names == NAMES
    assert sample.measured == sample_values(sample.microstructure).values
    letters_values = sample_values(Microstructure(letters, sample.microstructure.voxel_nm)).values
    assert {name: sample.measured[SAME[name]] for name in CONDITIONS} == {n: letters_values[n] for n in CONDITIONS}
    assert not {"donor", "acceptor"} & set(" ".join(sample.reasons.values()).split())


@pytest.mark.parametrize(
    "paths", [("straight_paths_quartz_lower", "straight_paths_clay_upper"),
              ("straight_paths_pore_lower", "straight_paths_pore_upper")],
)  # fmt: skip
def test_straight_paths_of_any_phase_to_either_face_are_refined(
    networks: InferenceNetworks, monkeypatch: pytest.MonkeyPatch, paths: tuple[str, str]
) -> None:
    names = dict(zip(CONDITIONS, ("volume_fraction_quartz", "volume_fraction_pore", *paths), strict=True))
    bundle = networks.bundle
    card = bundle.card.with_entries(renamed(names))
    monkeypatch.setattr(networks, "bundle", type(bundle)(**{**vars(bundle), "card": card}))
    quantities = target_quantities(card, [True] * 4, 64 * 64 * 32)
    assert [each.kind for each in quantities] == ["fraction", "fraction", "straight", "straight"]

    def values(phases: np.ndarray) -> torch.Tensor:
        found = sample_values(Microstructure(phases, (1.0,) * 3, "periodic", NAMES)).values
        return torch.tensor([found[name] for name in names.values()]).float()

    clean = latent()
    targets = values(denoised_film(networks, clean)) + torch.tensor([0.02, 0.02, -0.03, 0.03])
    process = Refinement(networks, clean, targets, quantities, 1.0)
    for _ in process.rounds():
        pass
    missed = (values(process.decoded().phases) - targets).abs()
    assert float(missed[:2].max()) < 5e-4, "fractions"
    assert float(missed[2:].max()) <= EXACT_TOLERANCE, "straight paths"


def test_the_tortuosity_factor_of_a_named_phase_is_refined(
    networks: InferenceNetworks, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = networks.bundle
    card = bundle.card.with_entries(renamed(SAME))
    monkeypatch.setattr(networks, "bundle", type(bundle)(**{**vars(bundle), "card": card}))
    name = "tortuosity_factor_clay"
    assert card.further_names == ("interfacial_area", *(f"tortuosity_factor_{phase}" for phase in NAMES))

    def value(phases: np.ndarray) -> float:
        return float(sample_values(Microstructure(phases, (1.0,) * 3, "periodic", NAMES), [name]).values[name] or 0)

    clean = latent()
    wanted = 0.9 * value(denoised_film(networks, clean))
    targets, asked = target_values(card, SampleTargets({}, {name: wanted}))
    quantities = target_quantities(card, asked, 64 * 64 * 32)
    assert [(each.kind, each.label) for each in quantities] == [("tortuosity factor", 1)]
    process = Refinement(networks, clean, targets, quantities, 1.0)
    for _ in process.rounds():
        pass
    assert value(process.decoded().phases) == pytest.approx(wanted, rel=EXACT_TOLERANCE)


def test_voxels_connected_to_a_face_are_those_of_parts_that_touch_it() -> None:
    phases = np.zeros((4, 4, 6), np.uint8)
    phases[:2, :, 2:] = 3  # touches the upper face
    phases[3, 3, :2] = 3  # and another part of it the lower one
    film = Microstructure(phases, (1.0,) * 3, "no-flux", ("a", "b", "c", "d"))
    places = [TargetQuantity(0, 3, "straight", upper) for upper in (False, True)]
    counts = count_shapes(film, places)
    upper = np.zeros(phases.shape, bool)
    upper[:2, :, 2:] = True
    np.testing.assert_array_equal(counts.connected[StraightPaths(3, True)], upper)
    np.testing.assert_array_equal(counts.connected[StraightPaths(3, False)], (phases == 3) & ~upper)
    assert counts.values == [1.0, 1.0]


def test_tiles_measure_named_phases_as_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "TILE", 4)
    parts = Parts(tmp_path, (4, 12, 8, 4))
    random = np.random.default_rng(0)
    whole = np.repeat(np.repeat(random.integers(0, 4, (24, 16, 8)), 4, 0), 4, 1).repeat(4, 2).astype(np.uint8)
    for tile in parts.tiles:
        save(parts.labels(tile), whole[voxels(tile)])
    names = ("a", "b", "c", "d")
    places = places_of(names, ())
    assert len(places) == 8
    tiles = dict(tile_parts(parts, tile, True, (1.0, 1.0, 1.0), places) for tile in parts.tiles)
    report = measured(tiles, np.bincount(whole.ravel(), minlength=4), names, ["interfacial_area"])
    expected = sample_values(Microstructure(whole, (1.0,) * 3, "periodic", names)).values
    assert {name: report.values[name] for name in expected} == pytest.approx(expected)
    assert report.values["interfacial_area"] is None
