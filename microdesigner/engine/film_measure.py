"""What a latent's film measures once its fractions are balanced, and how that changes with the latent."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.engine.balance import SHARPNESS, FilmBalance, film_labels, layer_shares, moments, soft_phases
from microdesigner.engine.differentiable_descriptors import (
    FilmCounts,
    Kind,
    TargetQuantity,
    count_shapes,
    shape_slopes,
)
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.networks import InferenceNetworks

RESPONSE: dict[Kind, float] = {"straight": 0.5, "tortuosity factor": 0.5, "area": 0.12}
"""Change of what is counted over that of the softened film, on films of shipped models."""
LOGARITHM_SCALE = 0.25
"""Spread of the logarithms of areas and tortuosity factors among films."""
FIRST_ITERATIONS, ITERATIONS = 8, 1
_POOL = ThreadPoolExecutor(2, thread_name_prefix="straight-paths")


@dataclass(frozen=True)
class BalancedFilm:
    """A decoded film: logits (phases, x, y, z), the biases (phases, z) that balance it, and its labels [x, y, z]."""

    logits: Tensor
    bias: Tensor
    phases: PhaseArray


@dataclass(frozen=True)
class DecodedFilm:
    """A film with the way to it: `decoded` logits (phases, x, y, z) of the latent `leaf` (1, channels, x, y, z)."""

    leaf: Tensor
    decoded: Tensor
    film: BalancedFilm


@dataclass(frozen=True)
class Counted:
    """Values of shaped quantities (quantities,), NaN where they do not exist, and the counts behind them."""

    values: Tensor
    counts: FilmCounts


class FilmMeasure:
    """Measures the films of one sample, which share a balance: fractions as asked for, and the first moments of the
    composition along z of the film that was decoded first.

    Parameters
    ----------
    networks : InferenceNetworks
    targets : Tensor
        As of `target_values`.
    quantities : list of TargetQuantity
        Those that are asked for and can be measured.
    strength : float
        Share of each miss of a fraction that is mended, 0 to 1.
    known : KnownPart, optional
        The part of the film that is given: it is measured as it is, and has no derivatives.
    """

    def __init__(
        self,
        networks: InferenceNetworks,
        targets: Tensor,
        quantities: Sequence[TargetQuantity],
        strength: float,
        known: KnownPart | None = None,
    ) -> None:
        self.networks, self.strength, self._known = networks, strength, known
        self.shaped = [quantity for quantity in quantities if quantity.shaped]
        self.fractions = {quantity.label: targets[quantity.column] for quantity in quantities if not quantity.shaped}
        self.targets = torch.tensor([_refined(quantity, float(targets[quantity.column])) for quantity in self.shaped])
        spread = networks.bundle.predictor.descriptor_std.cpu()
        self.scale = torch.tensor(
            [float(spread[quantity.column]) if quantity.straight else LOGARITHM_SCALE for quantity in self.shaped]
        )
        self._balance: FilmBalance | None = None
        self._bias: Tensor | None = None

    def exact(self, latent: Tensor) -> BalancedFilm:
        """The film of `latent` (channels, x, y, z) in float32."""
        return self._balanced(self._pinned(self.networks.decode(latent[None])), ITERATIONS)

    def quick(self, latent: Tensor) -> BalancedFilm:
        """The film of `latent` (channels, x, y, z) in the policy's number format."""
        return self._balanced(self._pinned(self.networks.decode_quickly(latent[None])), ITERATIONS)

    def with_derivatives(self, latent: Tensor) -> DecodedFilm:
        """The film of `latent` (channels, x, y, z), of which `derivatives` can be asked."""
        leaf = latent.detach()[None].requires_grad_()
        with torch.enable_grad():
            decoded = self._pinned(self.networks.decode_for_derivatives(leaf))
        return DecodedFilm(leaf, decoded, self._balanced(decoded.detach().float(), FIRST_ITERATIONS))

    def counted(self, film: BalancedFilm) -> Counted:
        """Measure the shaped quantities of a film."""
        card = self.networks.bundle.card
        counts = count_shapes(Microstructure(film.phases, card.voxel_nm, card.lateral, card.phase_names), self.shaped)
        return Counted(torch.tensor(counts.values), counts)

    def derivatives(self, at: DecodedFilm) -> tuple[Tensor, Tensor]:
        """Shaped quantities (quantities,) of a film and their derivatives by its latent (quantities, latent voxels), on
        the CPU as all small algebra."""
        leaf, decoded, film = at.leaf, at.decoded, at.film
        counted = self.counted(film)
        soft = soft_phases(film.logits, film.bias)
        assert self._balance is not None
        rows = []
        every = shape_slopes(soft, counted.counts, self.shaped, _POOL)
        for quantity, slopes in zip(self.shaped, every, strict=True):
            if not slopes:  # a phase that leads nowhere does not tell where it nearly does
                rows.append(torch.zeros_like(leaf).flatten())
                continue
            by_label = [self._balance.at_balance(soft, label, slope) for label, slope in slopes.items()]
            by_logits = torch.stack(by_label).sum(0)
            (row,) = torch.autograd.grad(decoded, leaf, by_logits.to(decoded.dtype), retain_graph=True)
            rows.append(RESPONSE[quantity.kind] * row.flatten())
        return counted.values, self._free(torch.stack(rows).float().cpu())

    def own_fractions(self, logits: Tensor) -> Tensor:
        """Softened shares (fractions,) of the phases whose fractions are asked for, of logits (phases, x, y, z) without
        their biases."""
        return torch.softmax(SHARPNESS * logits.float(), dim=0).mean((1, 2, 3))[list(self.fractions)]

    def fraction_derivatives(self, at: DecodedFilm) -> tuple[Tensor, Tensor]:
        """`own_fractions` of a film and their derivatives by its latent (fractions, latent voxels), on the CPU."""
        shares = self.own_fractions(at.decoded)
        rows = [torch.autograd.grad(share, at.leaf, retain_graph=True)[0].flatten() for share in shares]
        derivatives = torch.stack(rows).float().cpu() if rows else torch.empty(0, at.leaf.numel())
        return shares.detach().cpu(), self._free(derivatives)

    def fraction_miss(self, film: BalancedFilm) -> float:
        """Largest difference between a fraction of a film and what its balance is to give."""
        assert self._balance is not None
        shares = np.bincount(film.phases.ravel(), minlength=len(film.logits)) / film.phases.size
        return max((abs(shares[label] - self._balance.fraction(label)) for label in self.fractions), default=0.0)

    def balance_anew(self) -> None:
        """Begin the next film's biases at 0: the latent has moved far."""
        self._bias = None

    def fraction_targets(self) -> Tensor:
        """The fractions asked for (fractions,), on the CPU."""
        return torch.stack(list(self.fractions.values())).cpu() if self.fractions else torch.empty(0)

    def _pinned(self, logits: Tensor) -> Tensor:
        """Logits (phases, x, y, z) of (1, phases, x, y, z), with the known part of the film in them."""
        return self._known.pinned(logits[0]) if self._known else logits[0]

    def _free(self, derivatives: Tensor) -> Tensor:
        return self._known.free(derivatives) if self._known else derivatives

    def _balanced(self, logits: Tensor, iterations: int) -> BalancedFilm:
        if self._balance is None:
            self._balance = self._goals(logits)
            iterations = FIRST_ITERATIONS
        self._bias = self._balance.bias(logits, self._bias, iterations)
        return BalancedFilm(logits, self._bias, film_labels(logits, self._bias).cpu().numpy())

    def _goals(self, logits: Tensor) -> FilmBalance:
        """The asked fractions, reached by the strength, and the first moments of the film as it is."""
        phases = len(logits)
        goals = moments(layer_shares(film_labels(logits, logits.new_zeros(phases, 1)), phases))
        for label, fraction in self.fractions.items():
            goals[label, 0] += self.strength * (fraction - goals[label, 0])
        free = [label for label in range(phases) if label not in self.fractions]
        if len(free) == 1:
            goals[free[0], 0] = 1 - sum(goals[label, 0] for label in self.fractions)
        return FilmBalance(goals, free)


def _refined(quantity: TargetQuantity, value: float) -> float:
    """A target as the quantity is refined."""
    return math.log(value) if quantity.kind in ("area", "tortuosity factor") else value
