"""Decoding films of any size in bounded memory: tile by tile with a halo, as in one piece but for rounding."""

from collections.abc import Iterator

import torch
from torch import Tensor

from microdesigner.models.autoencoder import FACTOR, PhaseAutoencoder
from microdesigner.models.bundle import Autoencoder

TILE = 32
Decoded = tuple[slice, slice, Tensor]
"""Voxels along x and along y, and the logits (batch, phases, x, y, z) there."""


def decoded_in_tiles(autoencoder: Autoencoder, latent: Tensor, periodic: bool) -> Iterator[Decoded]:
    """Decode a whitened latent (batch, latent, x, y, z) in tiles of TILE × TILE latent voxels of the whole height.

    The decoder is strictly local: what lies more than its `halo` away has no influence, so cutting a tile out with that
    margin and dropping the margin again changes nothing. A film of one tile is decoded in one piece.
    """
    if not isinstance(autoencoder, PhaseAutoencoder) or max(latent.shape[2:4]) <= TILE:
        logits = autoencoder.decode(latent, periodic)
        yield slice(0, logits.shape[2]), slice(0, logits.shape[3]), logits
        return
    halo = autoencoder.halo
    for x in _tiles(latent.shape[2]):
        for y in _tiles(latent.shape[3]):
            (rows, left), (columns, front) = (
                _with_margin(span, latent.shape[axis], halo, periodic) for span, axis in ((x, 2), (y, 3))
            )
            piece = latent[:, :, rows.to(latent.device)][:, :, :, columns.to(latent.device)]
            logits = autoencoder.decode(piece, periodic)  # how its own rim is padded is lost with the margin
            yield _voxels(x), _voxels(y), logits[:, :, _voxels(x, left - x.start), _voxels(y, front - y.start)]


def _tiles(length: int) -> list[slice]:
    return [slice(start, min(start + TILE, length)) for start in range(0, length, TILE)]


def _with_margin(span: slice, length: int, halo: int, periodic: bool) -> tuple[Tensor, int]:
    """Indices of `span` with its margin, which wraps where the film does and else ends with it, and where `span` starts
    among them."""
    if periodic:
        return torch.arange(span.start - halo, span.stop + halo) % length, halo
    first = max(0, span.start - halo)
    return torch.arange(first, min(length, span.stop + halo)), span.start - first


def _voxels(span: slice, shift: int = 0) -> slice:
    return slice((span.start + shift) * FACTOR, (span.stop + shift) * FACTOR)
