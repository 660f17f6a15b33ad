"""Completing a film of which a part is known: what the denoiser is shown of it, and how the rest is fitted to it.

Where whole blocks of the autoencoder are known, their latents are: they take the place of the denoiser's estimates at
each step (as RePaint does: Lugmayr et al., CVPR 2022). Latents near the border, and all of them for slices, move along
the cross-entropy of the decoded known voxels, while the film is denoised and once more at its end: that closes the
seam. At last the known voxels themselves are put in place.
"""

from collections.abc import Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from microdesigner.core.errors import InputError
from microdesigner.core.given import Given, Mask
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.descriptors.structure_factor import film_domain_size
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.models.autoencoder import FACTOR, PhaseAutoencoder, one_hot_phases

SURE = 1e4
"""Logit of a known voxel's phase above the others, far beyond every bias."""
BAND = 16
"""Known voxels that are fitted lie so near to unknown ones; the decoder reaches no further to speak of."""
SKIN, SKIN_WEIGHT = 2.0, 0.06
"""Unknown voxels up to this distance follow the nearest known one with this weight while a film is denoised: without,
what a slice shows would end beside it; with more it would go on too evenly."""
REACH = 32
"""Voxels across a periodic face within which the nearest known voxel is looked for: more than the encoder's reach."""
MARGIN = 2
"""Latent voxels around those that are fitted whose changes the fit sees."""
CLEARANCE = 2
"""Latent voxels between the known part and what refinement may move."""
MOST, LEAST_EDGE = 0.6, 16
"""Share of a film that tells its domain size whatever its shape; two edges in voxels of a box or a slice that does (a
slice of a simulated film tells that of the film within a tenth)."""
RATE, PULL, LITTLE = 0.2, 0.02, 0.05
"""Step of the fit, its pull back to the denoiser's latent, and the share of the largest gradient below which steps are
smaller."""

_held: WeakKeyDictionary[InferenceNetworks, tuple[Given, "KnownPart"]] = WeakKeyDictionary()
"""The last part that each model was asked to complete: sliders ask again and again."""


class _Fit:
    """Decoded films are fitted to `labels` [x, y, z] where `weights` [x, y, z] are; only the lateral window of latent
    voxels that matters to them is decoded."""

    def __init__(self, networks: InferenceNetworks, labels: Tensor, weights: Tensor) -> None:
        self._networks = networks
        self._windows = [_window(weights, axis, networks.periodic) for axis in (0, 1)]
        self._labels = _voxels(labels, self._windows)[None]
        self._weights = _voxels(weights, self._windows)

    def loss(self, latent: Tensor) -> Tensor:
        """Weighted cross-entropy of the film of `latent` (channels, x, y, z)."""
        piece = latent[:, self._windows[0]][:, :, self._windows[1]]
        logits = self._networks.decode_for_derivatives(piece[None]).float()  # (1, phases, x, y, z)
        entropy = F.cross_entropy(logits, self._labels, reduction="none")[0]
        return (entropy * self._weights).sum() / self._weights.sum()


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
        labels = given.filled()[nearest] if given.strength == 1 else given.filled()
        device = networks.device
        self._labels = torch.from_numpy(labels.astype(np.int64)).to(device)
        self._mask = torch.from_numpy(given.mask).to(device)
        self._sure = SURE * one_hot_phases(self._labels[None], phases)[0]  # (phases, x, y, z)
        depth, _ = _to_kept(~given.mask, networks.periodic)
        self._band = torch.from_numpy((given.mask & (depth <= BAND)).astype(np.float32)).to(device)
        self._skin = torch.from_numpy(((distance > 0) & (distance <= SKIN)).astype(np.float32)).to(device)
        known, touched = np.asarray(given.blocks.all((1, 3, 5))), np.asarray(given.blocks.any((1, 3, 5)))
        self._trusted = torch.from_numpy(known).to(device)  # latent voxels [x, y, z]
        self._thin = not known.any()
        depth_in_blocks, _ = _to_kept(~known, networks.periodic)
        self._inner = torch.from_numpy(depth_in_blocks >= CLEARANCE).to(device)
        apart, _ = _to_kept(touched, networks.periodic)
        self._unknown = torch.from_numpy(~known)
        self._apart = torch.from_numpy(apart >= CLEARANCE if apart.max() >= CLEARANCE else ~known)
        self.new_share = 1 - given.share
        """Share of the film that is not given."""
        self._latent = self._encoded()
        self.domain_size = self._domain_size(given)
        """In nm, of what is known of the film; None where that does not tell it."""

    @classmethod
    def of(cls, networks: InferenceNetworks, given: Given) -> "KnownPart":
        """The known part, made once for all requests with the same one; raises InputError as above."""
        held = _held.get(networks)
        if held is None or held[0] != given:
            held = _held[networks] = given, cls(networks, given)
        return held[1]

    @cached_property
    def _hard(self) -> _Fit:
        return _Fit(self._networks, self._labels, self._band)

    @cached_property
    def _soft(self) -> _Fit:
        return _Fit(self._networks, self._labels, self._band + SKIN_WEIGHT * self._skin)

    @property
    def latent(self) -> Tensor:
        """The given film's latent (channels, x, y, z), from which variations start."""
        return self._latent

    def shown(self, clean: Tensor) -> Tensor:
        """An estimate of the clean latent (channels, x, y, z) with the known latents in it."""
        return clean if self._thin else torch.where(self._trusted, self._latent, clean)

    def pinned(self, logits: Tensor) -> Tensor:
        """Logits (phases, x, y, z) whose known voxels have their phases for sure, whatever the bias."""
        return torch.where(self._mask, self._sure.to(logits.dtype), logits)

    def placed(self, phases: PhaseArray) -> PhaseArray:
        """Labels [x, y, z] with the known voxels in place."""
        mask = self._mask.cpu().numpy()
        return np.where(mask, self._labels.cpu().numpy(), phases).astype(np.uint8)

    def free(self, jacobian: Tensor) -> Tensor:
        """Derivatives (quantities, latent voxels), on the CPU, by a latent whose known part does not move."""
        return _masked(jacobian, self._unknown)

    def apart(self, jacobian: Tensor) -> Tensor:
        """Derivatives (quantities, latent voxels), on the CPU, by a latent that moves only away from the known part: a
        fitted border stays so."""
        return _masked(jacobian, self._apart)

    def fitted(self, clean: Tensor, rounds: int, hard: bool) -> Tensor:
        """`clean` (channels, x, y, z) moved so that it decodes to the known voxels near unknown ones; only to them if
        `hard`, else what is near them follows too. Known latents stay."""
        start = self.shown(clean)
        leaf = start.clone().requires_grad_()
        fit = self._hard if hard else self._soft
        optimiser = torch.optim.Adam([leaf], lr=RATE, betas=(0.9, 0.9))
        for done in range(rounds):
            with torch.enable_grad():
                loss = fit.loss(leaf) + PULL * (leaf - start).square().mean()
            (leaf.grad,) = torch.autograd.grad(loss, leaf)
            if done == 0:  # latents that hardly matter would move as far as all others
                optimiser.param_groups[0]["eps"] = LITTLE * float(leaf.grad.abs().max())
            optimiser.step()
        return leaf.detach() if self._thin else torch.where(self._inner, self._latent, leaf.detach())

    def _domain_size(self, given: Given) -> float | None:
        card = self._networks.bundle.card
        phases, lateral = self._labels.cpu().numpy().astype(np.uint8), card.lateral
        if given.known.mean() < MOST:  # what is filled in between would count too much
            box = tuple(slice(int(found.min()), int(found.max()) + 1) for found in np.nonzero(given.mask))
            own = np.ascontiguousarray(phases[box])
            if not given.mask[box].all() or sorted(own.shape)[1] < LEAST_EDGE:
                return None
            whole = all(edge in (1, film) for edge, film in zip(own.shape[:2], phases.shape, strict=False))
            phases, lateral = own, lateral if whole else "no-flux"
        return film_domain_size(Microstructure(phases, card.voxel_nm, lateral, card.phase_names))

    @torch.no_grad()
    def _encoded(self) -> Tensor:
        one_hot = one_hot_phases(self._labels[None], len(self._sure))
        latent: Tensor = self._networks.bundle.autoencoder.encode(one_hot, self._networks.periodic)[0]
        return latent.float()


def _masked(jacobian: Tensor, moving: Tensor) -> Tensor:
    return (jacobian.reshape(len(jacobian), -1, *moving.shape) * moving).reshape(jacobian.shape)


def _window(weights: Tensor, axis: int, periodic: bool) -> Tensor:
    """Indices along a lateral axis of the latent voxels on which a fit with `weights` [x, y, z] depends to speak of."""
    edge = weights.shape[axis] // FACTOR
    needed = weights.movedim(axis, 0).reshape(edge, -1).any(1).nonzero()[:, 0].cpu()
    everything = torch.arange(edge)
    if not periodic:
        first, last = int(needed[0]) - MARGIN, int(needed[-1]) + MARGIN
        return everything[max(0, first) : last + 1].to(weights.device)
    gaps = torch.diff(needed, append=needed[:1] + edge)  # from each to the next, around the film
    widest = int(gaps.argmax())
    length = edge - int(gaps[widest]) + 1 + 2 * MARGIN
    first = int(needed[widest]) + int(gaps[widest]) - MARGIN
    return ((first + torch.arange(length)) % edge if length < edge else everything).to(weights.device)


def _voxels(values: Tensor, windows: Sequence[Tensor]) -> Tensor:
    """Those of `values` [x, y, z] in windows of latent voxels."""
    for axis, window in enumerate(windows):
        voxels = window[:, None] * FACTOR + torch.arange(FACTOR, device=window.device)
        values = values.index_select(axis, voxels.flatten())
    return values


def _to_kept(mask: Mask, periodic: bool) -> tuple[NDArray[np.float64], tuple[NDArray[np.intp], ...]]:
    """Distance [x, y, z] of each voxel to the nearest one of `mask`, and the indices of that one; lateral faces wrap
    where they do. Without any, it is infinitely far and each voxel its own."""
    if not mask.any():
        return np.full(mask.shape, np.inf), tuple(np.indices(mask.shape))
    margin = [min(edge, REACH) if periodic else 0 for edge in mask.shape[:2]]
    wide = np.pad(mask, [(margin[0], margin[0]), (margin[1], margin[1]), (0, 0)], mode="wrap")
    distance, indices = ndimage.distance_transform_edt(~wide, return_indices=True)
    inside = (slice(margin[0], margin[0] + mask.shape[0]), slice(margin[1], margin[1] + mask.shape[1]), slice(None))
    wrapped = [(indices[axis][inside] - shift) % mask.shape[axis] for axis, shift in enumerate([*margin, 0])]
    return distance[inside], (wrapped[0], wrapped[1], wrapped[2])
