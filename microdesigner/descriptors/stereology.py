"""What a plane through a film tells of the film: fractions, domain size and interfacial area, each with its error.

* The share of a phase in a plane is on average its volume fraction (A. Delesse 1847).
* Interfacial area per volume is S_V = 2 P_L, P_L the crossings of interfaces per length (E. E. Underwood, Quantitative
  Stereology, 1970). Of a cross-section the lateral direction counts twice, for the other one that the plane does not
  show. A plane of the layers shows no vertical lines: it stands for films that are alike in all directions.
* The two-point correlation in a plane is that of the volume where the material looks alike from all sides. In films
  that separated by themselves it falls to `LEVEL` over about the same share of the domain size.

What depends on how domains hang together in the third direction, such as straight paths, no plane tells.

Errors are standard errors: each estimate is the mean of a field over the plane, whose variance is the field's power
spectrum near wave number 0 over the plane's area. It is taken from the waves longer than the domain size.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import fftconvolve

from microdesigner.core.descriptor_spec import DOMAIN_SIZE, INTERFACIAL_AREA
from microdesigner.core.errors import InputError
from microdesigner.core.estimate import Estimate
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.phases import fraction_name
from microdesigner.core.quantity import size_words
from microdesigner.descriptors.correlation import lateral_correlation

LEVEL, SHARE, SHARE_ERROR = 0.15, 0.384, 0.05
"""The correlation falls to this level over this share of the domain size, in simulated films of two and three phases,
whose shares differ by the relative error."""
LEAST_DOMAINS = 2.0
"""Squares of the domain size that a section holds at least: domains seem too large in smaller ones."""
SMALLEST_EDGE, MOST_PIXELS = 16, 1 << 24
TOO_SMALL = "The section is too small for its domains: it holds less than two of them; take a larger one."
Field = NDArray[np.float64]


def section_estimates(section: Microstructure) -> dict[str, Estimate]:
    """What a section tells of the film that it was cut from.

    Parameters
    ----------
    section : Microstructure
        One voxel thick along one axis: along x or y a cross-section, along z a plane of the layers. Its sides are open,
        whatever its `lateral` says.

    Returns
    -------
    dict
        By name: the fraction of each phase, then, where the voxel edges are known, `domain_size` in nm and
        `interfacial_area` in 1/nm.

    Raises
    ------
    InputError
        When the volume is no section, has one phase, or is too small for its domains.

    Examples
    --------
    >>> from scipy.ndimage import gaussian_filter
    >>> noise = gaussian_filter(np.random.default_rng(0).normal(size=(256, 256)), 4)
    >>> section = Microstructure((noise > 0).astype(np.uint8)[:, None], phase_names=("solid", "pore"))
    >>> print(section_estimates(section)["volume_fraction_pore"])
    0.523 ± 0.017
    """
    plane = _Plane.of(section)
    length = plane.correlation_length()
    if length is None or plane.area < LEAST_DOMAINS * (length.value / SHARE) ** 2:
        raise InputError(TOO_SMALL)
    longest = length.value / SHARE
    estimates = {
        fraction_name(section.phase_names, label): plane.mean(_where(plane.labels, label), longest)
        for label in range(len(section.phase_names))
    }
    if section.voxel_nm is not None:
        estimates[DOMAIN_SIZE] = Estimate(longest, math.hypot(length.error / SHARE, SHARE_ERROR * longest))
        estimates[INTERFACIAL_AREA] = plane.mean(plane.crossings(), longest)
    return estimates


@dataclass(frozen=True)
class _Plane:
    """A section (a, b, 1) whose second axis runs along the film's normal where it is `upright`."""

    film: Microstructure
    upright: bool

    @classmethod
    def of(cls, section: Microstructure) -> "_Plane":
        """The plane of a volume of one layer; raises InputError where it is none to estimate from."""
        size = size_words(section.shape)
        order = sorted(range(3), key=lambda axis: section.shape[axis] == 1)  # its own two axes first
        a, b, normal = (section.shape[axis] for axis in order)
        if normal > 1 or min(a, b) < SMALLEST_EDGE or a * b > MOST_PIXELS:
            raise InputError(
                f"A section is one voxel thick, with at least {SMALLEST_EDGE} pixels along each edge and at most "
                f"{MOST_PIXELS} in all; this volume is {size}: take another, or scale it."
            )
        phases = section.phases.transpose(order)
        if phases.min() == phases.max():
            raise InputError("The section shows one phase alone, which tells nothing of domains: map its values.")
        x, y, z = (section.spacing[axis] for axis in order)
        return cls(replace(section, phases=phases, voxel_nm=(x, y, z), lateral="no-flux"), order[2] != 2)

    @property
    def labels(self) -> PhaseArray:
        """Labels (a, b)."""
        labels: PhaseArray = self.film.phases[:, :, 0]
        return labels

    @property
    def area(self) -> float:
        """In the square of the unit of the pixel edges."""
        return self.labels.size * math.prod(self.film.spacing[:2])

    def mean(self, field: Field, longest: float) -> Estimate:
        """Mean of a `field` (a, b) that a larger plane would have; waves beyond `longest` tell its error."""
        power = fft.dctn(field - field.mean(), norm="ortho") ** 2
        along_a, along_b = (
            np.arange(count) / (2 * count * edge) for count, edge in zip(field.shape, self.film.spacing, strict=False)
        )  # waves per length
        slow = np.hypot(along_a[:, None], along_b) < 1 / longest
        slow[0, 0] = False
        return Estimate(float(field.mean()), math.sqrt(power[slow].mean() / field.size))

    def crossings(self) -> Field:
        """Interfacial area per volume, pixel by pixel (a, b), from the changes of phase along a and b."""
        total = np.zeros(self.labels.shape)
        for axis, weight in ((0, 4 / 3 if self.upright else 1.0), (1, 2 / 3 if self.upright else 1.0)):
            count = self.labels.shape[axis]
            pairs = total[: count - 1] if axis == 0 else total[:, : count - 1]
            per_pixel = weight * count / (count - 1) / self.film.spacing[axis]
            pairs += per_pixel * (np.diff(self.labels, axis=axis) != 0)
        return total

    def correlation_length(self) -> Estimate | None:
        """The distance over which the correlation of all phases falls to `LEVEL`; None where it does not."""
        present = [int(label) for label in np.unique(self.labels)]
        curves = [lateral_correlation(self.film, label) for label in present]
        shares = [float(np.mean(self.labels == label)) for label in present]
        variance = sum(share * (1 - share) for share in shares)
        covariance = np.sum([curve.value - share**2 for curve, share in zip(curves, shares, strict=True)], axis=0)
        excess = covariance / variance - LEVEL
        below = int(np.argmax(excess < 0))
        if not below:
            return None
        (near, far), (before, after) = curves[0].position[below - 1 : below + 1], excess[below - 1 : below + 1]
        slope = (before - after) / (far - near)
        distance = float(near + before / slope)
        surplus = self.mean(self._surplus(present, distance), distance / SHARE)
        return Estimate(distance, surplus.error / (variance * slope))

    def _surplus(self, present: list[int], distance: float) -> Field:
        """By how much each pixel correlates with those at a `distance` more than `LEVEL` says, (a, b)."""
        edges = self.film.spacing[:2]
        reach = [int(distance / edge + 1.5) for edge in edges]
        along_a, along_b = (np.arange(-n, n + 1) * edge for n, edge in zip(reach, edges, strict=True))
        ring = (np.abs(np.hypot(along_a[:, None], along_b) - distance) <= min(edges) / 2).astype(np.float64)
        there = fftconvolve(np.ones(self.labels.shape), ring, mode="same")
        surplus = np.zeros(self.labels.shape)
        for label in present:
            excess = _where(self.labels, label)
            excess -= excess.mean()
            surplus += excess * fftconvolve(excess, ring, mode="same") / there - LEVEL * excess**2
        return surplus


def _where(labels: PhaseArray, label: int) -> Field:
    return (labels == label).astype(np.float64)
