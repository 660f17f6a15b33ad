"""What the descriptors say of a film, exactly, and how they would change with its softened phases."""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import INTERFACIAL_AREA
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import StraightPaths, fraction_label, straight_paths, tortuosity_factor_label
from microdesigner.descriptors.components import components_of, reaching_voxels
from microdesigner.descriptors.geodesic import CUBE
from microdesigner.descriptors.own_phases import straight_share
from microdesigner.descriptors.phase_bits import ANODE, CATHODE, bit_of, pack_phases
from microdesigner.descriptors.soft_paths import straight_amount
from microdesigner.descriptors.surface import interfacial_area
from microdesigner.descriptors.tortuosity import is_cubic
from microdesigner.descriptors.transport import Transport, diffusivity_slopes, transport_along_z
from microdesigner.engine.sample_targets import SampleTargets

Kind = Literal["fraction", "straight", "area", "tortuosity factor"]
NOTHING = 255
MOST_VOXELS = 2 * 256 * 256 * 128


@dataclass(frozen=True)
class TargetQuantity:
    """A target that can be measured here: its `column` in `target_values`, the phase `label` it speaks of, its `kind`,
    and whether straight paths lead to the `upper` face. Areas, which are of all phases, and tortuosity factors are
    refined by their logarithms."""

    column: int
    label: int
    kind: Kind
    upper: bool = False

    @property
    def paths(self) -> StraightPaths:
        """Which straight paths it counts, where it does."""
        return StraightPaths(self.label, self.upper)

    @property
    def straight(self) -> bool:
        """Whether it is a share of straight paths."""
        return self.kind == "straight"

    @property
    def shaped(self) -> bool:
        """Whether it depends on the shape of domains: all but fractions."""
        return self.kind != "fraction"


@dataclass(frozen=True)
class FilmCounts:
    """Values of shaped quantities as they are refined, NaN for what does not exist, and what they were found by: the
    `transports` through phases by label and, of each straight path that is measured, the voxels [x, y, z] of its phase
    that are `connected` to its face."""

    values: list[float]
    film: Microstructure
    transports: Mapping[int, Transport | None]
    connected: Mapping[StraightPaths, NDArray[np.bool_]]


def target_values(card: ModelCard, targets: SampleTargets) -> tuple[Tensor, list[bool]]:
    """What a film is refined to, (conditions + further targets,), and which of it is asked for: the conditions as the
    film shall measure them, then the further targets in the model's own voxels."""
    names = [condition.name for condition in card.conditions]
    values = [float(targets.requested.get(name, 0.0)) for name in names]
    further = [float(targets.conditions.get(name, 0.0)) for name in card.further_names]
    asked = [
        *(name in targets.requested for name in names),
        *(name in targets.conditions for name in card.further_names),
    ]
    return torch.tensor([*values, *further]), asked


def target_quantities(card: ModelCard, targeted: Sequence[bool], voxels: int) -> list[TargetQuantity]:
    """What can be measured of the `targeted` columns of `target_values`; none in a film of more voxels than gradients
    fit, and no straight paths in voxels that are no cubes, for which their derivatives are not known."""
    if voxels > MOST_VOXELS:
        return []
    names = [*(condition.name for condition in card.conditions), *card.further_names]
    columns = [column for column, asked in enumerate(targeted) if asked]
    found = (_quantity(column, names[column], card) for column in columns)
    return [each for each in found if each is not None and (not each.straight or is_cubic(card.voxel_nm))]


def _quantity(column: int, name: str, card: ModelCard) -> TargetQuantity | None:
    if (label := fraction_label(name, card.phase_names)) is not None:
        return TargetQuantity(column, label, "fraction")
    if (paths := straight_paths(name, card.phase_names)) is not None:
        return TargetQuantity(column, paths.label, "straight", paths.upper)
    if name == INTERFACIAL_AREA:
        return TargetQuantity(column, 0, "area")
    label = tortuosity_factor_label(name, card.phase_names)
    return None if label is None else TargetQuantity(column, label, "tortuosity factor")


def why_not_refined(card: ModelCard, targets: Iterable[str]) -> str:
    """Why some of these targets are left to the network and the choice among candidates; empty where none is."""
    if is_cubic(card.voxel_nm) or all(straight_paths(name, card.phase_names) is None for name in targets):
        return ""
    return "the derivatives of straight paths are not known for voxels that are no cubes"


def count_shapes(film: Microstructure, quantities: Sequence[TargetQuantity]) -> FilmCounts:
    """Measure the shaped `quantities` of a film."""
    packed = pack_phases(film.phases)
    places = {each.paths for each in quantities if each.straight}
    straight: dict[StraightPaths, float | None] = {}
    connected: dict[StraightPaths, NDArray[np.bool_]] = {}
    if places:
        bits = np.uint8(sum({int(bit_of(place.label)) for place in places}))
        parts = components_of(packed & bits, film.periodic)
        for place in places:
            straight[place] = straight_share(packed, parts, place, film.periodic, CUBE)
            face = ANODE if place.upper else CATHODE
            connected[place] = reaching_voxels(packed, parts, bit_of(place.label), face).T
    factors = [quantity.label for quantity in quantities if quantity.kind == "tortuosity factor"]
    transports = {label: transport_along_z(film, label) for label in factors}

    def value(quantity: TargetQuantity) -> float | None:
        if quantity.kind == "straight":
            return straight[quantity.paths]
        if quantity.kind == "area":
            return math.log(max(interfacial_area(film, packed), sys.float_info.min))
        transport = transports[quantity.label]
        return None if transport is None else math.log(transport.tortuosity_factor)

    values = [math.nan if (found := value(quantity)) is None else found for quantity in quantities]
    return FilmCounts(values, film, transports, connected)


def shape_slopes(
    soft: Tensor, counts: FilmCounts, quantities: Sequence[TargetQuantity], pool: ThreadPoolExecutor
) -> list[dict[int, Tensor]]:
    """Derivatives (x, y, z) of each of the shaped `quantities` by the softened labels, by label.

    `soft` holds all softened labels (phases, x, y, z). The number of connected voxels, over which a share of straight
    paths is taken, counts as constant, as the fraction of a phase does, which biases keep.
    """
    film = counts.film

    def slopes(quantity: TargetQuantity) -> dict[int, Tensor]:
        if quantity.kind == "area":
            return {label: _on(soft, values) for label, values in enumerate(area_slopes(film))}
        if quantity.kind == "tortuosity factor":
            transport = counts.transports[quantity.label]
            return {} if transport is None else {quantity.label: _on(soft, -diffusivity_slopes(film, transport))}
        present = _from_below(soft[quantity.label].cpu(), quantity.upper).numpy()
        derivatives = _on(soft, straight_amount(present, film.periodic)[1])
        reaching = np.ascontiguousarray(counts.connected[quantity.paths])
        whole = (soft[quantity.label] * torch.from_numpy(reaching).to(soft.device)).sum().clamp_min(1)
        return {quantity.label: _from_below(derivatives, quantity.upper) / whole}

    return list(pool.map(slopes, quantities))


def area_slopes(film: Microstructure) -> list[NDArray[np.float64]]:
    """Derivatives [x, y, z] of the logarithm of the interfacial area by each phase's share of a voxel: the less, the
    more of its neighbours are of that phase."""
    alike = np.zeros((len(film.phase_names), *film.shape))
    faces = 0.0
    for axis, edge in enumerate(film.spacing):
        for shift in (1, -1):
            beside = np.roll(film.phases, shift, axis)
            if axis == 2 or not film.periodic:
                np.moveaxis(beside, axis, 0)[0 if shift > 0 else -1] = NOTHING
            faces += 0.5 * float(((beside != film.phases) & (beside != NOTHING)).sum()) / edge
            for label in range(len(alike)):
                alike[label] += (beside == label) / edge
    return [-values / max(faces, 1.0 / max(film.spacing)) for values in alike]


def _on(soft: Tensor, values: NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(soft.device)


def _from_below(volume: Tensor, upper: bool) -> Tensor:
    """`volume` (x, y, z), upside down for paths that end at the face above, as the donor's do."""
    return volume.flip(-1) if upper else volume
