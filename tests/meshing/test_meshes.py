"""What every mesh promises: the phases' volumes, shapes, shared nodes, faces and periodic images."""

from collections import Counter

import numpy as np
import pytest

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing import SolverMesh, make_mesh, mesh_events, remeshing, tetrahedra
from microdesigner.meshing.faces import sides_of
from microdesigner.meshing.making import estimate, usual_coarsening
from microdesigner.meshing.quality import volumes
from tests.meshing.conftest import domains


def shares(film: Microstructure) -> np.ndarray:
    return np.bincount(film.phases.ravel(), minlength=len(film.phase_names)) / film.phases.size


def check(mesh: SolverMesh, film: Microstructure) -> None:
    """Volume, fractions and quality of tetrahedra."""
    sizes = volumes(mesh.points, mesh.cells)
    assert sizes.min() > 0
    assert sizes.sum() == pytest.approx(np.prod(np.multiply(film.shape, film.spacing)))
    np.testing.assert_allclose(mesh.fractions, shares(film), atol=1e-5)
    assert mesh.qualities.min() >= 0.15
    assert np.median(mesh.qualities) > 0.5


def test_phases_fill_their_shares_with_good_tetrahedra(tetrahedral: SolverMesh, film: Microstructure) -> None:
    check(tetrahedral, film)


@pytest.mark.parametrize("phases", [2, 4])
def test_any_number_of_phases_and_tight_films(phases: int) -> None:
    film = domains((10, 9, 8), phases, "no-flux", seed=phases)
    mesh = make_mesh(film)
    check(mesh, film)
    assert not len(mesh.ties.dependent)


def test_coarse_meshes_keep_the_film_s_fractions() -> None:
    film = domains((24, 24, 16), 2, "periodic")
    mesh = make_mesh(film, coarsen=2)
    np.testing.assert_allclose(mesh.fractions, shares(film), atol=1e-3)
    np.testing.assert_allclose(mesh.box, [48, 48, 40])


def test_a_flat_interface_stays_flat() -> None:
    labels = np.zeros((6, 6, 8), np.uint8)
    labels[:, :, 3:] = 1
    mesh = make_mesh(Microstructure(labels, (1.0, 1.0, 1.0)))
    heights = mesh.points[np.unique(mesh.interfaces[0, 1].corners), 2]
    np.testing.assert_allclose(heights, 3.0, atol=1e-9)


def test_a_ball_is_round() -> None:
    """Its surface is that of a sphere within a tenth, where that of its voxels is half as large again."""
    places = np.stack(np.meshgrid(*[np.arange(14) - 6.5] * 3, indexing="ij"))
    ball = Microstructure(((places**2).sum(axis=0) < 25).astype(np.uint8), (1.0, 1.0, 1.0), "no-flux")
    mesh = make_mesh(ball)
    corners = mesh.points[mesh.interfaces[0, 1].corners]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    radius = (ball.phases.sum() * 3 / 4 / np.pi) ** (1 / 3)
    assert area == pytest.approx(4 * np.pi * radius**2, rel=0.1)


def test_sides_are_shared_by_two_cells_or_lie_on_the_box(mesh: SolverMesh) -> None:
    sides = np.concatenate([np.sort(mesh.cells[:, side], axis=1) for side in sides_of(mesh.cells.shape[1])])
    _, uses = np.unique(sides, axis=0, return_counts=True)
    assert Counter(uses.tolist()).keys() == {1, 2}
    assert (uses == 1).sum() == sum(map(len, mesh.faces.values()))
    assert len(np.unique(mesh.cells)) == len(mesh.points)


def test_sides_look_outwards(mesh: SolverMesh) -> None:
    for name, facets in mesh.faces.items():
        corners = mesh.points[facets.corners]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, -1] - corners[:, 0])
        axis, end = "xyz".index(name[0]), int(name[1])
        assert (normals[:, axis] * (1 if end else -1) > 0).all()
        assert (np.delete(normals, axis, axis=1) == 0).all()
        np.testing.assert_array_equal(np.unique(mesh.points[facets.corners][..., axis]), [end * mesh.box[axis]])


def test_interfaces_lie_between_their_phases(mesh: SolverMesh) -> None:
    of_phase = [set(mesh.cells[mesh.phases == label].ravel()) for label in range(3)]
    assert set(mesh.interfaces) <= {(0, 1), (0, 2), (1, 2)}
    for (low, high), facets in mesh.interfaces.items():
        assert set(facets.corners.ravel()) <= of_phase[low] & of_phase[high]
        assert set(mesh.phases[facets.cells]) == {low}
        corners = mesh.cells[facets.cells]
        for number, side in enumerate(sides_of(mesh.cells.shape[1])):
            chosen = facets.sides == number
            np.testing.assert_array_equal(corners[chosen][:, side], facets.corners[chosen])


def test_periodic_faces_match_node_by_node(mesh: SolverMesh) -> None:
    for axis in (0, 1):
        last, first = mesh.face_pairs(axis).T
        shift = np.zeros(3)
        shift[axis] = mesh.box[axis]
        np.testing.assert_allclose(mesh.points[last] - mesh.points[first], np.tile(shift, (len(last), 1)), atol=1e-9)
        assert set(last) == set(mesh.faces[f"{'xy'[axis]}1"].corners.ravel())


def test_triangles_and_phases_of_periodic_faces_match_too(tetrahedral: SolverMesh) -> None:
    mesh = tetrahedral
    for axis, (start, end) in enumerate((("x0", "x1"), ("y0", "y1"))):
        image = np.arange(len(mesh.points))
        last, first = mesh.face_pairs(axis).T
        image[last] = first
        sides = [
            {
                (*sorted(image[corners]), int(mesh.phases[cell]))
                for corners, cell in zip(f.corners, f.cells, strict=True)
            }
            for f in (mesh.faces[start], mesh.faces[end])
        ]
        assert sides[0] == sides[1]


def test_each_image_has_one_master_that_is_none(mesh: SolverMesh) -> None:
    ties = mesh.ties
    assert not set(ties.dependent) & set(ties.masters)
    assert len(set(ties.dependent)) == len(ties.dependent)
    on_last = (mesh.points[:, :2] == mesh.box[:2]).any(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(on_last), np.sort(ties.dependent))
    shift = mesh.points[ties.dependent] - mesh.points[ties.masters]
    np.testing.assert_allclose(shift[:, :2], ties.wraps * mesh.box[:2], atol=1e-9)
    np.testing.assert_allclose(shift[:, 2], 0, atol=1e-9)


def test_hexahedra_are_the_voxels(hexahedral: SolverMesh, film: Microstructure) -> None:
    np.testing.assert_array_equal(hexahedral.phases, film.phases.ravel())
    corners = hexahedral.points[hexahedral.cells]
    np.testing.assert_allclose(corners[:, 6] - corners[:, 0], np.tile(film.spacing, (film.phases.size, 1)))
    np.testing.assert_array_equal(hexahedral.fractions, shares(film))


def test_unknown_lengths_and_odd_wishes_are_refused(film: Microstructure) -> None:
    with pytest.raises(InputError, match="--voxel"):
        make_mesh(Microstructure(film.phases, None))
    with pytest.raises(InputError, match="prisms"):
        make_mesh(film, "prisms")
    with pytest.raises(InputError, match=r"at least one voxel.*0\.5"):
        make_mesh(film, coarsen=0.5)
    large = Microstructure(np.zeros((512, 512, 256), np.uint8), (1.0, 1.0, 1.0))
    with pytest.raises(InputError, match="67,108,864"):
        make_mesh(large, "hexahedra")


def test_by_default_tetrahedra_are_made_in_minutes() -> None:
    film = Microstructure(np.zeros((128, 128, 64), np.uint8))
    assert usual_coarsening(film, "tetrahedra") == 2
    assert estimate(film, "tetrahedra", 2).counts == (64, 64, 32)
    assert usual_coarsening(film, "hexahedra") == 1
    assert estimate(film, "hexahedra", 1).elements == film.phases.size


def test_closing_ends_mmg_at_once(film: Microstructure, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = remeshing.subprocess.Popen
    monkeypatch.setattr(
        remeshing.subprocess, "Popen", lambda *args, **kwargs: started.append(popen(*args, **kwargs)) or started[-1]
    )
    work = mesh_events(film)
    for event in work:
        if isinstance(event, Progress) and event.stage == remeshing.STAGE:
            break
    assert started[0].poll() is None
    work.close()  # type: ignore[attr-defined]
    assert started[0].returncode is not None


def test_a_failure_of_mmg_is_one_sentence(film: Microstructure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remeshing.child_process, "call", lambda *_: [remeshing.sys.executable, "-c", "1/0"])
    with pytest.raises(MicrodesignerError, match="MMG could not"):
        make_mesh(film)


def test_a_bad_mesh_of_mmg_is_not_taken(film: Microstructure, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its shapes cannot be mended, the cells cut in six are the mesh: more of them, none of them thin."""
    monkeypatch.setattr(tetrahedra, "LEAST_QUALITY", 0.99)
    mesh = make_mesh(film)
    cells = 13 * 11 * np.prod(estimate(film, "tetrahedra", 1).counts[2:])  # the first ones along x and y are halved
    assert len(mesh.cells) == 6 * cells
    assert mesh.qualities.min() > 0.15
    np.testing.assert_allclose(mesh.fractions, shares(film), atol=1e-5)
