"""DREAM.3D files (.dream3d), version 6: HDF5 with cell arrays [z, y, x, component] and their geometry.

Labels are written as Phases from 1 on, since DREAM.3D takes phase 0 for none, and once more as they are in the array
`phase` with everything else that a volume knows. DREAM.3D records spacing without a unit; here it is in nm, which
stands beside it.
"""

import io
import json
from pathlib import Path

import numpy as np

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.slabs import x_fastest
from microdesigner.io.hdf5 import DATASET, EDGES, KEY
from microdesigner.io.labels import record_of

EXTENSIONS = (".dream3d",)
_CONTAINER, _VOLUME, _IMAGE = "DataContainers/ImageDataContainer", np.uint32(3), np.uint32(0)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write one image geometry with its phases and their names."""
    import h5py

    labels = x_fastest(microstructure.phases)[..., None]
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["FileVersion"], file.attrs["DREAM3D Version"] = np.bytes_("7.0"), np.bytes_("6.5.171")
        container = file.create_group(_CONTAINER)
        geometry = container.create_group("_SIMPL_GEOMETRY")
        geometry.attrs.update(
            GeometryName=np.bytes_("ImageGeometry"), GeometryTypeName=np.bytes_("ImageGeometry"), GeometryType=_IMAGE,
            SpatialDimensionality=np.uint32(3), UnitDimensionality=np.uint32(3),
        )  # fmt: skip
        if microstructure.voxel_nm:
            geometry.attrs["LengthUnit"] = np.bytes_("nm")
        geometry["DIMENSIONS"] = np.array(microstructure.shape, np.int64)
        geometry["ORIGIN"] = np.zeros(3, np.float32)
        geometry["SPACING"] = np.array(microstructure.spacing, np.float32)
        cells = container.create_group("CellData")
        cells.attrs.update(AttributeMatrixType=_VOLUME, TupleDimensions=np.array(microstructure.shape, np.uint64))
        phases = cells.create_dataset("Phases", data=labels.astype(np.int32) + 1, compression="gzip")
        own = cells.create_dataset(DATASET, data=labels, compression="gzip", fletcher32=True)
        for array, kind in ((phases, "DataArray<int32_t>"), (own, "DataArray<uint8_t>")):
            array.attrs.update(
                ObjectType=np.bytes_(kind), ComponentDimensions=np.array([1], np.uint64),
                TupleDimensions=np.array(microstructure.shape, np.uint64),
            )  # fmt: skip
        own.attrs[KEY] = json.dumps(record_of(microstructure))
        if microstructure.voxel_nm is not None:
            own.attrs[EDGES] = microstructure.voxel_nm
        ensemble = container.create_group("CellEnsembleData")
        names = ["Unknown Phase Type", *microstructure.phase_names]
        ensemble.attrs.update(AttributeMatrixType=np.uint32(11), TupleDimensions=np.array([len(names)], np.uint64))
        ensemble["PhaseName"] = np.array([name.encode() for name in names])
        ensemble["CrystalStructures"] = np.full((len(names), 1), 999, np.uint32)
        ensemble["PhaseTypes"] = np.array([[999], *([0] for _ in microstructure.phase_names)], np.uint32)
    write_bytes_atomic(path, content.getvalue())
