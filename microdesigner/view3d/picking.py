"""Which point of a volume lies under the pointer, found among its voxels: the same for smooth surfaces and voxels, for
a coarse picture and a fine one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.app.view_state import Vector
from microdesigner.view3d.look import Look
from microdesigner.view3d.planes import OTHER_AXES, slice_layers
from microdesigner.view3d.surfaces import Geometry

LABELS = 256


@dataclass(frozen=True)
class Ray:
    """A straight line in nm that begins at `origin`; `direction` needs no unit length."""

    origin: Vector
    direction: Vector


@dataclass(frozen=True)
class Hit:
    """Where a ray meets a volume: the point in nm, and the voxel, counted from 0 in the whole volume."""

    point: Vector
    voxel: tuple[int, int, int]


def pick(geometry: Geometry, look: Look, view: int, ray: Ray) -> Hit | None:
    """First voxel of what view `view` draws that `ray` meets; None where it meets nothing."""
    spacing = np.array(geometry.microstructure.spacing)
    start = (np.array(ray.origin) - geometry.corner_nm) / spacing  # in voxels of `geometry.labels`
    step = np.array(ray.direction) / spacing
    if look.slices:
        found = _on_slices(geometry, look, start, step)
    else:
        found = _in_voxels(geometry, _drawn(look.visible, None if view == 0 else view - 1), start, step)
    if found is None:
        return None
    place, voxel = found
    x, y, z = (start + place * step) * spacing + geometry.corner_nm
    i, j, k = voxel + np.round(geometry.corner_nm / spacing).astype(int)
    return Hit((float(x), float(y), float(z)), (int(i), int(j), int(k)))


def _drawn(visible: tuple[bool, ...], phase: int | None) -> NDArray[np.bool_]:
    """Which of all labels a view draws: those of visible phases, or one of them."""
    drawn = np.zeros(LABELS, np.bool_)
    drawn[: len(visible)] = [shown and phase in (None, label) for label, shown in enumerate(visible)]
    return drawn


def _in_voxels(
    geometry: Geometry, drawn: NDArray[np.bool_], start: NDArray[np.float64], step: NDArray[np.float64]
) -> tuple[float, NDArray[np.int_]] | None:
    """How many steps it takes into the first drawn voxel, and which it is."""
    shape = np.array(geometry.labels.shape)
    crossings = [(np.arange(shape[axis] + 1) - start[axis]) / step[axis] for axis in np.flatnonzero(step)]
    places = np.unique(np.concatenate([[0.0], *crossings]))
    places = places[places >= 0]
    middles = start + ((places[:-1] + places[1:]) / 2)[:, None] * step  # (crossing, axis)
    voxels = np.floor(middles).astype(int)
    inside = ((voxels >= 0) & (voxels < shape)).all(axis=1)
    hit = np.zeros(len(voxels), np.bool_)
    hit[inside] = drawn[geometry.labels[tuple(voxels[inside].T)]]
    return (float(places[hit.argmax()]), voxels[hit.argmax()]) if hit.any() else None


def _on_slices(
    geometry: Geometry, look: Look, start: NDArray[np.float64], step: NDArray[np.float64]
) -> tuple[float, NDArray[np.int_]] | None:
    """How many steps it takes to the nearest slice, and its voxel there; hidden phases are holes in it."""
    drawn = _drawn(look.visible, None)
    places = []
    for axis, layer in slice_layers(geometry, look.slice_positions):
        if step[axis] == 0:
            continue
        place = (layer + 0.5 - start[axis]) / step[axis]
        voxel = np.floor(start + place * step).astype(int)
        voxel[axis] = layer
        inside = all(0 <= voxel[other] < geometry.labels.shape[other] for other in OTHER_AXES[axis])
        if place >= 0 and inside and drawn[geometry.labels[tuple(voxel)]]:
            places.append((float(place), voxel))
    return min(places, key=lambda found: found[0], default=None)
