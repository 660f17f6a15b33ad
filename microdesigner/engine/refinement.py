"""Refining a latent: decode, count, and move along derivatives until the film measures what was asked for.

Fractions come from biases on the logits (see `balance`), so only what depends on the shape of domains needs
derivatives: straight paths, the interfacial area and tortuosity factors. Films also keep the first moment of their
composition along z: else a tilt would be the shortest way to more straight paths.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from microdesigner.core.microstructure import PhaseArray
from microdesigner.engine.differentiable_descriptors import TargetQuantity
from microdesigner.engine.film_measure import BalancedFilm, DecodedFilm, FilmMeasure
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.latent_steps import broyden_update, least_change, moved
from microdesigner.engine.networks import InferenceNetworks

ROUNDS = 8
TOLERANCE = 0.001
EXACT_TOLERANCE, EXACT_ROUNDS = 0.002, 2
SLOW, RENEWED_ABOVE = 0.4, 0.01
LARGEST_STEP = 0.15
FRACTION_TOLERANCE, FRACTION_ROUNDS = 0.01, 3


class Refinement:
    """One film on its way to its targets; it depends on nothing but the latent it starts from and `jacobian`.

    Parameters
    ----------
    networks : InferenceNetworks
    latent : Tensor
        Denoised latent (channels, x, y, z).
    targets : Tensor
        As of `target_values`.
    quantities : list of TargetQuantity
        Those that are asked for and can be measured.
    strength : float
        Share of each miss that is mended, 0 to 1.
    jacobian : Tensor, optional
        Derivatives (shaped quantities asked for, latent voxels) of a film much like this one; None to take them anew.
    known : KnownPart, optional
        The part of the film that is given.
    """

    def __init__(
        self,
        networks: InferenceNetworks,
        latent: Tensor,
        targets: Tensor,
        quantities: Sequence[TargetQuantity],
        strength: float,
        jacobian: Tensor | None = None,
        known: KnownPart | None = None,
    ) -> None:
        self._measure, self._known = FilmMeasure(networks, targets, quantities, strength, known), known
        self._targets, self._strength = self._measure.targets, strength
        self._largest_step = LARGEST_STEP * (known.new_share if known else 1.0)
        self.latent = latent
        self.phases: PhaseArray | None = None
        """Labels [x, y, z] of the best film so far."""
        self._jacobian = jacobian

    def rounds(self) -> Iterator[int]:
        """Yield how many of at most `ROUNDS` rounds are done: 0 before the film is known and again when it is, then
        after each round, which is taken in the policy's number format.

        Each round takes the smallest change that mends all misses to first order, from the best latent so far. The
        derivatives are corrected by what a round changed (Broyden's update), and renewed after one that left more than
        the share `SLOW` of a miss and more than `RENEWED_ABOVE`.
        """
        yield 0
        values = self._begin()
        yield 0
        if values is None:
            return
        self._targets = torch.where(values.isnan(), self._targets, values + self._strength * (self._targets - values))
        renewed, limit = True, self._largest_step
        for done in range(1, ROUNDS + 1):
            if (miss := _largest(self._targets - values)) <= TOLERANCE:
                return
            latent, change = self._moved(values, limit)
            film = self._measure.quick(latent)
            after = self._measure.counted(film).values
            self._learn(change, after - values)
            remaining = _largest(self._targets - after)
            limit = self._largest_step if remaining < miss or not renewed else limit / 2
            if remaining < miss:
                self.latent, self.phases, values = latent, film.phases, after
            renewed = remaining > max(SLOW * miss, RENEWED_ABOVE)
            if renewed:
                _, self._jacobian = self._measure.derivatives(self._measure.with_derivatives(self.latent))
            yield done

    def decoded(self) -> BalancedFilm:
        """The film in float32, moved a last time where it misses more than the policy's number format showed."""
        film = self._measure.exact(self.latent)
        if self._jacobian is None:
            return film
        values = self._measure.counted(film).values
        for _ in range(EXACT_ROUNDS):
            if _largest(self._targets - values) <= EXACT_TOLERANCE:
                break
            latent, change = self._moved(values, self._largest_step)
            candidate = self._measure.exact(latent)
            after = self._measure.counted(candidate).values
            self._learn(change, after - values)
            if _largest(self._targets - after) < _largest(self._targets - values):
                self.latent, film, values = latent, candidate, after
        return film

    def _begin(self) -> Tensor | None:
        """Decode the film, take derivatives where none are known, and tell its values; None where only fractions are
        asked for, which the balance gives."""
        if self._measure.shaped and self._jacobian is None:
            unrefined = self._near_fractions()
            self.phases = unrefined.film.phases
            values, self._jacobian = self._measure.derivatives(unrefined)
            return values
        film = self._measure.quick(self.latent)
        if self._measure.fraction_miss(film) > TOLERANCE:  # few voxels are undecided: biases alone do not do it
            self._near_fractions()
            self._measure.balance_anew()
            film = self._measure.quick(self.latent)
        self.phases = film.phases
        return self._measure.counted(film).values if self._measure.shaped else None

    def _near_fractions(self) -> DecodedFilm:
        """The film decoded for derivatives, after the latent was moved until its own fractions are near the targets,
        so that the latent tells of the film that is shown.

        Biases thin or thicken all domains evenly: where a fraction is far off, they cut the paths through them.
        """
        for _ in range(FRACTION_ROUNDS if self._measure.fractions else 0):
            film = self._measure.with_derivatives(self.latent)
            shares, rows = self._measure.fraction_derivatives(film)
            missing = self._strength * (self._measure.fraction_targets() - shares)
            if float(missing.abs().max()) <= FRACTION_TOLERANCE:
                return film
            change = least_change(self._apart(rows), missing, torch.ones(len(missing)))
            self.latent = moved(self.latent, change)
        return self._measure.with_derivatives(self.latent)

    def _moved(self, values: Tensor, limit: float) -> tuple[Tensor, Tensor]:
        """The latent after the smallest change that mends what `values` (quantities,) miss, and this change."""
        assert self._jacobian is not None
        missing = (self._targets - values).nan_to_num(0).clamp(-limit, limit)
        change = least_change(self._apart(self._jacobian), missing, self._measure.scale)
        return moved(self.latent, change), change

    def _apart(self, jacobian: Tensor) -> Tensor:
        """Derivatives by what may move: not the border of a known part, which is fitted already."""
        return self._known.apart(jacobian) if self._known else jacobian

    def _learn(self, change: Tensor, gained: Tensor) -> None:
        """Correct the derivatives by what a change of the latent gained."""
        assert self._jacobian is not None
        self._jacobian = broyden_update(self._jacobian, change, gained.nan_to_num(0))


def _largest(missing: Tensor) -> float:
    """Largest miss among (m,); a value that does not exist misses by 1."""
    return float(missing.abs().nan_to_num(1.0).max()) if len(missing) else 0.0
