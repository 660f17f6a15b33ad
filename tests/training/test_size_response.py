"""How a denoiser follows the domain size that conditions it, found again from what it made."""

import numpy as np
import pytest

from microdesigner.core.domain_sizes import DomainSizes, SizeResponse
from microdesigner.core.support import Support
from microdesigner.training.size_response import GeneratedSample, measured_response

TRUTH = SizeResponse(offset=0.2, slope=0.95, conditioning_error_std=0.12)


@pytest.fixture(scope="module")
def sizes() -> DomainSizes:
    """ln(domain size) = 3 + x + normal scatter of 0.15."""
    random = np.random.default_rng(0)
    points = random.uniform(0, 1, (512, 1))
    return DomainSizes(Support(("x",), points), np.exp(3 + points[:, 0] + 0.15 * random.normal(size=512)))


def made_by(response: SizeResponse, sizes: DomainSizes, count: int, scatter: float) -> list[GeneratedSample]:
    """GeneratedSamples of which every second one was asked for x."""
    random = np.random.default_rng(1)
    films = []
    for number in range(count):
        x = float(random.uniform())
        targets = {"x": x} if number % 2 else {}
        condition = 3 + x + 0.15 * random.normal()
        middle, spread = (np.array(value) for value in sizes.left_open(targets))
        films.append(
            GeneratedSample(
                condition,
                float(response.predicted(np.array(condition), middle, spread)) + scatter * random.normal(),
                targets,
            )
        )
    return films


def test_the_response_is_found(sizes: DomainSizes) -> None:
    exact = measured_response(made_by(TRUTH, sizes, 40, 0.0), sizes)
    assert (exact.offset, exact.slope, exact.conditioning_error_std) == pytest.approx(
        (TRUTH.offset, TRUTH.slope, TRUTH.conditioning_error_std), abs=1e-3
    )
    scattered = measured_response(made_by(TRUTH, sizes, 128, 0.05), sizes)
    assert scattered.conditioning_error_std == pytest.approx(TRUTH.conditioning_error_std, abs=0.03)
    assert scattered.offset + 3.5 * scattered.slope == pytest.approx(TRUTH.offset + 3.5 * TRUTH.slope, abs=0.02)


def test_a_denoiser_that_does_not_follow_is_conditioned_on_sizes_as_they_are(sizes: DomainSizes) -> None:
    films = made_by(TRUTH, sizes, 40, 0.0)
    deaf = [GeneratedSample(film.conditioned, 3.5, film.targets) for film in films]
    assert measured_response(deaf, sizes) == SizeResponse()
    assert measured_response(films[:3], sizes) == SizeResponse()
