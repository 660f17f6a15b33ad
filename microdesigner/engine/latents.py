"""Latents of a request: noise from one generator per sample, denoised in full batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import DOMAIN_SIZE
from microdesigner.core.request import Request
from microdesigner.engine.known_part import KnownPart
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.models.diffusion import STOCHASTICITY, Velocity, ancestral, dpm_solver, noise_level, signal

SEED_LIMIT = 2**62
DRAFT_TIMES = (0.8, 0.55)
ROUNDING = 1e-6
Targets = Mapping[str, float]


class Guidance(Protocol):
    """Corrects the estimates of one latent while it is denoised."""

    def corrected(self, clean: Tensor) -> Tensor:
        """The next step's estimate `clean` (channels, x, y, z), corrected where that is due."""
        ...


@dataclass(frozen=True)
class InitialNoise:
    """Where one latent starts: noise [channels, x, y, z], the seed of what a sampler adds as it goes, and the share
    `coarser` of films with the same targets that have smaller domains."""

    noise: Tensor
    seed: int
    coarser: float


@dataclass(frozen=True)
class Step:
    """`done` of `total` steps of `stage` are taken for `latents` latents; `latent` [channels, x, y, z] is the first's
    estimate."""

    stage: Literal["denoise", "refine"]
    done: int
    total: int
    latents: int
    latent: Tensor


def initial_noises(seed: int, candidates: int, shape: Sequence[int]) -> list[InitialNoise]:
    """The starts of one sample's candidates, drawn in turn on the CPU: the first is the same however many follow."""
    own = torch.Generator().manual_seed(seed)
    starts = []
    for _ in range(candidates):
        noise = torch.randn(*shape, generator=own)
        seed = int(torch.randint(SEED_LIMIT, (1,), generator=own))
        starts.append(InitialNoise(noise, seed, float(torch.rand(1, generator=own))))
    return starts


def latent_shape(card: ModelCard, size: Sequence[int]) -> tuple[int, int, int, int]:
    """(channels, x, y, z) of the latent of a volume of `size` voxels."""
    x, y, z = (edge // card.latent.factor for edge in size)
    return card.latent.channels, x, y, z


def condition_values(card: ModelCard, targets: Sequence[Targets]) -> tuple[Tensor, Tensor]:
    """Values in the order of the card's conditions and which of them are targeted, each (batch, conditions) on the
    CPU; those left free are 0."""
    names = [condition.name for condition in card.conditions]
    values = torch.tensor([[float(target.get(name, 0.0)) for name in names] for target in targets])
    return values, torch.tensor([[name in target for name in names] for target in targets])


def _domain_sizes(
    card: ModelCard, targets: Sequence[Targets], starts: Sequence[InitialNoise], given: float | None
) -> Tensor:
    """ln of the domain size that conditions the denoiser for each start, (batch, 1): as targeted, `given` by a part in
    nm, or as films have; (batch, 0) if none does."""
    if (sizes := card.domain_sizes) is None:
        return torch.empty(len(starts), 0)
    values = []
    for start, known in zip(starts, targets, strict=True):
        wanted = known.get(DOMAIN_SIZE, given)
        values.append(
            sizes.condition_value(start.coarser, known) if wanted is None else sizes.condition_for(wanted, known)
        )
    return torch.tensor(values)[:, None].log()


def drafted(
    networks: InferenceNetworks,
    request: Request,
    targets: Targets,
    start: InitialNoise,
    guidances: Sequence[Guidance] = (),
    known: KnownPart | None = None,
) -> Tensor:
    """A rough clean latent [channels, x, y, z] of the film that `request` makes from `start`: its sampler takes all
    steps, with their noise, but the denoiser is evaluated at `DRAFT_TIMES` alone; `guidances` and `known` as of
    `denoised`."""
    batch = LatentBatch(networks, [targets], [start], guidances, known)
    *_, clean = batch.estimates(request, _Held(batch.velocity, DRAFT_TIMES))
    return clean[0]


class _Held:
    """`velocity`, evaluated when time has fallen to each of `times`; in between v is what gives the last estimate of
    the clean latent again, at first none."""

    def __init__(self, velocity: Velocity, times: Sequence[float]) -> None:
        self._velocity, self._times = velocity, list(times)
        self._clean: Tensor | None = None

    def __call__(self, noisy: Tensor, time: Tensor) -> Tensor:
        now, reached = time[0], float(time[0]) - ROUNDING
        clean = torch.zeros_like(noisy) if self._clean is None else self._clean
        if self._times and reached <= self._times[0]:
            self._times = [later for later in self._times if later < reached]
            clean = signal(now) * noisy - noise_level(now) * self._velocity(noisy, time)
        self._clean = clean
        return (signal(now) * noisy - clean) / noise_level(now)


def denoised(
    networks: InferenceNetworks,
    request: Request,
    targets: Sequence[Targets],
    starts: Sequence[InitialNoise],
    batch_size: int,
    guidances: Sequence[Guidance] = (),
    known: KnownPart | None = None,
) -> Iterator[Step | Tensor]:
    """Yield a Step per denoiser evaluation, and after each batch its clean latents [n, channels, x, y, z].

    `targets` holds those of each start, values of the same conditions for all; `guidances`, one for each start or none,
    correct latents on their way; `known` is the part of their film that is given: it tells the domain size, and where
    the request's strength is below 1 the latent of which all are variations.

    A batch that `starts` do not fill is filled with copies of its last start, which are denoised and dropped: see
    ComputePolicy.batch_size.
    """
    for first in range(0, len(starts), batch_size):
        own, own_targets = starts[first : first + batch_size], targets[first : first + batch_size]
        missing = batch_size - len(own)
        batch = LatentBatch(
            networks,
            [*own_targets, *[own_targets[-1]] * missing],
            [*own, *[own[-1]] * missing],
            guidances[first : first + batch_size],
            known,
        )
        for done, clean in enumerate(batch.estimates(request, batch.velocity), start=1):
            yield Step("denoise", done, request.evaluations, len(own), clean[0])
        yield clean[: len(own)]


class LatentBatch:
    """Latents that are denoised together: the targets and starts of each, and what guides the first of them; on
    `device`, by default that of the networks."""

    def __init__(
        self,
        networks: InferenceNetworks,
        targets: Sequence[Targets],
        starts: Sequence[InitialNoise],
        guidances: Sequence[Guidance] = (),
        known: KnownPart | None = None,
        device: torch.device | None = None,
    ) -> None:
        self._networks, self._known, self._starts, self._guidances = networks, known, starts, guidances
        card, device = networks.bundle.card, device or networks.device
        values, targeted = condition_values(card, targets)
        sizes = _domain_sizes(card, targets, starts, known.domain_size if known else None)
        self.conditions = torch.cat([values, sizes], dim=1).to(device)
        self.targeted = torch.cat([targeted, torch.ones_like(sizes, dtype=torch.bool)], dim=1).to(device)
        self.noise = torch.stack([start.noise for start in starts]).to(device)

    def estimates(self, request: Request, velocity: Velocity) -> Iterator[Tensor]:
        """Estimates of the clean latents after each step of the request's sampler, which asks `velocity`; the last are
        those denoised."""
        generators = [torch.Generator().manual_seed(start.seed) for start in self._starts]
        if request.sampler == "ancestral":
            return ancestral(velocity, self.noise, request.steps, generators)
        stochasticity = STOCHASTICITY if request.sampler == "sa-solver" else 0.0
        start = self.noise
        if self._known and request.strength < 1:
            now = torch.tensor(request.strength)
            start = signal(now).item() * self._known.latent + noise_level(now).item() * self.noise
        steps = request.evaluations
        return dpm_solver(velocity, start, steps, stochasticity, generators, self._corrected, request.strength)

    def _corrected(self, clean: Tensor) -> Tensor:
        guided = [guidance.corrected(one) for one, guidance in zip(clean, self._guidances, strict=False)]
        return torch.stack([*guided, *clean[len(guided) :]])

    def velocity(self, noisy: Tensor, time: Tensor) -> Tensor:
        """What the denoiser predicts under these conditions."""
        return self._networks.velocity(noisy, time, self.conditions, self.targeted)
