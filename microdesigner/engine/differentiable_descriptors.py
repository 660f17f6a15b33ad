"""What the descriptors say of a film, exactly, and how straight paths would change with its softened phases."""

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.card import ModelCard
from microdesigner.core.conditions import fraction_labels
from microdesigner.core.microstructure import PhaseArray
from microdesigner.descriptors.components import components_of, connected_voxels
from microdesigner.descriptors.fractions import generator_values
from microdesigner.descriptors.geodesic import CUBE
from microdesigner.descriptors.phase_bits import carriers_of, pack_phases
from microdesigner.descriptors.soft_paths import straight_amount
from microdesigner.descriptors.tortuosity import is_cubic

DONOR, ACCEPTOR = 0, 1
STRAIGHT = {"tortuosity_D": DONOR, "CT_f_D_tort1": DONOR, "tortuosity_A": ACCEPTOR, "CT_f_A_tort1": ACCEPTOR}
STRAIGHT_VALUES = ("tortuosity_D", "tortuosity_A")
MOST_VOXELS = 2 * 256 * 256 * 128


@dataclass(frozen=True)
class TargetQuantity:
    """A condition that can be measured here: its `column` among the card's conditions, the phase `label` it speaks of,
    and whether it is that phase's share of straight paths (else its volume fraction)."""

    column: int
    label: int
    straight: bool


@dataclass(frozen=True)
class FilmCounts:
    """Shares of straight paths per quantity, NaN for what does not exist, and the bits of `connected_voxels` [x, y, z]:
    1 where a donor voxel reaches the anode, 2 where an acceptor voxel reaches the cathode."""

    straight: list[float]
    connected: NDArray[np.uint8]


def target_quantities(card: ModelCard, targeted: Sequence[bool], voxels: int) -> list[TargetQuantity]:
    """The asked conditions that are fractions or straight paths; none in a film of more voxels than gradients fit, and
    no straight paths in voxels that are no cubes, for which their derivatives are not known."""
    if voxels > MOST_VOXELS:
        return []
    quantities = []
    for column, condition in enumerate(card.conditions):
        labels = list(fraction_labels({condition.name: 0.0}, len(card.phase_names)))
        if targeted[column] and labels:
            quantities.append(TargetQuantity(column, labels[0], straight=False))
        elif targeted[column] and condition.name in STRAIGHT and is_cubic(card.voxel_nm):
            quantities.append(TargetQuantity(column, STRAIGHT[condition.name], straight=True))
    return quantities


def why_not_refined(card: ModelCard, targets: Iterable[str]) -> str:
    """Why some of these targets are left to the network and the choice among candidates; empty where none is."""
    if is_cubic(card.voxel_nm) or not set(targets) & set(STRAIGHT):
        return ""
    return "the derivatives of straight paths are not known for voxels that are no cubes"


def count_straight_paths(phases: PhaseArray, quantities: Sequence[TargetQuantity], periodic: bool) -> FilmCounts:
    """Count the straight paths of labels [x, y, z] for each of `quantities`."""
    film = pack_phases(phases)
    parts = components_of(carriers_of(film), periodic)
    values = generator_values(film, parts, periodic, CUBE)
    shares = [values[STRAIGHT_VALUES[quantity.label]] for quantity in quantities]
    straight = [math.nan if share is None else share for share in shares]
    return FilmCounts(straight, connected_voxels(film, parts.touches).T)


def straight_slopes(
    soft: Tensor, counts: FilmCounts, quantities: Sequence[TargetQuantity], periodic: bool, pool: ThreadPoolExecutor
) -> list[Tensor]:
    """Derivatives (x, y, z) of each of `quantities`, shares of straight paths, by the softened labels of its phase.

    `soft` holds all softened labels (phases, x, y, z). The number of connected voxels, over which a share is taken,
    counts as constant.
    """
    connected = torch.from_numpy(np.ascontiguousarray(counts.connected)).to(soft.device)

    def slopes(quantity: TargetQuantity) -> Tensor:
        present = _from_below(soft[quantity.label].cpu(), quantity.label).numpy()
        derivatives = torch.from_numpy(np.ascontiguousarray(straight_amount(present, periodic)[1])).to(soft.device)
        whole = (soft[quantity.label] * (connected == 1 << quantity.label)).sum().clamp_min(1)
        return _from_below(derivatives, quantity.label) / whole

    return list(pool.map(slopes, quantities))


def _from_below(volume: Tensor, label: int) -> Tensor:
    """`volume` (x, y, z), upside down for the donor, whose paths end at the anode above."""
    return volume.flip(-1) if label == DONOR else volume
