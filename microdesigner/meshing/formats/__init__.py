"""Files of meshes: one module per format, all in one registry."""

from microdesigner.meshing.formats.registry import MESH_FORMATS, MeshFormat, format_of, is_mesh, write

__all__ = ["MESH_FORMATS", "MeshFormat", "format_of", "is_mesh", "write"]
