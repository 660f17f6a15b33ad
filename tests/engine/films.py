"""Films that anybody can follow, and what is asked of them."""

import math

import numpy as np
import torch

from microdesigner.descriptors import fractions_and_tortuosities
from microdesigner.engine.differentiable_descriptors import TargetQuantity, target_quantities
from microdesigner.engine.networks import InferenceNetworks

NAMES = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")


class Interpolation(torch.nn.Module):
    """A decoder that anybody can follow: the first three channels, interpolated, are the phases' logits."""

    def decode(self, latent: torch.Tensor, periodic: bool) -> torch.Tensor:
        return 4 * torch.nn.functional.interpolate(latent[:, :3], scale_factor=8, mode="trilinear")


def latent(seed: int = 2) -> torch.Tensor:
    return torch.randn(4, 8, 8, 4, generator=torch.Generator().manual_seed(seed))


def quantities_of(networks: InferenceNetworks, *names: str) -> list[TargetQuantity]:
    asked = [condition.name in names for condition in networks.bundle.card.conditions]
    return target_quantities(networks.bundle.card, asked, voxels=64 * 64 * 32)


def measured(phases: np.ndarray) -> torch.Tensor:
    values = fractions_and_tortuosities(phases, periodic=True)
    return torch.tensor([math.nan if (value := values[name]) is None else value for name in NAMES]).float()


def denoised_film(networks: InferenceNetworks, clean: torch.Tensor) -> np.ndarray:
    return networks.decode(clean[None])[0].argmax(0).to(torch.uint8).numpy()
