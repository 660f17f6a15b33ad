"""Where in a film its fractions and straight paths lie: the shares of each block of voxels."""

import numpy as np
from numpy.typing import NDArray

from microdesigner.descriptors.components import components_of, connected_voxels
from microdesigner.descriptors.film import A, D, Film, M, film_of
from microdesigner.descriptors.tortuosity import straight_mask

LOCAL_SHARES = ("donor", "mixed", "connected_donor", "connected_acceptor", "straight_donor", "straight_acceptor")


def local_shares(phases: NDArray[np.uint8], periodic: bool, edge: int) -> NDArray[np.float32]:
    """Shares of the voxels in blocks of `edge`³ that are of each kind in `LOCAL_SHARES`: [kinds, x/e, y/e, z/e].

    `phases` are labels [x, y, z] with edges that `edge` divides. Connected donors hang together with the anode,
    acceptors with the cathode; straight ones are those that tort1 counts. Means over all blocks give the film's values:
    tort1 of the donor is mean straight_donor / mean connected_donor.
    """
    film = film_of(phases)
    connected = connected_voxels(film, components_of(film, periodic).touches)
    masks: tuple[NDArray[np.bool_], ...] = (
        film == D,
        film == M,
        connected == D,
        connected == A,
        straight_mask(film, D, True, periodic),
        straight_mask(film, A, False, periodic),
    )
    return np.stack([_block_means(mask, edge).T for mask in masks])


def _block_means(mask: Film | NDArray[np.bool_], edge: int) -> NDArray[np.float32]:
    """Means over blocks of edge³ of [z, y, x]."""
    nz, ny, nx = (size // edge for size in mask.shape)
    blocks = mask.reshape(nz, edge, ny, edge, nx, edge)
    counts = blocks.sum(axis=5, dtype=np.uint16).sum(axis=3, dtype=np.uint16).sum(axis=1, dtype=np.float32)
    means: NDArray[np.float32] = counts / np.float32(edge**3)
    return means
