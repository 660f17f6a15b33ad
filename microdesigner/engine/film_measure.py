"""What the descriptors say of a latent, exactly, and how each would change with it."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.compute import compute_policy
from microdesigner.core.card import ModelCard
from microdesigner.descriptors.components import components_of, connected_voxels
from microdesigner.descriptors.fractions import generator_values
from microdesigner.descriptors.geodesic import CUBE
from microdesigner.descriptors.phase_bits import carriers_of, pack_phases
from microdesigner.descriptors.soft_paths import straight_amount
from microdesigner.engine.matching import fraction_labels
from microdesigner.models.autoencoder import phase_labels
from microdesigner.models.bundle import Autoencoder

SHARPNESS = 2.0
DONOR, ACCEPTOR = 0, 1
STRAIGHT = {"tortuosity_D": DONOR, "CT_f_D_tort1": DONOR, "tortuosity_A": ACCEPTOR, "CT_f_A_tort1": ACCEPTOR}
FRACTION_VALUES = ("vol_frac_D", "vol_frac_A", "vol_frac_M")
STRAIGHT_VALUES = ("tortuosity_D", "tortuosity_A")
MOST_VOXELS = 2 * 256 * 256 * 128


@dataclass(frozen=True)
class Quantity:
    """A condition that can be measured here: its column among the card's conditions, the phase it speaks of, and
    whether it is that phase's share of straight paths (else its volume fraction). `spacing` are the voxel edges, with
    which straight paths are counted; their derivatives take cubes."""

    column: int
    label: int
    straight: bool
    spacing: tuple[float, float, float] = CUBE


def measurable(card: ModelCard, asked: Sequence[bool], voxels: int) -> list[Quantity]:
    """The asked conditions that are fractions or straight paths; none in a film of more voxels than gradients fit."""
    if voxels > MOST_VOXELS:
        return []
    quantities = []
    for column, condition in enumerate(card.conditions):
        labels = list(fraction_labels({condition.name: 0.0}, card.phase_names))
        if asked[column] and labels:
            quantities.append(Quantity(column, labels[0], straight=False))
        elif asked[column] and condition.name in STRAIGHT:
            quantities.append(Quantity(column, STRAIGHT[condition.name], True, card.voxel_nm))
    return quantities


@torch.no_grad()
def measured(autoencoder: Autoencoder, latents: Tensor, quantities: Sequence[Quantity], periodic: bool) -> Tensor:
    """Values (batch, quantities) of the volumes that `latents` decode to; NaN for what does not exist."""
    values, _ = _counted(autoencoder.decode(latents, periodic), quantities, periodic)
    return values


def measured_with_jacobian(
    autoencoder: Autoencoder, latents: Tensor, quantities: Sequence[Quantity], periodic: bool
) -> tuple[Tensor, Tensor]:
    """Those values, and their derivatives by the latent (batch, quantities, latent voxels).

    The values are counted on voxels; only the derivatives take the softened phases. Both may differ in the last bits of
    the logits from what `measured` sees.
    """
    with torch.enable_grad():
        leaf = latents.detach().requires_grad_()
        with compute_policy(leaf.device).autocast():
            logits = autoencoder.decode(leaf, periodic).float()
        values, connected = _counted(logits.detach(), quantities, periodic)
        present = torch.softmax(SHARPNESS * logits, dim=1)
        slopes = _slopes(present.detach(), connected, quantities, periodic)
        rows = [
            torch.autograd.grad(present[:, quantity.label], leaf, slope, retain_graph=True)[0]
            for quantity, slope in zip(quantities, slopes, strict=True)
        ]
    return values, torch.stack([row.flatten(1) for row in rows], dim=1)


def _counted(logits: Tensor, quantities: Sequence[Quantity], periodic: bool) -> tuple[Tensor, Tensor]:
    """Values (batch, quantities), and the bits of `connected_voxels` (batch, x, y, z)."""
    labels: NDArray[np.uint8] = phase_labels(logits).cpu().numpy()
    with ThreadPoolExecutor() as pool:  # counting lets go of the interpreter lock
        counts = list(pool.map(partial(_count, quantities=quantities, periodic=periodic), labels))
    values = torch.tensor([values for values, _ in counts], dtype=torch.float32)
    connected = torch.from_numpy(np.stack([connected for _, connected in counts]))
    return values.to(logits.device), connected.to(logits.device)


def _count(
    phases: NDArray[np.uint8], quantities: Sequence[Quantity], periodic: bool
) -> tuple[list[float], NDArray[np.uint8]]:
    film = pack_phases(phases)
    parts = components_of(carriers_of(film), periodic)
    spacing = next((quantity.spacing for quantity in quantities if quantity.straight), CUBE)
    known = generator_values(film, parts, periodic, spacing)
    names = [(STRAIGHT_VALUES if quantity.straight else FRACTION_VALUES)[quantity.label] for quantity in quantities]
    values = [math.nan if (value := known[name]) is None else value for name in names]
    return values, connected_voxels(film, parts.touches).T


def _slopes(present: Tensor, connected: Tensor, quantities: Sequence[Quantity], periodic: bool) -> list[Tensor]:
    """How each quantity changes with its own phase's probability (batch, x, y, z), `present` being (batch, phases, x,
    y, z)."""
    even = torch.full_like(present[:, 0], 1 / present[0, 0].numel())
    work = partial(_straight_slopes, present, connected, periodic=periodic)
    with ThreadPoolExecutor() as pool:
        along = {quantity: pool.submit(work, quantity.label) for quantity in quantities if quantity.straight}
        return [along[quantity].result() if quantity.straight else even for quantity in quantities]


def _straight_slopes(present: Tensor, connected: Tensor, label: int, periodic: bool) -> Tensor:
    """The same (batch, x, y, z) for the share of straight paths of one phase."""
    volumes = _from_below(present[:, label].float().cpu(), label).numpy()
    slopes = np.stack([straight_amount(volume, periodic)[1] for volume in volumes])
    whole = (present[:, label] * (connected == 1 << label)).sum((1, 2, 3)).clamp_min(1)
    return _from_below(torch.from_numpy(slopes).to(present.device), label) / whole[:, None, None, None]


def _from_below(volumes: Tensor, label: int) -> Tensor:
    """`volumes` (batch, x, y, z), upside down for the donor, whose paths end at the anode above."""
    return volumes.flip(-1) if label == DONOR else volumes
