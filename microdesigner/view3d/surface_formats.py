"""Surface files (.stl, .ply, .obj) in pieces of bytes.

VTK's own writers keep every other thread waiting for tenths of a second, and where the disk is full they call half a
file written (PLY, OBJ) or end the process (STL).
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkPolyData

from microdesigner.core.number_lines import number_lines


def stl(surface: vtkPolyData, unit: str = "nm") -> Iterator[bytes]:
    """Binary STL: each triangle with its normal and its corners."""
    corners = _points(surface)[_triangles(surface)]  # [triangle, corner, xyz]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    facets = np.zeros(len(corners), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])
    facets["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    facets["corners"] = corners
    yield f"microdesigner, lengths in {unit}".encode().ljust(80)
    yield len(facets).to_bytes(4, "little")
    yield facets.tobytes()


def ply(surface: vtkPolyData, unit: str = "nm") -> Iterator[bytes]:
    """Binary PLY: points, with normals where the surface is smooth, and triangles."""
    columns, values, normals = ["x", "y", "z"], _points(surface), _normals(surface)
    if normals is not None:
        columns, values = [*columns, "nx", "ny", "nz"], np.hstack([values, normals])
    corners = _triangles(surface)
    faces = np.zeros(len(corners), [("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, corners
    head = ["ply", "format binary_little_endian 1.0", f"comment microdesigner, lengths in {unit}"]
    head += [f"element vertex {len(values)}", *(f"property float {name}" for name in columns)]
    head += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    yield ("\n".join(head) + "\n").encode()
    yield values.astype("<f4").tobytes()
    yield faces.tobytes()


def obj(surface: vtkPolyData, unit: str = "nm") -> Iterator[bytes]:
    """OBJ: lines of text; corners count from 1."""
    yield f"# microdesigner, lengths in {unit}\n".encode()
    yield from number_lines("v %.7g %.7g %.7g\n", _points(surface))
    corners, normals = _triangles(surface) + 1, _normals(surface)
    if normals is None:
        yield from number_lines("f %d %d %d\n", corners)
    else:
        yield from number_lines("vn %.7g %.7g %.7g\n", normals)
        yield from number_lines("f %d//%d %d//%d %d//%d\n", np.repeat(corners, 2, axis=1))


SURFACE_FORMATS: dict[str, Callable[[vtkPolyData, str], Iterator[bytes]]] = {".stl": stl, ".ply": ply, ".obj": obj}


def _points(surface: vtkPolyData) -> NDArray[np.float32]:
    return np.asarray(vtk_to_numpy(surface.GetPoints().GetData()))


def _triangles(surface: vtkPolyData) -> NDArray[np.integer[Any]]:
    return np.asarray(vtk_to_numpy(surface.GetPolys().GetConnectivityArray())).reshape(-1, 3)


def _normals(surface: vtkPolyData) -> NDArray[np.float32] | None:
    normals = surface.GetPointData().GetNormals()
    return None if normals is None else np.asarray(vtk_to_numpy(normals))
