"""A copy is found wherever it lies and however it is turned; a film of the same kind is none."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.copies import Places, likenesses, turns

EDGE = 16


def material(seed: int) -> np.ndarray:
    return (gaussian_filter(np.random.default_rng(seed).normal(size=(48, 40, 44)), 2) > 0).astype(np.uint8)


def film(phases: np.ndarray) -> Microstructure:
    return Microstructure(np.ascontiguousarray(phases), (1.0,) * 3, "no-flux", ("pore", "solid"))


@pytest.mark.parametrize("element", [0, 5, 13, 22, 31, 47])
def test_a_turned_copy_is_found(element: int) -> None:
    volume = material(0)
    piece = volume[30:46, 9:25, 20:36]
    turned = list(turns(piece))[element]
    (found,) = likenesses([film(turned)], Places(volume, EDGE), EDGE)
    assert found == pytest.approx(1, abs=1e-3)


def test_another_film_of_the_material_is_no_copy() -> None:
    (found,) = likenesses([film(material(1))], Places(material(0), EDGE), EDGE)
    assert 0.2 < found < 0.75


def test_a_film_of_one_phase_is_like_nothing() -> None:
    assert likenesses([film(np.zeros((EDGE,) * 3, np.uint8))], Places(material(0), EDGE), EDGE, 2) == [0.0]
