"""Films as meshes that solvers take: conforming tetrahedra and hexahedra, and their files.

Examples
--------
>>> import numpy as np
>>> from microdesigner import Microstructure
>>> film = np.zeros((8, 8, 4), np.uint8)
>>> film[4:] = 1
>>> mesh = make_mesh(Microstructure(film, phase_names=("donor", "acceptor")), "hexahedra")
>>> len(mesh.cells), mesh.fractions.tolist()
(256, [0.5, 0.5])
"""

from microdesigner.meshing.formats import write as write_mesh
from microdesigner.meshing.making import make_mesh, mesh_events
from microdesigner.meshing.mesh import SolverMesh

__all__ = ["SolverMesh", "make_mesh", "mesh_events", "write_mesh"]
