"""Smooth pictures of layers: straight borders where the voxels have steps, and no phase lost."""

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.view3d.palettes import PALETTES
from microdesigner.view3d.planes import colour_table
from microdesigner.view3d.smooth_layers import BLUR_VOXELS, USUAL_EDGE, smooth_layer


def test_a_stair_of_voxels_becomes_a_line() -> None:
    layer = (np.arange(32)[:, None] + 2 * np.arange(32) > 48).astype(np.uint8)
    smooth = smooth_layer(layer, 8)
    rows, columns = np.mgrid[: smooth.label.shape[0], : smooth.label.shape[1]] / 8
    height = rows + 2 * columns - 50
    far = np.abs(height) > 1.2
    np.testing.assert_array_equal(smooth.label[far], (height > 0)[far])
    border = np.array([np.flatnonzero(row)[0] for row in smooth.label[8:-8]])
    straight = np.polyval(np.polyfit(np.arange(len(border)), border, 1), np.arange(len(border)))
    assert np.abs(border - straight).max() < 2.5  # of 8 texels; the voxels' own steps are 8 high


def test_a_phase_one_voxel_thin_stays_whole() -> None:
    layer = np.zeros((20, 20), np.uint8)
    layer[10:], layer[9] = 1, 2
    smooth = smooth_layer(layer, 4)
    assert (smooth.label[38] == 2).all()
    assert 0.02 < (smooth.label == 2).mean() < 0.08


def test_colours_blend_on_borders_alone_and_nothing_hidden_shows() -> None:
    layer = np.zeros((20, 20), np.uint8)
    layer[10:] = 1
    table = colour_table(PALETTES["paper"], (True, True))
    both = smooth_layer(layer, 4).coloured(table)
    mixed = (both[..., :3] != table[0, :3]).any(-1) & (both[..., :3] != table[1, :3]).any(-1)
    assert not mixed[:36].any()
    assert not mixed[44:].any()
    alone = smooth_layer(layer, 4).coloured(colour_table(PALETTES["paper"], (True, False)))
    assert (alone[:40, :, :3] == table[0, :3]).all()
    assert (alone[:40, :, 3] == 255).all()
    assert (alone[40:, :, 3] == 0).all()


def test_a_large_layer_gets_fewer_texels_a_voxel() -> None:
    assert smooth_layer(np.zeros((USUAL_EDGE, 8), np.uint8), 4).label.shape == (4 * USUAL_EDGE, 32)
    assert smooth_layer(np.zeros((2 * USUAL_EDGE, 8), np.uint8), 4).label.shape == (4 * USUAL_EDGE, 16)
    assert smooth_layer(np.zeros((9 * USUAL_EDGE, 8), np.uint8), 4).label.shape == (9 * USUAL_EDGE, 8)


@pytest.mark.parametrize("shape", [(37, 9), (3, 50), (64, 64)])
def test_pieces_give_what_the_whole_blur_gives(shape: tuple[int, int]) -> None:
    layer = np.random.default_rng(1).integers(0, 3, shape).astype(np.uint8)
    blurred = np.stack([_blurred(layer == number, 4) for number in range(3)])
    smooth = smooth_layer(layer, 4)
    first, second = np.sort(blurred, 0)[:0:-1]
    clear = first - second > 1e-4
    np.testing.assert_array_equal(smooth.label[clear], blurred.argmax(0)[clear])
    assert clear.mean() > 0.99


def _blurred(mask: NDArray[np.bool_], texels: int) -> NDArray[np.float64]:
    """The share of a phase at each texel: a normal distribution about it over all voxels."""
    weights = []
    for edge in mask.shape:
        places = (np.arange(edge * texels) + 0.5) / texels
        weight = np.exp(-0.5 * ((places[:, None] - np.arange(edge) - 0.5) / BLUR_VOXELS) ** 2)
        weights.append(weight / weight.sum(1, keepdims=True))
    return np.asarray(weights[0] @ mask @ weights[1].T, np.float64)
