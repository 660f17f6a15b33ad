"""What is kept of films, and the request that comes of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microdesigner.app.catalogue import installed_models
from microdesigner.app.keeping import Keeping
from microdesigner.app.kept_film import KeptFilm
from microdesigner.app.kept_part import KeptPart, Piece
from microdesigner.app.kept_region import Region
from microdesigner.app.request_model import NO_PAPER, RequestModel
from microdesigner.core.given import Given
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.regions import region_mask
from tests.gui.stand_in import MODEL, SHAPE, volume, write_card

FILM = volume(SHAPE, 3, {})


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RequestModel:
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path))
    write_card(tmp_path / "models" / MODEL)
    model = RequestModel(installed_models())
    model.start(MODEL)
    return model


@pytest.fixture
def keeping(model: RequestModel) -> Keeping:
    return Keeping(model)


def _film(phases: np.ndarray = FILM, name: str = "a film") -> KeptFilm:
    return KeptFilm.of(Microstructure(phases, (2.0, 2.0, 2.0)), name)


@pytest.mark.parametrize(
    ("region", "words", "title"),
    [
        (Region("slab", 2, ((0, 9), (0, 9), (4, 20))), ("z=4:20",), "z = 4 to 19"),
        (Region("slab", 0, ((0, 32), (0, 9), (0, 9)), outside=True), ("outside x=0:32",), "all outside x = 0 to 31"),
        (
            Region("box", 0, ((1, 3), (2, 5), (0, 32))),
            ("x=1:3 y=2:5 z=0:32",),
            "x = 1 to 2, y = 2 to 4, z = 0 to 31",
        ),
        (
            Region("sphere", centre=(30, 20, 10), radius=8),
            ("sphere=30,20,10,8",),
            "the sphere of radius 8 around 30, 20, 10",
        ),
        (Region("layers", layers=((5, 40), (), (7,))), ("x=5", "x=40", "z=7"), "the layers x = 5, x = 40, z = 7"),
    ],
)
def test_a_region_has_the_words_of_the_command_line(region: Region, words: tuple[str, ...], title: str) -> None:
    assert (region.words(), region.title()) == (words, title)
    expected = np.logical_or.reduce([np.broadcast_to(region_mask(word, SHAPE), SHAPE) for word in words])
    np.testing.assert_array_equal(region.mask(SHAPE), expected)


def test_the_first_half_of_a_film_is_kept_at_first(model: RequestModel, keeping: Keeping) -> None:
    keeping.keep(_film())
    request = model.request()
    assert request is not None
    assert request.given is not None
    np.testing.assert_array_equal(request.given.mask, region_mask("x=0:32", SHAPE) & np.ones(SHAPE, bool))
    np.testing.assert_array_equal(request.given.filled()[:32], FILM[:32])
    assert keeping.part is not None
    assert keeping.part.summary(SHAPE) == "Keeping x = 0 to 31 of a film, 50 %"
    assert not model.impossible()
    keeping.stop()
    request = model.request()
    assert request is not None
    assert request.given is None


def test_a_film_is_varied_as_a_whole_or_around_a_part(model: RequestModel, keeping: Keeping) -> None:
    keeping.vary(_film())
    request = model.request()
    assert request is not None
    assert request.given is not None
    assert (request.given.strength, request.given.share) == (0.4, 0)
    np.testing.assert_array_equal(request.given.filled(), FILM)
    assert keeping.part is not None
    assert keeping.part.summary(SHAPE) == "Varying a film"
    keeping.edit(0, region=Region("slab", spans=((0, 32), (0, 1), (0, 1))))
    keeping.set_strength(0.2)
    request = model.request()
    assert request is not None
    assert request.given is not None
    assert (request.given.strength, request.given.share) == (0.2, 0.5)
    model.recall(request)
    assert model.request() == request
    keeping.set_strength(0.3)
    request = model.request()
    assert request is not None
    assert request.given is not None
    assert request.given.strength == 0.3
    np.testing.assert_array_equal(request.given.filled(), FILM)


def test_what_cannot_be_varied_is_one_sentence(model: RequestModel, keeping: Keeping) -> None:
    keeping.vary(_film())
    keeping.set_strength(1.0)
    assert "No voxel lies in the region" in model.impossible()
    keeping.set_strength(0.4)
    model.set_size((128, 64, 32))
    assert "Only one film, of the size asked for, can be varied" in model.impossible()
    assert model.request() is None


def test_a_larger_size_keeps_the_film_and_continues_it(model: RequestModel, keeping: Keeping) -> None:
    keeping.keep(_film())
    keeping.edit(0, region=Region.all_of(SHAPE))
    assert model.request() is None
    assert "nothing is left to generate" in model.impossible()
    model.set_size((128, 64, 32))
    assert not model.impossible()
    request = model.request()
    assert request is not None
    assert request.given is not None
    assert request.size == (128, 64, 32)
    np.testing.assert_array_equal(request.given.filled()[:64], FILM)
    assert request.given.share == 0.5


def test_a_film_that_leaves_room_is_kept_whole(model: RequestModel, keeping: Keeping) -> None:
    model.set_size((128, 64, 32))
    keeping.keep(_film())
    assert keeping.part is not None
    assert keeping.part.pieces[0].region.kind == "all"
    assert not model.impossible()


def test_the_size_follows_a_film_that_is_larger(model: RequestModel, keeping: Keeping) -> None:
    large = np.concatenate([FILM, FILM[:6]])
    model.set_value("vol_frac_D", 0.4)
    model.set_value("vol_frac_M", 0.2)  # as in the film
    keeping.keep(_film(large))
    multiple = model.targets.card.size_multiple if model.targets else 0
    assert model.size == (-(-70 // multiple) * multiple, 64, 32)
    assert not model.impossible()


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        (Region("layers"), "No voxel lies in the region"),
        (Region("sphere", centre=(500, 0, 0), radius=3), "No voxel lies in the region"),
        (Region("box", spans=((0, 64), (0, 64), (0, 32))), "nothing is left to generate"),
        (Region("slab", spans=((40, 30), (0, 1), (0, 1))), "names no voxels"),
    ],
)
def test_a_region_that_is_none_is_one_sentence(
    region: Region, sentence: str, model: RequestModel, keeping: Keeping
) -> None:
    keeping.keep(_film())
    keeping.edit(0, region=region)
    assert sentence in model.impossible()
    assert model.request() is None


def test_what_the_model_cannot_complete_is_one_sentence(model: RequestModel, keeping: Keeping) -> None:
    keeping.keep(KeptFilm(np.full(SHAPE, 3, np.uint8), "four phases"))
    assert "4 phases" in model.impossible()
    keeping.keep(_film())
    model.set_options(quality="paper")
    assert (model.impossible(), model.request()) == (NO_PAPER, None)
    model.set_options(quality="draft")
    model.set_size((32, 64, 32))
    assert "The kept film has 64×64×32 voxels" in model.impossible()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_picture_is_a_layer_scaled_to_the_film(axis: int, model: RequestModel, keeping: Keeping) -> None:
    picture = np.zeros((32, 16, 1), np.uint8)
    picture[:, 8:] = 1  # rows of a picture run downwards, so this is its lower half
    keeping.keep(KeptFilm.of(Microstructure(picture), "a.png", upright=True), axis=axis, layer=7)
    request = model.request()
    assert request is not None
    assert request.given is not None
    layer = np.take(request.given.filled(background=9), 7, axis)
    assert (layer == 9).sum() == 0
    assert request.given.mask.sum() == layer.size
    half = layer.shape[1] // 2
    lower = 1 if axis != 2 else 0  # a section of a standing film has its lower edge at the cathode
    np.testing.assert_array_equal(layer[:, :half], lower)
    np.testing.assert_array_equal(layer[:, half:], 1 - lower)
    assert keeping.part is not None
    assert f"scaled from 32×16 to {layer.shape[0]}×{layer.shape[1]} voxels" in keeping.part.summary(SHAPE)


def test_sections_add_up_and_a_film_takes_their_place(model: RequestModel, keeping: Keeping) -> None:
    section = KeptFilm(np.ones((64, 1, 32), np.uint8), "section")
    for layer in (10, 50):
        keeping.keep(section, layer=layer)
    request = model.request()
    assert request is not None
    assert request.given is not None
    assert np.flatnonzero(request.given.mask.all((0, 2))).tolist() == [10, 50]
    keeping.drop(0)
    request = model.request()
    assert request is not None
    assert request.given is not None
    assert np.flatnonzero(request.given.mask.all((0, 2))).tolist() == [50]
    keeping.keep(_film())
    assert keeping.part is not None
    assert len(keeping.part.pieces) == 1


def test_a_layer_beyond_the_film_is_one_sentence(model: RequestModel, keeping: Keeping) -> None:
    keeping.keep(KeptFilm(np.ones((64, 1, 32), np.uint8), "section"), layer=64)
    assert "they are 0 to 63" in model.impossible()


def test_a_recalled_request_is_the_same_again_and_can_grow(model: RequestModel, keeping: Keeping) -> None:
    keeping.keep(_film())
    keeping.set_targets_of("new")
    request = model.request()
    assert request is not None
    keeping.stop()
    model.recall(request)
    assert model.request() == request
    assert keeping.part is not None
    assert keeping.part.summary(SHAPE) == "Keeping x = 0 to 31 of a film, 50 %"
    model.set_size((128, 64, 32))
    grown = model.request()
    assert grown is not None
    assert grown.given is not None
    np.testing.assert_array_equal(grown.given.filled()[:32], FILM[:32])
    assert grown.given.share == 0.25
    assert grown.given.targets_of == "new"


def test_every_edit_is_a_step_that_can_be_restored(model: RequestModel, keeping: Keeping) -> None:
    steps: list[tuple[object, object, str, str]] = []
    model.edited.connect(lambda *step: steps.append(step))
    keeping.keep(_film())
    keeping.edit(0, "drag", region=replace(Region.half_of(SHAPE), axis=2))
    keeping.set_targets_of("new")
    keeping.stop()
    assert len(steps) == 4
    assert all(title for _, _, title, _ in steps)
    model.restore(steps[1][1])  # type: ignore[arg-type]
    assert keeping.part is not None
    assert keeping.part.pieces[0].region.axis == 2


def test_foreign_labels_and_edges_are_told(model: RequestModel) -> None:
    assert model.targets is not None
    card = model.targets.card
    foreign = Microstructure(FILM % 2, (5.0, 5.0, 5.0), phase_names=("pore", "solid"))
    film = KeptFilm.of(foreign, "rock")
    keeping = Keeping(model)
    keeping.keep(film)
    assert keeping.part is not None
    notes = keeping.part.notes(card, card.voxel_nm)
    assert "pore, solid of rock are taken as donor, acceptor" in notes[0]
    assert "5 × 5 × 5 nm" in notes[1]
    keeping.keep(_film())
    assert not keeping.part.notes(card, card.voxel_nm)


def test_a_piece_fits_its_film() -> None:
    assert Piece.of(_film(), SHAPE).region.mask(SHAPE).mean() == 0.5


def test_fractions_that_the_kept_part_rules_out_are_told(model: RequestModel, keeping: Keeping) -> None:
    keeping.keep(_film(np.zeros(SHAPE, np.uint8)))  # half of the film is donor
    model.set_value("vol_frac_D", 0.3)
    assert model.impossible()
    model.set_value("vol_frac_D", 0.6)
    assert not model.impossible()


def test_a_film_between_two_is_recalled_as_it_was_but_for_its_strength() -> None:
    first, second = (np.random.default_rng(seed).integers(0, 3, (32, 32, 32)).astype(np.uint8) for seed in (1, 2))
    given = Given.between(first, second, 0.25, 0.5)
    part = KeptPart.of_given(given)
    assert part.given(given.shape) == given
    stronger = replace(part, strength=0.7).given(given.shape)
    assert (stronger.other, stronger.blend, stronger.strength) == (given.other, 0.25, 0.7)
