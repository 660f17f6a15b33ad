"""Electron tomograms (.mrc, .rec), read by mrcfile; their unit of length is the ångström.

Source: Cheng et al., J. Struct. Biol. 192 (2015) 146, MRC2014.
"""

from pathlib import Path

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.io.labels import check_size
from microdesigner.io.scans import Scan

EXTENSIONS = (".mrc", ".rec")
_NM_PER_ANGSTROM = 0.1


def scan(path: Path) -> Scan:
    """Read a volume of real numbers; raises InputError for stacks of pictures, complex or damaged files."""
    import mrcfile

    try:
        with mrcfile.mmap(path, mode="r") as file:
            layers = file.data  # [z, y, x]
            check_size(path, tuple(layers.shape))
            values = np.ascontiguousarray(layers.T)
            edges = np.array([file.voxel_size.x, file.voxel_size.y, file.voxel_size.z], dtype=float) * _NM_PER_ANGSTROM
    except (ValueError, OverflowError) as error:
        raise InputError(f"{path} cannot be read as an MRC volume ({error}); export it again.") from None
    if values.dtype.kind not in "iuf":
        raise InputError(f"{path} holds {values.dtype} numbers; export real grey values.")
    known = np.isfinite(edges).all() and edges.min() > 0
    x, y, z = map(float, edges)
    return Scan(values, (x, y, z) if known else None)
