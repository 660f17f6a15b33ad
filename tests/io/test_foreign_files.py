"""Files as other programs write them: right, or asked in one sentence that names the option, or refused with reason.

`../shared/data/files` holds the files with what is right for each; the reference L has labels 0, 1, 2 and a face of one
label on each axis, so that every mistake of axes shows.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.io import ImportOptions, MissingOptionError, RawLayout
from microdesigner.io.labels import UNIT_TAKEN
from microdesigner.io.registry import described
from microdesigner.io.segmentation import Segmentation

FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "files"
EXPECTED: dict[str, Any] = json.loads((FILES / "expected.json").read_text()) if FILES.is_dir() else {}
TWO_OF_THREE = ((0.0, 0), (2.0, 1))
# answers that only the user can give, by the kind of question that must be put before
ANSWERS: dict[str, tuple[str, ImportOptions]] = {
    "t11_1_2.tif": ("map", ImportOptions(mapping=((1, 0), (2, 1)))),
    "p04_11.npy": ("map", ImportOptions(mapping=((1, 0), (2, 1)))),
    "t11_0_2.tif": ("map", ImportOptions(mapping=TWO_OF_THREE)),
    "t11_0_127_255.tif": ("map", ImportOptions(mapping=((0, 0), (127, 1), (255, 2)))),
    "h01_dream3d_as.h5": ("map", ImportOptions(mapping=((1, 0), (2, 1), (3, 2)))),
    "w01_plain.raw": ("raw", ImportOptions(raw=RawLayout((14, 10, 8), "uint8"))),
}
REFUSED = {"l05_wrong_dims.vtk": "count points", "l05_cd_then_pd.vtk": "--array"}
BY_CONVENTION = {"h01_dream3d_as.h5"}  # DREAM.3D version 6 records spacing without a unit; nm is taken, and told

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the reference data are not beside this checkout")


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    return np.load(FILES / "L.npy")


def labels_of(expected: str, reference: np.ndarray) -> np.ndarray:
    """Labels from 0 on: "B" stands for donor against the rest."""
    return (reference > 0).astype(np.uint8) if expected.startswith("B") else reference


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_foreign_file_is_right_or_asked_or_refused(name: str, reference: np.ndarray) -> None:
    path, wanted = FILES / name, EXPECTED[name]
    if name in REFUSED:
        with pytest.raises(InputError, match=REFUSED[name]):
            io.read(path)
        return
    options = ImportOptions()
    if name in ANSWERS:
        question, options = ANSWERS[name]
        with pytest.raises(MissingOptionError, match=f"--{question} ") as asked:
            io.read(path)
        assert asked.value.question == question
        assert asked.value.found
        assert str(asked.value).count("\n") == 0
    scan, read = described(path, options)
    if wanted["expect"] == "2d":
        assert read.shape == (14, 1, 8)
        assert np.bincount(read.phases.ravel()).tolist() == [36, 76]
        return
    expected = labels_of(wanted["expect"].removeprefix("refuse-or-"), reference)
    np.testing.assert_array_equal(read.phases, expected)
    assert read.voxel_nm == (None if wanted["voxel_nm"] is None else pytest.approx(wanted["voxel_nm"], rel=1e-6))
    assert scan.voxel_from == ("convention" if name in BY_CONVENTION else "file")
    assert (read.provenance.get("voxel_unit") == UNIT_TAKEN["voxel_unit"]) == (name in BY_CONVENTION)


@pytest.mark.parametrize("name", ["i01_imod_signed.mrc", "i06_grey_append.tif", "i07_msb_true.mhd"])
def test_grey_values_are_asked_for_a_segmentation_and_mean_what_they_meant(name: str) -> None:
    with pytest.raises(MissingOptionError, match="--segment") as asked:
        io.read(FILES / name)
    assert asked.value.question == "segment"
    read = io.read(FILES / name, ImportOptions(segmentation=Segmentation("otsu")))
    assert read.shape == (64, 48, 32)
    assert read.phases.mean() == pytest.approx(0.630, abs=0.01)


def test_ilastik_classes_are_asked_for() -> None:
    with pytest.raises(MissingOptionError, match="--map 1=0 2=1"):
        io.read(FILES / "i04_ilastik_prob.h5")
    assert io.read(FILES / "i04_ilastik_prob.h5", ImportOptions(mapping=((1, 0), (2, 1)))).shape == (64, 48, 32)


def test_names_of_values_are_the_phases_names() -> None:
    assert io.scan(FILES / "n05_slicer.seg.nrrd").value_names == {"1": "Segment_1"}
    assert io.read(FILES / "n05_slicer.seg.nrrd").phase_names == ("phase 0", "Segment_1")
    named = ImportOptions(names=((0, "matrix"),), mapping=((0, 1), (1, 0)))
    assert io.read(FILES / "n05_slicer.seg.nrrd", named).phase_names == ("matrix", "phase 1")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("h02_ilastik_zyx.h5", "file"),
        ("r03_mapc.mrc", "file"),
        ("t06_ome_um.ome.tif", "file"),
        ("t08_append.tif", "convention"),
        ("p03.npz", "convention"),
    ],
)
def test_who_says_which_axis_is_which(name: str, source: str) -> None:
    assert io.scan(FILES / name).axes_from == source


def test_axes_and_flips_of_the_user_win(reference: np.ndarray) -> None:
    scan, read = described(FILES / "h02_ilastik_zyx.h5", ImportOptions(axes="xyz", flip="z"))
    assert scan.axes_from == "option"
    np.testing.assert_array_equal(read.phases, reference.transpose(2, 1, 0)[:, :, ::-1])
