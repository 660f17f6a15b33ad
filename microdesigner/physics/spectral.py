"""Discrete transforms that diagonalise the finite-difference Laplacian of a film.

z is always no-flux (DCT-II); x and y are periodic (real FFT) or no-flux (DCT-II). Fields lie as [z, x, y] so that the
FFT runs over the contiguous axes. The DCT is a matrix product: at film sizes it costs less than an FFT of the mirrored
field and it runs alike on CPU and GPU. Complex coefficients are kept as real and imaginary parts side by side, for
arithmetic with real factors alone.
"""

import math

import torch
from torch import Tensor

from microdesigner.core.microstructure import Lateral


def dct_matrix(length: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Orthonormal DCT-II, rows are modes [mode, position]."""
    position = torch.arange(length, dtype=torch.float64) + 0.5
    mode = torch.arange(length, dtype=torch.float64)[:, None]
    matrix = torch.cos(math.pi / length * mode * position) * math.sqrt(2 / length)
    matrix[0] /= math.sqrt(2)
    return matrix.to(device=device, dtype=dtype)


class FilmTransform:
    """Orthonormal transform of fields [z, x, y] and the eigenvalues k̃² = Σ (2 − 2 cos k) of minus the Laplacian."""

    def __init__(self, shape: tuple[int, int, int], lateral: Lateral, device: torch.device, dtype: torch.dtype) -> None:
        z, x, y = shape
        self._lateral_shape = (x, y)
        self._periodic = lateral == "periodic"
        self._dct_z = dct_matrix(z, device, dtype)
        self._dct_x, self._dct_y = dct_matrix(x, device, dtype), dct_matrix(y, device, dtype)
        waves = [_no_flux_waves(z), _waves(x, self._periodic, half=False), _waves(y, self._periodic, half=True)]
        eigenvalues = [(2 - 2 * torch.cos(wave)).to(device=device, dtype=dtype) for wave in waves]
        weight = _parseval_weight(y, self._periodic).to(device=device, dtype=dtype)
        if self._periodic:
            eigenvalues[2], weight = eigenvalues[2].repeat_interleave(2), weight.repeat_interleave(2)
        self.k2 = eigenvalues[0][:, None, None] + eigenvalues[1][:, None] + eigenvalues[2]
        self._weight = weight

    def forward(self, field: Tensor) -> Tensor:
        """Coefficients of `field` [z, x, y]: real numbers, of the shape of `k2`."""
        if self._periodic:
            lateral = torch.view_as_real(torch.fft.rfft2(field, norm="ortho")).flatten(2)
        else:
            lateral = self._dct_x @ field @ self._dct_y.T
        return _along_z(self._dct_z, lateral)

    def inverse(self, coefficients: Tensor) -> Tensor:
        """The field [z, x, y] of `coefficients`."""
        lateral = _along_z(self._dct_z.T, coefficients)
        if self._periodic:
            spectrum = torch.view_as_complex(lateral.reshape(*lateral.shape[:2], -1, 2))
            return torch.fft.irfft2(spectrum, s=self._lateral_shape, norm="ortho")
        return self._dct_x.T @ lateral @ self._dct_y

    def rms(self, coefficients: Tensor) -> float:
        """Root mean square over voxels of the field with these coefficients (Parseval)."""
        power = coefficients.square().sum((0, 1)) @ self._weight
        return math.sqrt(float(power) / (self.k2.shape[0] * math.prod(self._lateral_shape)))


def _along_z(matrix: Tensor, field: Tensor) -> Tensor:
    return (matrix @ field.reshape(field.shape[0], -1)).reshape(field.shape)


def _no_flux_waves(length: int) -> Tensor:
    return math.pi * torch.arange(length, dtype=torch.float64) / length


def _waves(length: int, periodic: bool, half: bool) -> Tensor:
    if not periodic:
        return _no_flux_waves(length)
    frequencies = torch.fft.rfftfreq(length) if half else torch.fft.fftfreq(length)
    return 2 * math.pi * frequencies.double()


def _parseval_weight(length: int, periodic: bool) -> Tensor:
    """A half spectrum holds each mode once that the whole holds twice, but for the constant and the Nyquist mode."""
    if not periodic:
        return torch.ones(length)
    weight = torch.full((length // 2 + 1,), 2.0)
    weight[0] = 1
    if length % 2 == 0:
        weight[-1] = 1
    return weight
