"""Model cards: typed, checked entry by entry, written back whole."""

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.core.card import ModelCard, installed_cards
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.request_check import check_request
from tests.fuzz.mutate import TIMES, mutate_json
from tests.tiny_model import CONDITIONS, tiny_card

MUTATIONS = 1500 * TIMES


def full_card() -> dict[str, Any]:
    """A card with every entry that a training writes, small."""
    points = [[0.1 + 0.05 * i, 0.1, 0.5, 0.02 * i] for i in range(12)]
    inputs = ["phi", "vol_frac_M"]
    return tiny_card() | {
        "title": "Tiny films",
        "lateral": "no-flux",
        "support": points,
        "held_out": points[:3],
        "domain_sizes": [20.0 + i for i in range(12)],
        "size_response": {"offset": 0.1, "slope": 0.9, "conditioning_error_std": 0.2},
        "response": {
            "inputs": inputs,
            "outputs": ["vol_frac_D"],
            "centre": [0.5, 0.1],
            "scale": [0.1, 0.1],
            "coefficients": [[0.5], [0.1], [0.1], [0.0], [0.0], [0.0]],
            "scatter": [0.01],
        },
        "training": {"volumes": 12, "series": 3, "losses": {"vae": {"loss": [[1, 0.5]], "val_loss": [[1, None]]}}},
        "accuracy": {"none": {"count": 8, "targets": "held-out", "control": {"vol_frac_D": {"mae": 0.1}}}},
        "of a later version": {"kept": [1, 2]},
    }


def refused(document: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        ModelCard.from_json(document, "model.json")
    return str(caught.value)


def test_a_card_is_typed_and_goes_back_as_it_came() -> None:
    document = full_card()
    card = ModelCard.from_json(document)
    assert [condition.name for condition in card.conditions] == list(CONDITIONS)
    assert card.latent.factor == 8
    assert card.support is not None
    assert card.support.points.shape == (12, 4)
    assert card.response is not None
    assert float(card.response.expected({"phi": np.array([0.6]), "vol_frac_M": 0.1})["vol_frac_D"][0]) == pytest.approx(
        0.6
    )
    assert card.domain_sizes is not None
    assert card.domain_sizes.response.slope == 0.9
    assert card.training.losses["vae"].val_loss == ((1.0, None),)
    assert card.to_json() == document


def test_every_shipped_card_is_read() -> None:
    names = {ModelCard.read(path).name for path in installed_cards()}
    assert {"ch-3phase", "ch-2phase", "bentheimer"} <= names


@pytest.mark.parametrize(
    ("entry", "value", "words"),
    [
        ("schema", 2, "schema 1"),
        ("name", "", "'name'"),
        ("name", "a\nb", "'name'"),
        ("phases", ["one"], "'phases'"),
        ("shape", [64, 64], "'shape'"),
        ("shape", [64, 64, 10**9], "'shape[2]'"),
        ("voxel_nm", [1, 1, float("inf")], "'voxel_nm[2]'"),
        ("lateral", "open", "'lateral'"),
        ("conditions", [{"name": "x", "low": 1, "high": 0}], "'conditions[0]'"),
        ("conditions", [{"name": "x", "low": 0, "high": 1}] * 2, "twice"),
        ("process", [{"name": "phi", "low": "0", "high": 1}], "'process[0].low'"),
        ("support", [[0.1, 0.2]], "support"),
        ("held_out", [[0.1, 0.2]], "held_out"),
        ("support", [[0.1] * 4] * 5000, "'support'"),
        ("domain_sizes", [20.0] * 5, "domain_sizes"),
        ("latent", {"channels": 4}, "'factor'"),
        ("latent", {"channels": 4, "factor": 0}, "'latent.factor'"),
        ("parts", {"vae": {"sha256": "x"}}, "'parts[...].sha256'"),
    ],
)
def test_what_is_wrong_is_named(entry: str, value: object, words: str) -> None:
    message = refused(full_card() | {entry: value})
    assert words in message
    assert "model.json" in message


@pytest.mark.parametrize(
    ("entry", "value", "words"),
    [
        ("coefficients", [[0.5]], "needs 6 rows"),
        ("coefficients", [[0.5, 0.5]] * 6, "one number per output"),
        ("centre", [0.5], "per input"),
        ("scale", [0.1, 0.0], "'response.scale[1]'"),
        ("inputs", ["phi", "elsewhere"], "neither a condition"),
    ],
)
def test_a_response_surface_has_the_shape_of_its_names(entry: str, value: object, words: str) -> None:
    document = full_card()
    assert words in refused(document | {"response": document["response"] | {entry: value}})


@pytest.mark.parametrize("entry", ["name", "phases", "shape", "conditions", "process", "latent", "parts"])
def test_an_entry_that_is_missing_is_named(entry: str) -> None:
    document = full_card()
    del document[entry]
    assert f"lacks '{entry}'" in refused(document)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((64, 64, 32), ""),
        ((1024, 1024, 512), ""),  # 2^29 voxels
        ((1024, 1024, 544), "1024×1024×544 voxels is too large to generate; stay below 2^29 voxels"),
        ((4096, 4096, 4096), "too large"),
        ((4096, 4096, 256), "too large"),  # 2^32: nothing in 32 bits
        ((48, 64, 32), "multiple of 32 voxels; got 48×64×32"),
        ((64, 72, 32), "multiple of 32 voxels; got 64×72×32"),
        ((64, 64, 40), "multiple of 32 voxels; got 64×64×40"),
        ((16, 16, 16), "multiple of 32"),
    ],
)
def test_a_size_is_served_or_refused_in_a_sentence(size: tuple[int, int, int], words: str) -> None:
    card = ModelCard.from_json(tiny_card())  # the denoiser halves latents of an eighth of the voxels twice
    if not words:
        check_request(card, Request(size=size))
        return
    with pytest.raises(InputError) as caught:
        check_request(card, Request(size=size))
    assert words in str(caught.value)


def test_a_model_of_one_size_serves_that_alone() -> None:
    card = ModelCard.from_json(tiny_card() | {"fixed_size": True, "shape": [64, 96, 32]})
    check_request(card, Request())
    check_request(card, Request(size=(64, 96, 32)))
    for size in ((64, 64, 32), (32, 96, 32), (64, 96, 64)):
        with pytest.raises(InputError, match="makes volumes of 64×96×32 voxels only"):
            check_request(card, Request(size=size))


def test_a_damaged_card_is_refused_in_one_sentence_or_serves(tmp_path: Path) -> None:
    """Whatever is written into a card: it is refused by name, or all that is asked of it is answered."""
    path, read = tmp_path / "model.json", 0
    for number, content in enumerate(mutate_json(full_card(), MUTATIONS)):
        path.write_bytes(content)
        try:
            card = ModelCard.read(path)
            _use(card)
            read += 1
        except InputError as error:
            _check_sentence(error, number)
    assert 30 < read < MUTATIONS


def _use(card: ModelCard) -> None:
    targets = {condition.name: (condition.low + condition.high) / 2 for condition in card.conditions}
    if card.support is not None:
        assert 0 <= card.support.value(targets) <= 1
        assert set(card.support.nearest(targets)) == set(targets)
    if card.domain_sizes is not None:
        assert 0 < card.domain_sizes.condition_value(0.5, targets) < float("inf")
    if card.response is not None:
        card.response.expected(dict.fromkeys(card.response.inputs, np.array([0.5])))
    json.dumps(card.to_json())
    with contextlib.suppress(InputError):
        check_request(card, Request(size=(64, 64, 32)))


def _check_sentence(error: InputError, number: int) -> None:
    assert str(error).isprintable(), number


def test_a_voxel_of_another_shape_is_refused_and_one_of_another_size_is_not() -> None:
    card = ModelCard.from_json(tiny_card())
    own = card.voxel_nm
    check_request(card, Request(voxel_nm=tuple(2.5 * edge for edge in own)))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="stretch"):
        check_request(card, Request(voxel_nm=(own[0], own[1], 1.5 * own[2])))


@pytest.mark.parametrize("edges", [(1.0, 1.0), (0.0, 1.0, 1.0), (1.0, 1.0, float("nan")), (1, True, 1), "111", 2.0])
def test_voxel_edges_that_cannot_be_are_refused(edges: object) -> None:
    with pytest.raises(InputError, match="voxel_nm needs three edges"):
        Request(voxel_nm=edges)  # type: ignore[arg-type]


def test_the_voxel_edges_of_a_request_are_read_back_and_old_requests_have_none() -> None:
    request = Request(voxel_nm=(2.0, 2.0, 4.0))
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request
    assert "voxel_nm" not in Request().to_json()
