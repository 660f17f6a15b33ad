import numpy as np
import pytest

from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.descriptors.local_shares import LOCAL_SHARES, local_shares


def test_means_over_the_blocks_are_the_values_of_the_film() -> None:
    phases = np.random.default_rng(3).choice(3, size=(16, 24, 16), p=(0.5, 0.4, 0.1)).astype(np.uint8)
    mean = dict(zip(LOCAL_SHARES, local_shares(phases, True, 8).mean(axis=(1, 2, 3)), strict=True))
    film = fractions_and_tortuosities(phases, True)
    assert mean["donor"] == pytest.approx(film["vol_frac_D"])
    assert mean["mixed"] == pytest.approx(film["vol_frac_M"])
    assert mean["straight_donor"] / mean["connected_donor"] == pytest.approx(film["tortuosity_D"])
    assert mean["straight_acceptor"] / mean["connected_acceptor"] == pytest.approx(film["tortuosity_A"])


def test_blocks_lie_where_their_voxels_lie() -> None:
    phases = np.ones((8, 8, 16), np.uint8)
    phases[:, :4, 8:] = 0  # donor in half of the upper block: it touches the anode
    shares = dict(zip(LOCAL_SHARES, local_shares(phases, False, 8)[:, 0, 0], strict=True))
    assert shares["donor"].tolist() == [0, 0.5]
    assert shares["straight_donor"].tolist() == [0, 0.5]
    assert shares["connected_acceptor"].tolist() == [1, 0.5]
