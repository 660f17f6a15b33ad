"""The transformer denoiser: where its positions are relative and where not, how it starts, how a bundle keeps it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from microdesigner.core.card import CARD_FILE
from microdesigner.core.errors import InputError
from microdesigner.models.bundle import load_bundle, save_bundle
from microdesigner.models.transformer import TransformerConfig, TransformerDenoiser
from tests.tiny_model import save_tiny_bundle, tiny_card

SMALL = TransformerConfig(width=32, blocks=2, heads=2)


@pytest.fixture
def denoiser() -> TransformerDenoiser:
    torch.manual_seed(3)
    network = TransformerDenoiser(SMALL)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    return network.eval()


def velocity(network: TransformerDenoiser, noisy: Tensor, periodic: bool = True) -> Tensor:
    count = len(noisy)
    known = torch.ones(count, 4, dtype=torch.bool)
    with torch.no_grad():
        return network(noisy, torch.full((count,), 0.4), torch.full((count, 4), 0.3), known, periodic)


@pytest.mark.parametrize("size", [(16, 16, 8), (10, 6, 4), (24, 8, 2)])
@pytest.mark.parametrize("shift", [(2, 0), (0, 2), (4, -2)])
def test_a_periodic_film_of_any_size_shifts_by_patches(
    denoiser: TransformerDenoiser, size: tuple[int, int, int], shift: tuple[int, int]
) -> None:
    noisy = torch.randn(2, 4, *size)
    shifted = velocity(denoiser, noisy.roll(shift, (2, 3)))
    assert torch.allclose(shifted, velocity(denoiser, noisy).roll(shift, (2, 3)), atol=1e-4)


def test_walls_and_electrodes_are_felt(denoiser: TransformerDenoiser) -> None:
    noisy = torch.randn(1, 4, 8, 8, 8)
    for axis in (2, 3):
        shifted = velocity(denoiser, noisy.roll(2, axis), periodic=False)
        assert not torch.allclose(shifted, velocity(denoiser, noisy, periodic=False).roll(2, axis), atol=1e-2)
    assert not torch.allclose(velocity(denoiser, noisy.flip(4)).flip(4), velocity(denoiser, noisy), atol=1e-2)


def test_far_patches_matter(denoiser: TransformerDenoiser) -> None:
    noisy = torch.randn(1, 4, 16, 8, 4)
    changed = noisy.clone()
    changed[:, :, 8:10] += 1
    assert not torch.equal(velocity(denoiser, noisy)[:, :, :2], velocity(denoiser, changed)[:, :, :2])


def test_a_fresh_network_gives_zero_and_has_the_stated_size() -> None:
    network = TransformerDenoiser(TransformerConfig())
    assert not velocity(network, torch.randn(1, 4, 8, 8, 4)).any()
    assert 6e6 < sum(parameter.numel() for parameter in network.parameters()) < 7e6


def test_a_bundle_keeps_it(denoiser: TransformerDenoiser, tmp_path: Path) -> None:
    tiny = load_bundle(str(save_tiny_bundle(tmp_path)), torch.device("cpu"))
    card = tiny_card()
    del card["domain_sizes"]
    save_bundle(tmp_path, card, tiny.autoencoder, tiny.predictor, denoiser, half=False)
    document = json.loads((tmp_path / CARD_FILE).read_text())
    assert document["architecture"]["ddpm"] == {"kind": "transformer", **asdict(SMALL)}

    again = load_bundle(str(tmp_path), torch.device("cpu")).denoiser
    assert isinstance(again, TransformerDenoiser)
    noisy = torch.randn(1, 4, 8, 8, 4)
    assert torch.equal(velocity(again, noisy), velocity(denoiser, noisy))

    (tmp_path / CARD_FILE).write_text(json.dumps(document | {"domain_sizes": [20.0] * len(card["support"])}))
    with pytest.raises(InputError, match="5 in the card and 4 in the networks"):
        load_bundle(str(tmp_path), torch.device("cpu"))

    del document["architecture"]["ddpm"]["heads"]
    (tmp_path / CARD_FILE).write_text(json.dumps(document))
    with pytest.raises(InputError, match="does not describe the part ddpm"):
        load_bundle(str(tmp_path), torch.device("cpu"))
