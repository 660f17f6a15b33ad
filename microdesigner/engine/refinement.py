"""Refining a latent: decode, count, and move along derivatives until the film measures what was asked for.

Fractions come from biases on the logits (see `balance`), so only shares of straight paths need derivatives. Films also
keep the first moment of their composition along z: else a tilt would be the shortest way to more straight paths.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from microdesigner.core.microstructure import PhaseArray
from microdesigner.engine.balance import SHARPNESS, FilmBalance, film_labels, layer_shares, moments, soft_phases
from microdesigner.engine.differentiable_descriptors import (
    FilmCounts,
    TargetQuantity,
    count_straight_paths,
    straight_slopes,
)
from microdesigner.engine.networks import InferenceNetworks

ROUNDS = 8
TOLERANCE = 0.001
EXACT_TOLERANCE, EXACT_ROUNDS = 0.002, 2
SLOW, RENEWED_ABOVE = 0.4, 0.01
LARGEST_STEP = 0.15
DAMPING = 1e-3
RESPONSE = 0.5
"""Change of the counted share of straight paths over that of the softened one, on films of all shipped models."""
FIRST_ITERATIONS, ITERATIONS = 8, 1
FRACTION_TOLERANCE, FRACTION_ROUNDS = 0.01, 3
_POOL = ThreadPoolExecutor(2, thread_name_prefix="straight-paths")


@dataclass(frozen=True)
class BalancedFilm:
    """A decoded film: logits (phases, x, y, z), the biases (phases, z) that balance it, and its labels [x, y, z]."""

    logits: Tensor
    bias: Tensor
    phases: PhaseArray


class Refinement:
    """One film on its way to its targets; it depends on nothing but the latent it starts from.

    Parameters
    ----------
    networks : InferenceNetworks
    latent : Tensor
        Denoised latent (channels, x, y, z).
    targets : Tensor
        Values (conditions,) in the order of the card's conditions.
    quantities : list of TargetQuantity
        The conditions that are asked for and can be measured.
    strength : float
        Share of each miss that is mended, 0 to 1.
    """

    def __init__(
        self,
        networks: InferenceNetworks,
        latent: Tensor,
        targets: Tensor,
        quantities: Sequence[TargetQuantity],
        strength: float,
    ) -> None:
        self._networks, self._strength = networks, strength
        self._quantities = [quantity for quantity in quantities if quantity.straight]
        self._fractions = {quantity.label: targets[quantity.column] for quantity in quantities if not quantity.straight}
        columns = [quantity.column for quantity in self._quantities]
        self._targets = targets[columns].cpu()
        self._scale = networks.bundle.predictor.descriptor_std[columns].cpu()
        self.latent = latent
        self.phases: PhaseArray | None = None
        """Labels [x, y, z] of the best film so far."""
        self._balance: FilmBalance | None = None
        self._bias: Tensor | None = None
        self._jacobian: Tensor | None = None  # (quantities, latent voxels), on the CPU as all small algebra

    def rounds(self) -> Iterator[int]:
        """Yield how many of at most `ROUNDS` rounds are done: 0 before the film is known and again when it is, then
        after each round, which is taken in the policy's number format.

        Each round takes the smallest change that mends all misses to first order, from the best latent so far. The
        derivatives are corrected by what a round changed (Broyden's update), and renewed after one that left more than
        the share `SLOW` of a miss and more than `RENEWED_ABOVE`.
        """
        yield 0
        unrefined = self._decoded_near_fractions()
        self.phases = unrefined.film.phases
        yield 0
        values, self._jacobian = self._derivatives(unrefined)
        del unrefined  # and with it the way back through the decoder
        self._targets = torch.where(values.isnan(), self._targets, values + self._strength * (self._targets - values))
        renewed, limit = True, LARGEST_STEP
        for done in range(1, ROUNDS + 1):
            if (miss := _largest(self._targets - values)) <= TOLERANCE:
                return
            latent, change = self._moved(values, limit)
            film = self._balanced(self._networks.decode_quickly(latent[None])[0], ITERATIONS)
            after = self._counted(film).values
            self._jacobian = broyden_update(self._jacobian, change, (after - values).nan_to_num(0))
            remaining = _largest(self._targets - after)
            limit = LARGEST_STEP if remaining < miss or not renewed else limit / 2
            if remaining < miss:
                self.latent, self.phases, values = latent, film.phases, after
            renewed = remaining > max(SLOW * miss, RENEWED_ABOVE)
            if renewed:
                _, self._jacobian = self._derivatives(self._decoded_for_derivatives(self.latent))
            yield done

    def decoded(self) -> BalancedFilm:
        """The film in float32, moved a last time where it misses more than the policy's number format showed."""
        film = self._exact(self.latent)
        if not self._quantities or self._jacobian is None:
            return film
        values = self._counted(film).values
        for _ in range(EXACT_ROUNDS):
            if _largest(self._targets - values) <= EXACT_TOLERANCE:
                break
            latent, change = self._moved(values, LARGEST_STEP)
            moved = self._exact(latent)
            after = self._counted(moved).values
            self._jacobian = broyden_update(self._jacobian, change, (after - values).nan_to_num(0))
            if _largest(self._targets - after) < _largest(self._targets - values):
                self.latent, film, values = latent, moved, after
        return film

    def _exact(self, latent: Tensor) -> BalancedFilm:
        return self._balanced(self._networks.decode(latent[None])[0], ITERATIONS)

    def _balanced(self, logits: Tensor, iterations: int) -> BalancedFilm:
        if self._balance is None:
            self._balance = self._goals(logits)
        self._bias = self._balance.bias(logits, self._bias, iterations)
        return BalancedFilm(logits, self._bias, film_labels(logits, self._bias).cpu().numpy())

    def _goals(self, logits: Tensor) -> FilmBalance:
        """The asked fractions, reached by the request's strength, and the first moments that the denoiser gave."""
        phases = len(logits)
        goals = moments(layer_shares(film_labels(logits, logits.new_zeros(phases, 1)), phases))
        for label, fraction in self._fractions.items():
            goals[label, 0] += self._strength * (fraction - goals[label, 0])
        free = [label for label in range(phases) if label not in self._fractions]
        if len(free) == 1:
            goals[free[0], 0] = 1 - sum(goals[label, 0] for label in self._fractions)
        return FilmBalance(goals, free)

    def _counted(self, film: BalancedFilm) -> "_Counted":
        counts = count_straight_paths(film.phases, self._quantities, self._networks.periodic)
        return _Counted(torch.tensor(counts.straight), counts)

    def _decoded_near_fractions(self) -> "_DecodedFilm":
        """The film decoded for derivatives, after the latent was moved until its own fractions are near the targets,
        so that the latent tells of the film that is shown.

        Biases thin or thicken all domains evenly: where a fraction is far off, they cut the paths through them.
        """
        labels = list(self._fractions)
        for _ in range(FRACTION_ROUNDS if labels and self._quantities else 0):
            leaf = self.latent.detach()[None].requires_grad_()
            decoded = self._networks.decode_for_derivatives(leaf)
            if self._balance is None:
                self._balance = self._goals(decoded.detach()[0].float())
            shares = torch.softmax(SHARPNESS * decoded[0].float(), dim=0).mean((1, 2, 3))
            targets = torch.stack([self._fractions[label] for label in labels]).cpu()
            missing = self._strength * (targets - shares.detach().cpu()[labels])
            if float(missing.abs().max()) <= FRACTION_TOLERANCE:
                return self._balanced_film(leaf, decoded)
            rows = [torch.autograd.grad(shares[label], leaf, retain_graph=True)[0].flatten() for label in labels]
            change = least_change(torch.stack(rows).float().cpu(), missing, torch.ones(len(missing)))
            self.latent = self.latent + change.reshape(self.latent.shape).to(self.latent.device)
        return self._decoded_for_derivatives(self.latent)

    def _decoded_for_derivatives(self, latent: Tensor) -> "_DecodedFilm":
        leaf = latent.detach()[None].requires_grad_()
        return self._balanced_film(leaf, self._networks.decode_for_derivatives(leaf))

    def _balanced_film(self, leaf: Tensor, decoded: Tensor) -> "_DecodedFilm":
        return _DecodedFilm(leaf, decoded, self._balanced(decoded.detach()[0].float(), FIRST_ITERATIONS))

    def _derivatives(self, at: "_DecodedFilm") -> tuple[Tensor, Tensor]:
        """Values (quantities,) of a film and their derivatives by its latent (quantities, latent voxels)."""
        if not self._quantities:
            return torch.empty(0), torch.empty(0, at.leaf.numel())
        leaf, decoded, film = at.leaf, at.decoded, at.film
        counted = self._counted(film)
        soft = soft_phases(film.logits, film.bias)
        slopes = straight_slopes(soft, counted.counts, self._quantities, self._networks.periodic, _POOL)
        assert self._balance is not None
        rows = []
        for quantity, slope in zip(self._quantities, slopes, strict=True):
            by_logits = self._balance.at_balance(soft, quantity.label, slope)
            (row,) = torch.autograd.grad(decoded, leaf, by_logits[None].to(decoded.dtype), retain_graph=True)
            rows.append(row.flatten())
        return counted.values, RESPONSE * torch.stack(rows).float().cpu()

    def _moved(self, values: Tensor, limit: float) -> tuple[Tensor, Tensor]:
        """The latent after the smallest change that mends what `values` (quantities,) miss, and this change."""
        assert self._jacobian is not None
        missing = (self._targets - values).nan_to_num(0).clamp(-limit, limit)
        change = least_change(self._jacobian, missing, self._scale)
        return self.latent + change.reshape(self.latent.shape).to(self.latent.device), change


@dataclass(frozen=True)
class _DecodedFilm:
    """A film with the way to it: `decoded` logits (1, phases, x, y, z) of the latent `leaf` (1, channels, x, y, z)."""

    leaf: Tensor
    decoded: Tensor
    film: BalancedFilm


@dataclass(frozen=True)
class _Counted:
    values: Tensor
    counts: FilmCounts


def least_change(jacobian: Tensor, missing: Tensor, scale: Tensor) -> Tensor:
    """The smallest change (n,) of a latent that, to first order, adds `missing` (m,) to the quantities whose `jacobian`
    is (m, n): Jᵀ (J Jᵀ + damping)⁻¹ r, with each quantity in units of its `scale` (m,)."""
    if not len(missing):
        return torch.zeros(jacobian.shape[1])
    rows = jacobian / scale[:, None]
    gram = rows @ rows.T
    damping = (DAMPING * gram.diagonal().mean() + torch.finfo(gram.dtype).tiny) * torch.eye(len(scale))
    return rows.T @ torch.linalg.solve(gram + damping, missing / scale)


def broyden_update(jacobian: Tensor, change: Tensor, gained: Tensor) -> Tensor:
    """The matrix nearest to `jacobian` (m, n) by which `change` (n,) gives `gained` (m,): C. G. Broyden, Math. Comp.
    19, 577 (1965)."""
    foretold = jacobian @ change
    length = change.square().sum().clamp_min(torch.finfo(change.dtype).tiny)
    return jacobian + torch.outer(gained - foretold, change) / length


def _largest(missing: Tensor) -> float:
    """Largest miss among (m,); a value that does not exist misses by 1."""
    return float(missing.abs().nan_to_num(1.0).max()) if len(missing) else 0.0
