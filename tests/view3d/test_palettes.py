"""Eight phases can be told apart by their colours, by colour-blind people too."""

from itertools import combinations

import numpy as np
import pytest

from microdesigner.view3d.palettes import PALETTES, Colour

# what is left of linear red, green and blue (Machado, Oliveira, Fernandes, IEEE Trans. Vis. Comput. Graph. 15, 1291)
VISION = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.41246, 0.35758, 0.18044], [0.21267, 0.71515, 0.07218], [0.01933, 0.11919, 0.95030]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: Colour, vision: str) -> np.ndarray:
    """CIE L*a*b* of what is seen of a colour."""
    given = np.array(colour)
    linear = np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(np.array(VISION[vision]) @ linear, 1e-3, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", PALETTES)
def test_eight_colours_differ_for_everybody(name: str, vision: str) -> None:
    colours = PALETTES[name].colours
    assert len(colours) == 8
    apart = {pair: np.linalg.norm(lab(pair[0], vision) - lab(pair[1], vision)) for pair in combinations(colours, 2)}
    assert min(apart.values()) > 15, "2.3 is just noticeable"
