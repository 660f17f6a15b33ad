"""A given part keeps its voxels through a request's document, and regions mean the voxels that they name."""

import json
from typing import Any

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.regions import given_part, region_mask
from microdesigner.core.request import Request

SHAPE = (8, 6, 4)


def film(seed: int = 1, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 3, shape).astype(np.uint8)


def part(region: str = "x=0:4", **others: Any) -> Given:
    return given_part(film(), SHAPE, [region], **others)


def test_a_request_carries_its_given_part_through_json() -> None:
    request = Request({"vol_frac_D": 0.4}, given=part("outside sphere=4,3,2,2"))
    again = Request.from_json(json.loads(json.dumps(request.to_json())))
    assert again == request
    assert again.given is not None
    mask = again.given.mask
    assert (again.given.filled(9)[mask] == film()[mask]).all()
    assert (again.given.filled(9)[~mask] == 9).all()


def test_a_request_without_one_is_written_as_before() -> None:
    assert "given" not in Request().to_json()


def test_the_size_of_the_given_film_is_the_size_of_the_request() -> None:
    assert Request(given=part()).size == SHAPE
    with pytest.raises(InputError, match="8×6×4 voxels, not to one of 32×32×32"):
        Request(size=(32, 32, 32), given=part())


def test_targets_of_the_new_part_count_what_is_given() -> None:
    phases = np.zeros(SHAPE, np.uint8)
    phases[:2] = 1
    given = given_part(phases, SHAPE, ["x=0:4"], "new")  # half of the film, half of it acceptor
    assert given.film_fraction(1, 0.3) == pytest.approx(0.3 / 2 + 0.25)
    assert given.film_fraction(0, 0.3) == pytest.approx(0.3 / 2 + 0.25)
    assert given_part(phases, SHAPE, ["x=0:4"]).film_fraction(1, 0.3) == 0.3


def test_fractions_that_the_given_part_rules_out_are_refused() -> None:
    given = given_part(np.zeros(SHAPE, np.uint8), SHAPE, ["x=0:4"])  # half of the film is donor
    names = ("donor", "acceptor", "mixed")
    given.check_fractions({0: 0.5, 1: 0.5}, names)
    for fractions, words in (({0: 0.4}, "between 0.500 and 1.000 donor, not 0.400"), ({1: 0.6}, "acceptor, not 0.600"),
                             ({1: 0.3, 2: 0.3}, "donor, not 0.400")):  # fmt: skip
        with pytest.raises(InputError, match=words):
            given.check_fractions(fractions, names)


@pytest.mark.parametrize(
    ("region", "voxels"),
    [
        ("x=0:4", np.s_[:4]),
        ("x=:4 z=2", np.s_[:4, :, 2:3]),
        ("y=-2:", np.s_[:, -2:]),
        ("z=-1", np.s_[:, :, -1:]),
        ("x=1:3 y=2:5 z=0:2", np.s_[1:3, 2:5, 0:2]),
    ],
)
def test_spans_are_those_of_an_array(region: str, voxels: Any) -> None:
    expected = np.zeros(SHAPE, bool)
    expected[voxels] = True
    assert (region_mask(region, SHAPE) == expected).all()
    assert (region_mask(f"outside {region}", SHAPE) == ~expected).all()


def test_a_sphere_holds_what_is_within_its_radius() -> None:
    mask = region_mask("sphere=8,8,8,5", (16, 16, 16))
    assert mask.sum() == pytest.approx(4 / 3 * np.pi * 5**3, rel=0.05)
    assert mask[8, 8, 13]
    assert not mask[8, 8, 14]


def test_kept_voxels_lie_in_any_region() -> None:
    given = given_part(film(), SHAPE, ["x=0", "z=1", region_mask("y=5", SHAPE)])
    assert (given.mask == region_mask("x=0", SHAPE) | region_mask("z=1", SHAPE) | region_mask("y=5", SHAPE)).all()


def test_a_smaller_volume_is_kept_whole_at_the_origin() -> None:
    given = given_part(film(), (16, 6, 4))
    assert (given.mask == region_mask("x=:8", (16, 6, 4))).all()
    assert (given.filled()[:8] == film()).all()


def test_a_slice_lies_in_its_layer() -> None:
    picture = film(shape=(8, 4))
    given = given_part(picture[:, :, None], SHAPE, ["y=3"])
    assert (given.filled(9)[:, 3] == picture).all()
    assert given.share == pytest.approx(1 / 6)


def test_a_variation_knows_all_of_its_film() -> None:
    given = given_part(film(), SHAPE, ["x=0:4"], strength=0.5)
    assert (given.filled() == film()).all()
    assert (given.kept_labels == film()[:4].ravel()).all()
    request = Request(given=given_part(film(), SHAPE, strength=0.5))
    assert request.given is not None
    assert request.given.share == 0
    assert Request.from_json(request.to_json()) == request
    with pytest.raises(InputError, match="ask for a film of its size"):
        given_part(film(), (16, 6, 4), strength=0.5)
    with pytest.raises(InputError, match=r"between 0\.05 and 1"):
        given_part(film(), SHAPE, strength=0.0)


@pytest.mark.parametrize(
    ("phases", "regions", "words"),
    [
        (film(), [], "nothing is left to generate"),
        (film(), ["x=8"], "they are 0 to 7"),
        (film(), ["x=4:2"], "names no voxels"),
        (film(), ["q=1"], "is no region"),
        (film(), ["x=-"], "is no region"),
        (film(), ["outside"], "names no voxels"),
        (film(), ["sphere=1,2,3"], "centre and radius"),
        (film(), ["sphere=1,2,3,nan"], "centre and radius"),
        (film(), ["sphere=90,2,3,4"], "No voxel"),
        (film(shape=(9, 6, 4)), [], "larger than the film"),
        (film(shape=(8, 1, 5)), ["y=3"], "8×5 pixels, its place in the film 8×4"),
        (film(shape=(8, 1, 4)), ["y=3:5"], "A slice needs the layer"),
        (film(shape=(8, 1, 4)), [], "A slice needs the layer"),
        (film(), [np.ones((2, 2, 2), bool)], "2×2×2 voxels, the film 8×6×4"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(phases: np.ndarray, regions: list[Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        given_part(phases, SHAPE, regions)


@pytest.mark.parametrize(
    "damage",
    [{"kept": ""}, {"kept": "AAAA"}, {"labels": "€"}, {"shape": [8, 6, 5]}, {"shape": [8, 6]}, {"shape": [0, 6, 4]},
     {"shape": [1 << 20, 1 << 20, 4]}, {"targets_of": "moon"}, {"labels": 3}, {"strength": 0.5}, {"strength": "x"}],
)  # fmt: skip
def test_damaged_documents_are_refused(damage: dict[str, Any]) -> None:
    document = Request(given=part()).to_json()
    document["given"] |= damage
    document["size"] = None
    with pytest.raises(InputError):
        Request.from_json(document)


def test_a_part_unpacks_to_its_own_size_only() -> None:
    """A small text that inflates to gigabytes is refused without doing so."""
    large = np.zeros((1024, 1024, 8), np.uint8)
    kept = np.ones(large.shape, bool)
    kept[0] = False
    document = Request(given=part()).to_json()
    document["given"]["labels"] = Given.of(large, kept).labels
    with pytest.raises(InputError, match="labels"):
        Request.from_json(document)


def test_the_paper_s_sampler_cannot_complete_a_film() -> None:
    with pytest.raises(InputError, match="sa-solver or dpm-solver"):
        Request(sampler="ancestral", steps=1000, given=part())
