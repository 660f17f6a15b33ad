"""`microdesigner convert`: a volume from one file format to another."""

import argparse
import sys
from pathlib import Path

from microdesigner.cli.file_options import add_file_options, file_options
from microdesigner.cli.mesh_output import add_mesh_options, check_mesh_options, write_as_mesh
from microdesigner.cli.parser import Subparsers
from microdesigner.core.errors import InputError
from microdesigner.core.quantity import size_words

_EPILOG = """formats written, by extension:
  .vti         VTK image data: keeps everything (voxel edges in nm, lateral boundary, phase names, origin)
  .tif, .tiff  stack of layers for ImageJ: keeps everything
  .ome.tif     OME-TIFF for microscopy programs: keeps everything
  .nrrd        NRRD for 3D Slicer, ParaView and others: keeps everything
  .h5, .hdf5   HDF5, the dataset 'phase' [x, y, z]: keeps everything
  .dream3d     DREAM.3D, the cell array 'Phases' from 1 on: keeps everything
  .raw         labels with a JSON header beside them: keeps everything
  .mhd         the same with a MetaImage header too, for ITK, Fiji and others: keeps everything
  .mha         MetaImage in one file: keeps voxel edges, lateral boundary and phase names
  .vtk         VTK legacy structured points: keeps voxel edges
  .npy         NumPy array [x, y, z]: labels only
  .txt         GraSPI text (3 for mixed): labels only
  .ising.txt   morphology of Ising_OPV for kinetic Monte Carlo by Excimontec: donor and acceptor (see --mixed), cubic
               voxels, lateral boundary; set Excimontec's size and unit of the lattice to those of the film
and meshes for solvers:
  .inp         Abaqus and CalculiX: phase sets, sections, face sets, equations of periodic faces in files beside it
  .msh         Gmsh 4.1; .msh2 is version 2.2, which OpenFOAM's gmshToFoam reads
  .bdf, .nas   NASTRAN bulk data, which COMSOL imports
  .e, .exo     Exodus II for MOOSE
  .vtu         VTK unstructured grid for ParaView and others
  .damask.vti  grid of DAMASK, one material per phase
What a format does not record stays unknown: voxel edges are not written where nobody has told them, and lateral faces
do not wrap. Besides these, .vtr, .nhdr, .npz, .mat, .mrc, .map, .rec, .st, .zarr, .png, .bmp and folders of slices are
read, and any file of plain numbers with --raw."""


def add_parser(subparsers: Subparsers) -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "convert",
        help="convert a volume to another file format, or to a mesh for a solver",
        description="Convert a volume to another file format, or to a mesh for a solver; the extensions choose the "
        "formats.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("input", metavar="IN", type=Path, help="file of a volume, or folder of slices")
    parser.add_argument("output", metavar="OUT", type=Path, help="file to write; an existing one is replaced")
    add_mesh_options(parser)
    add = parser.add_argument_group("programs without a mixed phase").add_argument
    add("--mixed", type=float, metavar="SHARE",
        help="make mixed voxels donor or acceptor at random, this share 0 to 1 of them donor")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="chooses which of them (0)")
    add_file_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Convert; raises InputError where a file is wrong or both names mean one file."""
    from microdesigner.io import write
    from microdesigner.io.registry import format_of
    from microdesigner.io.volumes import described
    from microdesigner.meshing.formats import is_mesh

    if args.input.resolve() == args.output.resolve():
        raise InputError(f"{args.input} would replace itself; give another name for the output.")
    check_mesh_options(args)
    mesh = is_mesh(args.output)
    if not mesh:
        format_of(args.output)  # before a large file is read in vain
    scan, volume = described(args.input, file_options(args))
    if args.mixed is not None:
        from microdesigner.io.mixed_phase import without_mixed

        volume = without_mixed(volume, args.mixed, args.seed)
    if mesh:
        write_as_mesh(volume, args)
    else:
        write(volume, args.output)
    if scan.voxel_from == "convention" and volume.voxel_nm:
        edges = size_words(volume.voxel_nm)
        print(f"{args.input} gives its voxel edges {edges} without a unit; they are taken as nm. Say it with --voxel.",
              file=sys.stderr)  # fmt: skip
    return 0
