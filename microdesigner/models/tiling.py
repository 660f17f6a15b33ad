"""Decoding films of any size in bounded memory: tile by tile with a halo, bit for bit as in one piece."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor

from microdesigner.models.autoencoder import FACTOR, PhaseAutoencoder
from microdesigner.models.bundle import Autoencoder

TILE = 32
_ONEDNN = threading.Lock()
Decoded = tuple[slice, slice, Tensor]
"""Voxels along x and along y, and the logits (batch, phases, x, y, z) there."""


def decoded_in_tiles(autoencoder: Autoencoder, latent: Tensor, periodic: bool, exact: bool = True) -> Iterator[Decoded]:
    """Decode a whitened latent (batch, latent, x, y, z) in tiles of TILE × TILE latent voxels of the whole height.

    The decoder is strictly local: what lies more than its `halo` away has no influence, so cutting a tile out with that
    margin and dropping the margin again changes nothing: on a CPU not a bit, see `sums_in_one_order`. A film of one
    tile is decoded in one piece, at full speed; so are all where `exact` is not needed.
    """
    if not isinstance(autoencoder, PhaseAutoencoder) or max(latent.shape[2:4]) <= TILE:
        logits = autoencoder.decode(latent, periodic)
        yield slice(0, logits.shape[2]), slice(0, logits.shape[3]), logits
        return
    for x in tiles_along(latent.shape[2]):
        for y in tiles_along(latent.shape[3]):
            with sums_in_one_order() if exact and latent.device.type == "cpu" else nullcontext():
                logits = decoded_tile(autoencoder, latent, periodic, x, y)
            yield _voxels(x), _voxels(y), logits


def decoded_tile(autoencoder: PhaseAutoencoder, latent: Tensor, periodic: bool, x: slice, y: slice) -> Tensor:
    """Logits (batch, phases, x, y, z) of the latent voxels `x`, `y` of a film."""
    halo = autoencoder.halo
    (rows, left), (columns, front) = (
        _with_margin(span, latent.shape[axis], halo, periodic) for span, axis in ((x, 2), (y, 3))
    )
    piece = latent[:, :, rows.to(latent.device)][:, :, :, columns.to(latent.device)]
    logits = autoencoder.decode(piece, periodic)  # how its own rim is padded is lost with the margin
    return logits[:, :, _voxels(x, left - x.start), _voxels(y, front - y.start)]


@contextmanager
def sums_in_one_order() -> Iterator[None]:
    """Convolve by PyTorch's own kernels, three times slower: oneDNN's sum in an order that depends on the film's size.

    Theirs does not where the edges are multiples of DENOISER_MULTIPLE, as those of films and the halo are. The switch
    is the whole process's, so films in other threads wait here or are slower meanwhile.
    """
    with _ONEDNN:
        before = torch.backends.mkldnn.enabled
        torch.backends.mkldnn.enabled = False  # type: ignore[assignment]
        try:
            yield
        finally:
            torch.backends.mkldnn.enabled = before


def tiles_along(length: int) -> list[slice]:
    """The tiles of an axis of `length` latent voxels."""
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
