"""Meshes: closed, in nm, empty phases allowed, cut and thinned as asked."""

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersCore import vtkCleanPolyData, vtkFeatureEdges, vtkMassProperties

from microdesigner.core.microstructure import Microstructure
from microdesigner.view3d import surfaces
from microdesigner.view3d.caps import triangles_of
from microdesigner.view3d.surfaces import EMPTY_LABEL, PhaseMesh, Shaping, apply_threshold, build_geometry
from microdesigner.view3d.watertight import enclosed_volume


def _slab(label: int = 0) -> Microstructure:
    phases = np.full((20, 16, 12), 1, np.uint8)
    phases[5:15, 4:12, 3:9] = label
    return Microstructure(phases, (2.0, 1.0, 0.5))


def _first(microstructure: Microstructure, shaping: Shaping | None = None) -> PhaseMesh:
    mesh = build_geometry(microstructure, shaping).meshes[0]
    assert mesh is not None
    return mesh


def test_voxel_surface_lies_on_the_voxel_faces_in_nm() -> None:
    mesh = _first(_slab(), Shaping(smooth=False))
    assert mesh.fine.GetBounds() == pytest.approx((10, 30, 4, 12, 1.5, 4.5))
    measure = vtkMassProperties()
    measure.SetInputData(mesh.fine)
    assert measure.GetVolume() == pytest.approx(10 * 8 * 6 * 1.0)


@pytest.mark.parametrize("smooth", [True, False])
def test_surfaces_are_closed_where_the_phase_meets_the_box(smooth: bool) -> None:
    mesh = build_geometry(_slab(), Shaping(smooth=smooth)).meshes[1]
    assert mesh is not None
    joined = vtkCleanPolyData()  # at sharp edges points come twice, with a normal each
    joined.SetInputData(mesh.fine)
    joined.SetTolerance(0.0)
    joined.ConvertPolysToLinesOff()
    edges = vtkFeatureEdges()
    edges.SetInputConnection(joined.GetOutputPort())
    edges.FeatureEdgesOff()
    edges.NonManifoldEdgesOff()
    edges.Update()
    assert edges.GetOutput().GetNumberOfCells() == 0


def test_smooth_surfaces_end_on_the_box_flat_and_sharp() -> None:
    phases = np.ones((24, 24, 12), np.uint8)
    phases[6:18] = 0  # goes through the box along y and z
    mesh = _first(Microstructure(phases, (2.0, 2.0, 2.0)))
    points, corners = triangles_of(mesh.fine)
    normals = vtk_to_numpy(mesh.fine.GetPointData().GetNormals())
    assert mesh.fine.GetBounds()[2:] == (0, 48, 0, 24)
    assert mesh.fine.GetBounds()[:2] == pytest.approx((12, 36), abs=0.1)
    assert enclosed_volume(points.astype(np.float64), corners) == pytest.approx(24 * 48 * 24, rel=0.01)
    inner = (points[:, 1] > 1) & (points[:, 1] < 47)
    on_top = corners[(inner & (points[:, 2] == 24))[corners].all(axis=1)]
    np.testing.assert_array_equal(normals[on_top], np.broadcast_to([0, 0, 1], (len(on_top), 3, 3)))
    side = corners[(inner & (np.abs(points[:, 0] - 36) < 0.5))[corners].all(axis=1)]
    side = side[np.ptp(points[side][:, :, 2], axis=1) > 0.5]  # without what is folded into top and bottom
    assert normals[side][:, :, 0].min() > 0.95  # up to the edge no shade of the top runs into the side


def test_an_empty_phase_has_no_mesh() -> None:
    assert build_geometry(_slab()).meshes[2] is None


def test_the_coarse_twin_is_smaller() -> None:
    random = np.random.default_rng(0)
    mesh = _first(Microstructure(random.integers(0, 3, (64, 64, 32), dtype=np.uint8)))
    assert mesh.coarse.GetNumberOfCells() < mesh.fine.GetNumberOfCells() / 2


def test_both_sides_of_a_thin_sheet_are_lit_in_the_coarse_twin() -> None:
    phases = np.ones((96, 96, 48), np.uint8)
    phases[:, :, 24:26] = 0  # within one bin
    mesh = _first(Microstructure(phases))
    normals = vtk_to_numpy(mesh.coarse.GetPointData().GetNormals())
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
    assert (normals[:, 2] > 0.9).any()
    assert (normals[:, 2] < -0.9).any()


def test_the_clip_box_cuts_labels_and_keeps_their_place() -> None:
    geometry = build_geometry(_slab(), Shaping(smooth=False, clip=((0.5, 1.0), (0.0, 1.0), (0.0, 0.5))))
    assert geometry.labels.shape == (10, 16, 6)
    assert geometry.corner_nm == (20.0, 0.0, 0.0)
    mesh = geometry.meshes[0]
    assert mesh is not None
    assert mesh.fine.GetBounds() == pytest.approx((20, 30, 4, 12, 1.5, 3))


def test_an_empty_clip_range_keeps_one_layer() -> None:
    geometry = build_geometry(_slab(), Shaping(clip=((1.0, 1.0), (0.0, 0.0), (0.5, 0.5))))
    assert geometry.labels.shape == (1, 1, 1)


def test_the_threshold_removes_thin_domains_and_keeps_thick_ones() -> None:
    labels = np.ones((12, 12, 12), np.uint8)
    labels[:6] = 0
    labels[9, 6, 6] = 0
    shown = apply_threshold(labels, 0.5, 2)
    assert shown[9, 6, 6] == EMPTY_LABEL
    assert (shown[:5] == 0).all()
    assert apply_threshold(labels, 0.0, 2) is labels


def test_a_large_volume_is_drawn_by_some_of_its_voxels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices and pointer keep them all; the box and the share of the phase stay what they are."""
    labels = np.zeros((30, 20, 13), np.uint8)
    labels[:, :, 6:] = 1
    film = Microstructure(labels, (1.0, 2.0, 3.0), phase_names=("donor", "acceptor"))
    whole = build_geometry(film, Shaping(smooth=False))
    monkeypatch.setattr(surfaces, "MOST_MESHED", 1000)
    monkeypatch.setattr(surfaces, "THINNED_TO", 1000)
    few = build_geometry(film, Shaping(smooth=False))
    assert (whole.every, few.every) == (1, 2)
    assert few.labels.shape == labels.shape
    for one, other in zip(whole.meshes, few.meshes, strict=True):
        assert one is not None
        assert other is not None
        np.testing.assert_allclose(other.fine.GetBounds(), one.fine.GetBounds(), atol=3.0)
        assert other.fine.GetNumberOfCells() < one.fine.GetNumberOfCells() / 3
    assert few.meshes[0] is not None
    assert few.meshes[0].fine.GetBounds()[:5] == pytest.approx((-0.5, 29.5, -1.0, 39.0, -1.5), abs=1.5)


def test_the_threshold_counts_neighbours_across_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.random.default_rng(4).integers(0, 2, (17, 8, 8)).astype(np.uint8)
    at_once = apply_threshold(labels, 0.5, 2)
    monkeypatch.setattr(surfaces, "THINNED_TO", 3 * 64)
    np.testing.assert_array_equal(apply_threshold(labels, 0.5, 2), at_once)


def test_what_is_stopped_makes_no_more_meshes() -> None:
    assert build_geometry(_slab(), stopped=lambda: True).meshes == (None, None, None)
