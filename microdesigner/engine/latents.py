"""Latents of a request: noise from one generator per sample, denoised in full batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from microdesigner.compute import compute_policy
from microdesigner.core.card import ModelCard
from microdesigner.core.request import Request
from microdesigner.engine.film_measure import measurable
from microdesigner.engine.refinement import ROUNDS, refined
from microdesigner.models.bundle import Bundle
from microdesigner.models.diffusion import add_noise, ancestral, dpm_solver, noise_level, signal

SEED_LIMIT = 2**62
DRAFT_TIMES = (0.95, 0.5)


@dataclass(frozen=True)
class Draw:
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


def candidate_draws(seed: int, candidates: int, shape: Sequence[int]) -> list[Draw]:
    """The starts of one sample's candidates, drawn in turn on the CPU: the first is the same however many follow."""
    own = torch.Generator().manual_seed(seed)
    draws = []
    for _ in range(candidates):
        noise = torch.randn(*shape, generator=own)
        seed = int(torch.randint(SEED_LIMIT, (1,), generator=own))
        draws.append(Draw(noise, seed, float(torch.rand(1, generator=own))))
    return draws


def latent_shape(card: ModelCard, size: Sequence[int]) -> tuple[int, int, int, int]:
    """(channels, x, y, z) of the latent of a volume of `size` voxels."""
    x, y, z = (edge // card.latent.factor for edge in size)
    return card.latent.channels, x, y, z


def _conditions(card: ModelCard, targets: Sequence[Mapping[str, float]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Values in the order of the card's conditions and which of them are asked for, each (batch, conditions); those
    left free are 0."""
    names = [condition.name for condition in card.conditions]
    values = torch.tensor([[float(wanted.get(name, 0.0)) for name in names] for wanted in targets], device=device)
    return values, torch.tensor([[name in wanted for name in names] for wanted in targets], device=device)


def _domain_sizes(card: ModelCard, targets: Sequence[Mapping[str, float]], draws: Sequence[Draw]) -> Tensor:
    """ln of the domain size that the denoiser is told for each draw, (batch, 1); (batch, 0) where it is told none."""
    if (sizes := card.domain_sizes) is None:
        return torch.empty(len(draws), 0)
    told = [sizes.told(draw.coarser, wanted) for draw, wanted in zip(draws, targets, strict=True)]
    return torch.tensor(told)[:, None].log()


def drafted(bundle: Bundle, request: Request, targets: Mapping[str, float], draw: Draw, device: torch.device) -> Tensor:
    """A rough clean latent [channels, x, y, z] from the noise of `draw`, in one evaluation per DRAFT_TIMES.

    Steps of DDIM (Song et al. 2021). They start a little after the beginning: there the denoiser sees nothing yet, and
    the first of few evaluations would be spent on a mean.
    """
    group = _Group(bundle, request, [targets], [draw], device)
    latent = group.noise
    for now, after in pairwise((*DRAFT_TIMES, 0.0)):
        time, later = latent.new_tensor([now]), latent.new_tensor([after])
        v = group.velocity(latent, time)
        clean = signal(time) * latent - noise_level(time) * v
        latent, _ = add_noise(clean, noise_level(time) * latent + signal(time) * v, later)
    return latent[0]


def denoised(
    bundle: Bundle,
    request: Request,
    targets: Sequence[Mapping[str, float]],
    draws: Sequence[Draw],
    batch: int,
    device: torch.device,
) -> Iterator[Step | Tensor]:
    """Yield a Step per denoiser evaluation and round of refinement, and after each batch its clean latents
    [n, channels, x, y, z] on `device`.

    `targets` holds what is asked of each draw, values of the same conditions for all. A batch that `draws` do not fill
    is filled with its last draw, whose copies are dropped again: see batch_size.
    """
    for start in range(0, len(draws), batch):
        kept = draws[start : start + batch]
        missing = batch - len(kept)
        asked = targets[start : start + batch]
        group = _Group(bundle, request, [*asked, *[asked[-1]] * missing], [*kept, *[kept[-1]] * missing], device)
        for done, clean in enumerate(group.estimates(), start=1):
            yield Step("denoise", done, request.steps, len(kept), clean[0])
        for done, better in enumerate(group.refined(clean)):
            yield Step("refine", done, ROUNDS, len(kept), better[0])
            clean = better
        yield clean[: len(kept)]


class _Group:
    """Latents that are denoised together: the targets and draws of each."""

    def __init__(
        self,
        bundle: Bundle,
        request: Request,
        targets: Sequence[Mapping[str, float]],
        draws: Sequence[Draw],
        device: torch.device,
    ) -> None:
        self._bundle, self._request, self._draws = bundle, request, draws
        self._conditions, self._asked = _conditions(bundle.card, targets, device)
        sizes = _domain_sizes(bundle.card, targets, draws).to(self._conditions)
        self._told = torch.cat([self._conditions, sizes], dim=1)
        self._known = torch.cat([self._asked, torch.ones_like(sizes, dtype=torch.bool)], dim=1)
        self.noise = torch.stack([draw.noise for draw in draws]).to(device)

    def estimates(self) -> Iterator[Tensor]:
        """Estimates of the clean latents after each denoiser evaluation; the last are those denoised."""
        if self._request.sampler == "ancestral":
            generators = [torch.Generator().manual_seed(draw.seed) for draw in self._draws]
            return ancestral(self.velocity, self.noise, self._request.steps, generators)
        return dpm_solver(self.velocity, self.noise, self._request.steps)

    def refined(self, clean: Tensor) -> Iterator[Tensor]:
        """`clean` before the first and after each round of refinement, where the request wants it and something asked
        can be measured."""
        card = self._bundle.card
        voxels = clean[0, 0].numel() * card.latent.factor**3
        quantities = measurable(card, self._asked[0].tolist(), voxels)
        if self._request.guidance > 0 and quantities:
            yield clean
            yield from refined(self._bundle, clean, self._conditions, quantities, self._request.guidance)

    @torch.no_grad()
    def velocity(self, noisy: Tensor, time: Tensor) -> Tensor:
        """What the denoiser predicts under these conditions."""
        periodic = self._bundle.card.lateral == "periodic"
        with compute_policy(noisy.device).autocast():
            prediction: Tensor = self._bundle.denoiser(noisy, time, self._told, self._known, periodic)
        return prediction.float()
