"""Completing a film of which a part is known: what the denoiser is shown of it, and how the rest is fitted to it.

Where whole blocks of the autoencoder are known, their latents are: they take the place of the denoiser's estimates at
each step (as RePaint does: Lugmayr et al., CVPR 2022). Latents near the border, and all of them for slices, move along
the cross-entropy of the decoded known voxels, while the film is denoised and once more at its end: that closes the
seam. At last the known voxels themselves are put in place.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given, Mask
from microdesigner.core.microstructure import PhaseArray
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.models.autoencoder import FACTOR, PhaseAutoencoder, one_hot_phases

SURE = 40.0
"""Logit of a known voxel's phase above the others, far beyond every bias."""
BAND = 16
"""Known voxels that are fitted lie so near to unknown ones; the decoder reaches no further to speak of."""
SHELLS = ((2, 0.5), (4, 0.25))
"""Unknown voxels up to a distance follow the nearest known one with a weight, while a film is denoised: a slice alone
would grow a thin skin."""
REACH = 32
"""Voxels across a periodic face within which the nearest known voxel is looked for: more than the encoder's reach."""
CLEARANCE = 2
"""Latent voxels between the known part and what refinement may move."""
RATE, PULL = 0.1, 0.05

_held: WeakKeyDictionary[InferenceNetworks, tuple[Given, "KnownPart"]] = WeakKeyDictionary()
"""The last part that each model was asked to complete: sliders ask again and again."""


@dataclass(frozen=True)
class _Fit:
    """Voxels that decoded films are fitted to: labels and weights, each [x, y, z]."""

    labels: Tensor
    weights: Tensor

    def loss(self, logits: Tensor) -> Tensor:
        """Weighted cross-entropy of logits (1, phases, x, y, z)."""
        entropy = F.cross_entropy(logits.float(), self.labels[None], reduction="none")[0]
        return (entropy * self.weights).sum() / self.weights.sum()


class KnownPart:
    """The given part of a film on the device that completes it.

    Parameters
    ----------
    networks : InferenceNetworks
    given : Given

    Raises
    ------
    InputError
        When the model's autoencoder cannot take in a part.
    """

    def __init__(self, networks: InferenceNetworks, given: Given) -> None:
        if not isinstance(networks.bundle.autoencoder, PhaseAutoencoder):
            raise InputError(
                f"The model {networks.bundle.card.name} cannot complete a given film; its autoencoder has no local "
                "latents. Take another model."
            )
        self._networks = networks
        phases = len(networks.bundle.card.phase_names)
        distance, nearest = _to_kept(given.mask, networks.periodic)
        labels = given.filled()[nearest]
        device = networks.device
        self._labels = torch.from_numpy(labels.astype(np.int64)).to(device)
        self._mask = torch.from_numpy(given.mask).to(device)
        self._sure = SURE * one_hot_phases(self._labels[None], phases)[0]  # (phases, x, y, z)
        depth, _ = _to_kept(~given.mask, networks.periodic)
        band = torch.from_numpy((given.mask & (depth <= BAND)).astype(np.float32)).to(device)
        shells = torch.from_numpy(_shells(distance)).to(device)
        self._hard, self._soft = _Fit(self._labels, band), _Fit(self._labels, band + shells)
        known, touched = _blocks(given.mask)
        self._trusted = torch.from_numpy(known).to(device)  # latent voxels [x, y, z]
        self.thin = not known.any()
        """Whether no block is known whole, as of a slice: only fits can then tell the denoiser of it."""
        depth_in_blocks, _ = _to_kept(~known, networks.periodic)
        self._inner = torch.from_numpy(depth_in_blocks >= CLEARANCE).to(device)
        apart, _ = _to_kept(touched, networks.periodic)
        self._free = torch.from_numpy(apart >= CLEARANCE if apart.max() >= CLEARANCE else ~known)
        self._latent = torch.zeros(0) if self.thin else self._encoded()

    @classmethod
    def of(cls, networks: InferenceNetworks, given: Given) -> "KnownPart":
        """The known part, made once for all requests with the same one; raises InputError as above."""
        held = _held.get(networks)
        if held is None or held[0] != given:
            held = _held[networks] = given, cls(networks, given)
        return held[1]

    def shown(self, clean: Tensor) -> Tensor:
        """An estimate of the clean latent (channels, x, y, z) with the known latents in it."""
        return clean if self.thin else torch.where(self._trusted, self._latent, clean)

    def pinned(self, logits: Tensor) -> Tensor:
        """Logits (phases, x, y, z) whose known voxels have their phases for sure, whatever the bias."""
        return torch.where(self._mask, self._sure.to(logits.dtype), logits)

    def placed(self, phases: PhaseArray) -> PhaseArray:
        """Labels [x, y, z] with the known voxels in place."""
        mask = self._mask.cpu().numpy()
        return np.where(mask, self._labels.cpu().numpy(), phases).astype(np.uint8)

    def free(self, jacobian: Tensor) -> Tensor:
        """Derivatives (quantities, latent voxels), on the CPU, by a latent that moves only away from the known part: a
        fitted border stays so."""
        return (jacobian.reshape(len(jacobian), -1, *self._free.shape) * self._free).reshape(jacobian.shape)

    def fitted(self, clean: Tensor, rounds: int, hard: bool) -> Tensor:
        """`clean` (channels, x, y, z) moved so that it decodes to the known voxels near unknown ones; only to them if
        `hard`, else what is near them follows too. Known latents stay."""
        start = self.shown(clean)
        leaf = start.clone().requires_grad_()
        optimiser = torch.optim.Adam([leaf], lr=RATE, betas=(0.9, 0.9))
        fit = self._hard if hard else self._soft
        for _ in range(rounds):
            optimiser.zero_grad()
            with torch.enable_grad():
                logits = self._networks.decode_for_derivatives(leaf[None])
                loss = fit.loss(logits) + PULL * (leaf - start).square().mean()
            (leaf.grad,) = torch.autograd.grad(loss, leaf)
            optimiser.step()
        return leaf.detach() if self.thin else torch.where(self._inner, self._latent, leaf.detach())

    @torch.no_grad()
    def _encoded(self) -> Tensor:
        one_hot = one_hot_phases(self._labels[None], len(self._sure))
        latent: Tensor = self._networks.bundle.autoencoder.encode(one_hot, self._networks.periodic)[0]
        return latent.float()


def _blocks(mask: Mask) -> tuple[Mask, Mask]:
    """Latent voxels [x, y, z] all of whose voxels are known, and those with any."""
    x, y, z = (edge // FACTOR for edge in mask.shape)
    blocks = mask.reshape(x, FACTOR, y, FACTOR, z, FACTOR)
    return np.asarray(blocks.all((1, 3, 5))), np.asarray(blocks.any((1, 3, 5)))


def _shells(distance: NDArray[np.float64]) -> NDArray[np.float32]:
    weights = np.zeros(distance.shape, np.float32)
    for reach, weight in reversed(SHELLS):
        weights[(distance > 0) & (distance <= reach)] = weight
    return weights


def _to_kept(mask: Mask, periodic: bool) -> tuple[NDArray[np.float64], tuple[NDArray[np.intp], ...]]:
    """Distance [x, y, z] of each voxel to the nearest one of `mask`, and the indices of that one; lateral faces wrap
    where they do."""
    margin = [min(edge, REACH) if periodic else 0 for edge in mask.shape[:2]]
    wide = np.pad(mask, [(margin[0], margin[0]), (margin[1], margin[1]), (0, 0)], mode="wrap")
    distance, indices = ndimage.distance_transform_edt(~wide, return_indices=True)
    inside = (slice(margin[0], margin[0] + mask.shape[0]), slice(margin[1], margin[1] + mask.shape[1]), slice(None))
    wrapped = [(indices[axis][inside] - shift) % mask.shape[axis] for axis, shift in enumerate([*margin, 0])]
    return distance[inside], (wrapped[0], wrapped[1], wrapped[2])
