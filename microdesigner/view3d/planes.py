"""Flat textured pictures of a volume: the faces of a box, and slices through it; few triangles at any size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkTexture

from microdesigner.core.microstructure import PhaseArray
from microdesigner.view3d.drawing import still_actor
from microdesigner.view3d.marking import faded
from microdesigner.view3d.palettes import Colour, Palette
from microdesigner.view3d.smooth_layers import SmoothLayer, smooth_layer
from microdesigner.view3d.surfaces import EMPTY_LABEL, Geometry, outer_layers

OTHER_AXES = ((1, 2), (0, 2), (0, 1))
CutLayer = tuple[int, int, PhaseArray | SmoothLayer]  # axis, layer, what lies there


def colour_table(palette: Palette, visible: Sequence[bool]) -> NDArray[np.uint8]:
    """RGBA of all 256 labels; hidden phases and EMPTY_LABEL are transparent."""
    table = np.zeros((256, 4), np.uint8)
    for label, shown in enumerate(visible):
        table[label, :3] = np.round(np.array(palette.colour(label)) * 255)
        table[label, 3] = 255 * shown
    table[EMPTY_LABEL] = 0
    return table


def single_phase(colours: NDArray[np.uint8], label: int, absent: Colour) -> NDArray[np.uint8]:
    """`colours` with all labels but one in the colour `absent`; what is transparent stays so."""
    table = colours.copy()
    others = np.arange(256) != label
    table[others, :3] = np.round(np.array(absent) * 255)
    return table


@dataclass(frozen=True)
class Marked:
    """The marked voxels [x, y, z] of what a geometry shows, and the colour that the others fade to."""

    mask: NDArray[np.bool_]
    ground: Colour


def box_faces(geometry: Geometry, colours: NDArray[np.uint8], marked: Marked | None = None) -> list[vtkActor]:
    """The outside of the volume inside the clip box; all fronts are outside."""
    faces = outer_layers(geometry.labels)
    layers = geometry.smooth_faces or [np.take(geometry.labels, index, axis) for axis, index, _ in faces]
    return [
        _plane(
            geometry, axis, side, _texture(_pixels(layer, colours, axis, index, marked), layer), towards_more=side > 0
        )
        for layer, (axis, index, side) in zip(layers, faces, strict=True)
    ]


def cut_layers(geometry: Geometry, positions: tuple[float, float, float]) -> list[CutLayer]:
    """Three orthogonal slices at `positions`, shares of the clip box along x, y, z."""
    cut: list[CutLayer] = []
    for axis, index in slice_layers(geometry, positions):
        layer = np.take(geometry.labels, index, axis)
        cut.append((axis, index, smooth_layer(layer) if geometry.shaping.smooth else layer))
    return cut


def slice_planes(
    geometry: Geometry, layers: Sequence[CutLayer], colours: NDArray[np.uint8], marked: Marked | None = None
) -> list[vtkActor]:
    """Layers of `cut_layers`, in these colours."""
    return [
        _plane(geometry, axis, index + 0.5, _texture(_pixels(layer, colours, axis, index, marked), layer), ambient=0.75)
        for axis, index, layer in layers
    ]


def slice_layers(geometry: Geometry, positions: tuple[float, float, float]) -> list[tuple[int, int]]:
    """Axis and layer of the three slices at `positions`, shares of the clip box; they lie in the layers' middles."""
    edges = geometry.labels.shape
    return [(axis, min(edges[axis] - 1, int(position * edges[axis]))) for axis, position in enumerate(positions)]


def _plane(
    geometry: Geometry, axis: int, offset: float, texture: vtkTexture, ambient: float = 0.4, towards_more: bool = True
) -> vtkActor:
    """A layer across `axis`, drawn `offset` voxels above the box's corner, its front towards larger or smaller
    coordinates; `ambient` light shades nothing."""
    actor = still_actor(_rectangle(geometry, axis, offset, towards_more))
    actor.SetTexture(texture)
    actor.GetProperty().SetAmbient(ambient)
    actor.GetProperty().SetDiffuse(1.05 - ambient)
    actor.ForceOpaqueOn()  # transparent labels are left out, the others hide what is behind them
    return actor


def _rectangle(geometry: Geometry, axis: int, offset: float, towards_more: bool) -> vtkPolyData:
    first, second = OTHER_AXES[axis]
    spacing, shape = geometry.microstructure.spacing, geometry.labels.shape
    corner = np.array(geometry.corner_nm)
    corner[axis] += offset * spacing[axis]
    along, up = np.zeros(3), np.zeros(3)
    along[first], up[second] = shape[first] * spacing[first], shape[second] * spacing[second]
    points = vtkPoints()
    for point in (corner, corner + along, corner + along + up, corner + up):
        points.InsertNextPoint(*point)
    cells = vtkCellArray()
    counter_clockwise = towards_more == (axis != 1)  # x × z points along -y
    cells.InsertNextCell(4, [0, 1, 2, 3] if counter_clockwise else [3, 2, 1, 0])
    rectangle = vtkPolyData()
    rectangle.SetPoints(points)
    rectangle.SetPolys(cells)
    rectangle.GetPointData().SetTCoords(numpy_to_vtk(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32), deep=True))
    return rectangle


def _pixels(
    layer: PhaseArray | SmoothLayer, colours: NDArray[np.uint8], axis: int, index: int, marked: Marked | None
) -> NDArray[np.uint8]:
    """RGBA [first axis, second axis] of layer `index` across `axis`."""
    rgba = layer.coloured(colours) if isinstance(layer, SmoothLayer) else colours[layer]
    return rgba if marked is None else faded(rgba, np.take(marked.mask, index, axis), marked.ground)


def _texture(rgba: NDArray[np.uint8], layer: PhaseArray | SmoothLayer) -> vtkTexture:
    image = vtkImageData()
    image.SetDimensions(rgba.shape[0], rgba.shape[1], 1)
    pixels = np.ascontiguousarray(rgba.transpose(1, 0, 2).reshape(-1, 4))  # first in-plane axis runs fastest
    image.GetPointData().SetScalars(numpy_to_vtk(pixels, deep=True))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.SetInterpolate(isinstance(layer, SmoothLayer))
    texture.EdgeClampOn()
    texture.SetColorModeToDirectScalars()
    return texture
