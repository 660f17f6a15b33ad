"""What of the state of the views the meshes, the colours and the scene depend on."""

from typing import TYPE_CHECKING

from microdesigner.app.view_state import ViewState
from microdesigner.core.given import Mask
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.gui import theme
from microdesigner.view3d.palettes import DARK, LIGHT, palette_of

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

PREVIEW = "Preview, coarse"
MESHED = ("smooth", "threshold", "clip")
STYLED = ("palette", "visible", "opacity", "slices", "positions", "orthogonal")
"""Entries of the state that the meshes, and the colours, depend on."""


def differ(before: ViewState, after: ViewState, names: tuple[str, ...]) -> bool:
    """Whether one of the named entries is another."""
    return any(getattr(before, name) != getattr(after, name) for name in names)


def style_scene(scene: "Scene", state: ViewState, phases: int, marked: Mask | None) -> None:
    """Let the next picture of a volume of so many phases have the state's colours, and these voxels marked."""
    scene.palette = palette_of(state.palette)
    scene.surroundings = DARK if theme.is_dark() else LIGHT
    if len(state.visible) == len(state.opacity) == phases:
        scene.visible, scene.opacity = list(state.visible), [percent / 100 for percent in state.opacity]
    scene.marked = marked
    scene.slices, scene.slice_positions = state.slices or state.orthogonal, state.slice_positions
    if state.orthogonal:
        scene.maximise(0)


def spacing_of(volume: Microstructure, voxels: tuple[int, int, int]) -> tuple[float, float, float]:
    """Edges of the voxels of the film for which `volume` stands, perhaps coarsely."""
    x, y, z = (e * n / whole for e, n, whole in zip(volume.spacing, volume.shape, voxels, strict=True))
    return x, y, z


def coarse_film(
    phases: PhaseArray, size: tuple[int, int, int], voxel_nm: tuple[float, float, float], names: tuple[str, ...]
) -> Microstructure:
    """Coarse labels of a whole volume of `size` voxels with these edges, as a volume of its own."""
    x, y, z = (e * n / m for e, n, m in zip(voxel_nm, size, phases.shape, strict=True))
    return Microstructure(phases, (x, y, z), phase_names=names, provenance={"title": PREVIEW})
