"""What each view holds of a volume: its slices, its surfaces, or the box of all phases."""

from collections.abc import Sequence

from microdesigner.view3d.look import Look
from microdesigner.view3d.phase_actors import PhaseActors
from microdesigner.view3d.planes import Marked, box_faces, colour_table, cut_layers, single_phase, slice_planes
from microdesigner.view3d.surfaces import Geometry
from microdesigner.view3d.view import View


def fill(views: Sequence[View], geometry: Geometry, look: Look, marked: Marked | None = None) -> None:
    """Give view 0 all phases and view 1 + k phase k; an opaque volume without gaps is a box.

    In flat pictures what is not `marked` fades."""
    solid = not look.slices and all(look.visible) and min(look.opacity) >= 1 and geometry.shaping.threshold <= 0
    colours = colour_table(look.palette, look.visible)
    layers = cut_layers(geometry, look.slice_positions) if look.slices else []
    for index, view in enumerate(views):
        if look.slices:
            table = colours if index == 0 else single_phase(colours, index - 1, look.surroundings.absent)
            view.set_planes(slice_planes(geometry, layers, table, marked))
        else:
            view.set_planes(box_faces(geometry, colours, marked) if solid and index == 0 else (), closed=True)
        if look.slices or (solid and index == 0):
            view.set_surfaces(())
        elif not view.surfaces:
            view.set_surfaces(_surfaces(geometry, None if index == 0 else index - 1))


def _surfaces(geometry: Geometry, phase: int | None) -> list[PhaseActors]:
    """Surfaces of one phase, or of all."""
    return [
        PhaseActors(label, mesh, geometry.shaping.smooth)
        for label, mesh in enumerate(geometry.meshes)
        if mesh is not None and phase in (None, label)
    ]
