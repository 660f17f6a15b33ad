"""What a plane tells of its film: structures whose fractions, areas and domain sizes are known, and how sure it is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.phase_bits import pack_phases
from microdesigner.descriptors.stereology import section_estimates
from microdesigner.descriptors.structure_factor import film_domain_size
from microdesigner.descriptors.surface import interfacial_area

NAMES = ("solid", "pore")
PORE = "volume_fraction_pore"


def of(phases: NDArray[np.uint8], edges: tuple[float, float, float] | None = (1.0, 1.0, 1.0)) -> Microstructure:
    return Microstructure(phases, edges, "no-flux", NAMES)


def ring_field(shape: tuple[int, ...], seed: int = 0, wave: float = 20.0, least: float = 1.0) -> NDArray[np.float64]:
    """A Gaussian random field without direction, of waves about so long: it resembles a film that separated. With a
    `least` of 0 it has all longer waves, too, as sections have."""
    noise = np.fft.fftn(np.random.default_rng(seed).normal(size=shape))
    k = np.sqrt(sum(axis**2 for axis in np.meshgrid(*map(np.fft.fftfreq, shape), indexing="ij")))
    beyond = np.where(k * wave < 1, least, 1.0) * (k * wave - 1)
    field = np.fft.ifftn(noise * np.exp(-((beyond / 0.2) ** 2))).real
    return field / field.std()


def test_layers_have_their_fraction_and_area_in_each_cross_section() -> None:
    z = np.arange(96)
    phases = np.broadcast_to((z % 12 < 3), (48, 48, 96)).astype(np.uint8)
    film = Microstructure(phases, (2.0, 2.0, 2.0), "no-flux", NAMES)
    for section in (phases[:1], phases[:, :1]):
        found = section_estimates(of(section, (2.0, 2.0, 2.0)))
        assert found[PORE].value == 0.25
        whole = interfacial_area(film, pack_phases(phases))
        assert found["interfacial_area"].value == pytest.approx(whole, rel=0.02)


def test_a_direction_counts_as_often_as_films_have_it() -> None:
    """Stripes across one direction, 1/6 a pixel: lateral crossings of a cross-section stand for x and y."""
    stripes = (np.arange(96)[:, None].repeat(96, 1) % 12 < 3).astype(np.uint8)
    area = {name: section_estimates(of(phases))["interfacial_area"].value for name, phases in (
        ("plane of the layers", stripes[:, :, None]), ("lateral", stripes[:, None]), ("normal", stripes.T[:, None]),
    )}  # fmt: skip
    assert area == pytest.approx({"plane of the layers": 1 / 6, "lateral": 4 / 18, "normal": 2 / 18}, rel=0.06)


def test_spheres_show_as_discs_of_which_fraction_and_area_follow() -> None:
    """Spheres of radius r thrown at random, ρ a volume: 1 - exp(-4/3 π ρ r³) and 4 π ρ r² of what is not covered."""
    radius, density, edge = 10.0, 6e-5, 480
    draw = np.random.default_rng(3)
    height = 2 * radius
    centres = draw.uniform(-radius, edge + radius, (draw.poisson(density * (edge + height) ** 2 * height), 2))
    rings = np.sqrt(radius**2 - draw.uniform(-radius, radius, len(centres)) ** 2)
    phases = np.zeros((edge, edge), np.uint8)
    pixels = np.arange(edge) + 0.5
    for (x, y), ring in zip(centres, rings, strict=True):
        rows, columns = (np.flatnonzero(np.abs(pixels - centre) < ring) for centre in (x, y))
        phases[np.ix_(rows, columns)] |= np.hypot(*np.ix_(pixels[rows] - x, pixels[columns] - y)) < ring
    free = np.exp(-4 / 3 * np.pi * density * radius**3)
    found = section_estimates(of(phases[:, :, None]))
    assert found[PORE].error < 0.02
    assert abs(found[PORE].value - (1 - free)) < 2 * found[PORE].error
    area = 4 * np.pi * density * radius**2 * free
    assert found["interfacial_area"].error < 0.06 * area
    assert abs(found["interfacial_area"].value - area) < 2 * found["interfacial_area"].error


def test_sections_know_the_domain_size_of_their_film() -> None:
    film = of((ring_field((96, 96, 96)) > 0).astype(np.uint8))
    whole = film_domain_size(film)
    assert whole is not None
    sections = [film.phases[place : place + 1] for place in (5, 40, 75)]
    sections += [film.phases[:, :, place : place + 1] for place in (5, 40, 75)]
    sizes = [section_estimates(of(section))["domain_size"] for section in sections]
    assert np.mean([size.value for size in sizes]) == pytest.approx(whole, rel=0.08)
    assert all(0.05 * size.value < size.error < 0.2 * size.value for size in sizes)


def test_the_standard_error_is_how_far_sections_are_from_the_mean() -> None:
    fields = [ring_field((160, 160), seed, least=0.0)[:96, :64] for seed in range(40)]
    found = [section_estimates(of((field > 0.3).astype(np.uint8)[:, None])) for field in fields]
    for name in (PORE, "interfacial_area", "domain_size"):
        values, errors = np.array([(each[name].value, each[name].error) for each in found]).T
        assert 0.7 < errors.mean() / values.std() < 1.3, name


def test_lengths_are_those_of_the_pixels_and_unknown_without_them() -> None:
    phases = (ring_field((128, 96)) > 0).astype(np.uint8)[:, None]
    one, three, unknown = (section_estimates(of(phases, edges)) for edges in ((1.0,) * 3, (3.0,) * 3, None))
    assert three["domain_size"].value == pytest.approx(3 * one["domain_size"].value)
    assert three["domain_size"].error == pytest.approx(3 * one["domain_size"].error)
    assert three["interfacial_area"].value == pytest.approx(one["interfacial_area"].value / 3)
    assert one[PORE] == three[PORE]
    assert set(unknown) == {"volume_fraction_solid", PORE}
    stretched = section_estimates(of(phases.repeat(2, 0), (0.5, 1.0, 1.0)))
    assert stretched["domain_size"].value == pytest.approx(one["domain_size"].value, rel=0.03)
    assert stretched["interfacial_area"].value == pytest.approx(one["interfacial_area"].value, rel=0.02)


@pytest.mark.parametrize(
    ("phases", "sentence"),
    [
        (ring_field((32, 32, 2)) > 0, "one voxel thick"),
        (ring_field((64, 8, 1)) > 0, "at least 16 pixels"),
        (ring_field((32, 32, 1), wave=40) > 0, "too small for its domains"),
        (np.arange(64)[:, None, None].repeat(64, 1) > 30, "too small for its domains"),
        (np.ones((64, 64, 1)), "one phase alone"),
    ],
)
def test_what_is_no_section_or_too_little_of_one_is_told(phases: NDArray[np.bool_], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        section_estimates(of(phases.astype(np.uint8)))
