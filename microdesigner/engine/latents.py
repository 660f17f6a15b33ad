"""Latents of a request: noise from one generator per sample, denoised in full batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from microdesigner.core.card import ModelCard
from microdesigner.core.request import Request
from microdesigner.engine.film_measure import measurable
from microdesigner.engine.guidance import guided, measured_steering, predictor_steering
from microdesigner.models.bundle import Bundle
from microdesigner.models.diffusion import Velocity, ancestral, dpm_solver

SEED_LIMIT = 2**62


@dataclass(frozen=True)
class Draw:
    """Where one latent starts: noise [channels, x, y, z], and the seed of what a sampler adds as it goes."""

    noise: Tensor
    seed: int


@dataclass(frozen=True)
class Step:
    """`done` of `total` steps are taken for `latents` latents; `latent` [channels, x, y, z] is the first's estimate."""

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
        draws.append(Draw(noise, int(torch.randint(SEED_LIMIT, (1,), generator=own))))
    return draws


def latent_shape(card: ModelCard, size: Sequence[int]) -> tuple[int, int, int, int]:
    """(channels, x, y, z) of the latent of a volume of `size` voxels."""
    latent = card.document["latent"]
    x, y, z = (edge // int(latent["factor"]) for edge in size)
    return int(latent["channels"]), x, y, z


def _condition_row(card: ModelCard, targets: Mapping[str, float]) -> tuple[list[float], list[bool]]:
    """Values in the order of the card's conditions and which of them are asked for; those left free are 0."""
    names = [condition.name for condition in card.conditions]
    return [float(targets.get(name, 0.0)) for name in names], [name in targets for name in names]


def denoised(
    bundle: Bundle,
    request: Request,
    targets: Sequence[Mapping[str, float]],
    draws: Sequence[Draw],
    batch: int,
    device: torch.device,
) -> Iterator[Step | Tensor]:
    """Yield a Step per denoiser evaluation and, after each batch, its clean latents [n, channels, x, y, z] on `device`.

    `targets` holds what is asked of each draw, values of the same conditions for all. A batch that `draws` do not fill
    is filled with its last draw, whose copies are dropped again: see batch_size.
    """
    for start in range(0, len(draws), batch):
        kept = draws[start : start + batch]
        missing = batch - len(kept)
        asked = targets[start : start + batch]
        estimates = _estimates(
            bundle, request, [*asked, *[asked[-1]] * missing], [*kept, *[kept[-1]] * missing], device
        )
        for done, clean in enumerate(estimates, start=1):
            yield Step(done, request.steps, len(kept), clean[0])
        yield clean[: len(kept)]


def _estimates(
    bundle: Bundle,
    request: Request,
    targets: Sequence[Mapping[str, float]],
    draws: Sequence[Draw],
    device: torch.device,
) -> Iterator[Tensor]:
    """Estimates of the clean latents after each denoiser evaluation; the last are the samples."""
    rows = [_condition_row(bundle.card, wanted) for wanted in targets]
    conditions = torch.tensor([values for values, _ in rows], device=device)  # (batch, conditions)
    asked = torch.tensor([known for _, known in rows], device=device)
    periodic = bundle.card.lateral == "periodic"

    @torch.no_grad()
    def denoiser(noisy: Tensor, time: Tensor) -> Tensor:
        prediction: Tensor = bundle.denoiser(noisy, time, conditions, asked, periodic)
        return prediction

    velocity: Velocity = denoiser

    noise = torch.stack([draw.noise for draw in draws]).to(device)
    if request.guidance > 0 and targets[0]:
        voxels = noise[0, 0].numel() * int(bundle.card.document["latent"]["factor"]) ** 3
        early = predictor_steering(bundle, conditions, asked[0])
        late = measured_steering(bundle, conditions, measurable(bundle.card, asked[0].tolist(), voxels))
        velocity = guided(velocity, early, late, request.guidance, request.steps)
    if request.sampler == "ancestral":
        return ancestral(velocity, noise, request.steps, [torch.Generator().manual_seed(draw.seed) for draw in draws])
    return dpm_solver(velocity, noise, request.steps)
