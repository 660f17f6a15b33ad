"""Tiles with a halo: what decoding in one piece gives, for every boundary and size, to the last bit."""

import pytest
import torch
from torch import Tensor, nn

from microdesigner.models import tiling
from microdesigner.models.autoencoder import FACTOR, AutoencoderConfig, PhaseAutoencoder


@pytest.fixture(scope="module")
def autoencoder() -> PhaseAutoencoder:
    torch.manual_seed(5)
    network = PhaseAutoencoder(AutoencoderConfig(width=16, deep_width=32))
    for parameter in network.parameters():
        if not parameter.any():  # layers that start at zero would hide what they do
            nn.init.normal_(parameter, std=0.2)
    return network.eval().requires_grad_(False)


def assembled(autoencoder: PhaseAutoencoder, latent: Tensor, periodic: bool) -> Tensor:
    batch, _, x, y, z = latent.shape
    whole = torch.full((batch, 3, x * FACTOR, y * FACTOR, z * FACTOR), float("nan"), dtype=latent.dtype)
    for along_x, along_y, logits in tiling.decoded_in_tiles(autoencoder, latent, periodic):
        whole[:, :, along_x, along_y] = logits
    return whole


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("size", [(20, 12, 4), (8, 12, 8), (8, 4, 4)])
def test_tiles_make_the_whole(
    autoencoder: PhaseAutoencoder, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int, int], periodic: bool
) -> None:
    monkeypatch.setattr(tiling, "TILE", 8)
    latent = torch.randn(1, 4, *size, generator=torch.Generator().manual_seed(1))
    with tiling.sums_in_one_order():
        whole = autoencoder.decode(latent, periodic)
    assert torch.equal(assembled(autoencoder, latent, periodic), whole)
    assert torch.backends.mkldnn.enabled


def test_a_narrower_halo_would_not_do(autoencoder: PhaseAutoencoder) -> None:
    latent = torch.randn(1, 4, 24, 4, 4, generator=torch.Generator().manual_seed(2))
    changed = latent.clone()
    changed[:, :, autoencoder.halo :] += 1
    difference = (autoencoder.decode(latent, False) - autoencoder.decode(changed, False)).abs().amax((0, 1, 3, 4))
    assert not difference[: FACTOR // 2].any()
    assert difference[FACTOR // 2 : FACTOR].any()


def test_the_shipped_size_is_one_piece(autoencoder: PhaseAutoencoder) -> None:
    latent = torch.zeros(1, 4, 16, 16, 8)
    assert len(list(tiling.decoded_in_tiles(autoencoder, latent, True))) == 1
