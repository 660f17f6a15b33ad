"""Discrete transforms that diagonalise the finite-difference Laplacian of a film.

z is always no-flux (DCT-II); x and y are periodic (real FFT) or no-flux (DCT-II). Fields lie as [z, x, y] so that the
FFT runs over the contiguous axes. The DCT is a matrix product: at film sizes it costs less than an FFT of the mirrored
field and it runs alike on CPU and GPU.
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
        self.k2 = eigenvalues[0][:, None, None] + eigenvalues[1][:, None] + eigenvalues[2]
        self.weight = _parseval_weight(y, self._periodic).to(device=device, dtype=dtype)

    def forward(self, field: Tensor) -> Tensor:
        """Coefficients of `field` [z, x, y]."""
        if self._periodic:
            lateral = torch.fft.rfft2(field, norm="ortho")
            return torch.view_as_complex(_along_z(self._dct_z, torch.view_as_real(lateral)))
        return _along_z(self._dct_z, self._dct_x @ field @ self._dct_y.T)

    def inverse(self, coefficients: Tensor) -> Tensor:
        """The field [z, x, y] of `coefficients`."""
        if self._periodic:
            lateral = torch.view_as_complex(_along_z(self._dct_z.T, torch.view_as_real(coefficients)))
            return torch.fft.irfft2(lateral, s=self._lateral_shape, norm="ortho")
        return _along_z(self._dct_z.T, self._dct_x.T @ coefficients @ self._dct_y)

    def rms(self, coefficients: Tensor) -> float:
        """Root mean square over voxels of the field with these coefficients (Parseval)."""
        power = (
            torch.view_as_real(coefficients).square().sum(-1) if coefficients.is_complex() else coefficients.square()
        )
        voxels = self.k2.shape[0] * math.prod(self._lateral_shape)
        return math.sqrt(float((power * self.weight).sum()) / voxels)


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
