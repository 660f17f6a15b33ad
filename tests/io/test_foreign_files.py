"""Files as other programs write them: right, or asked in one sentence that names the option, or refused with reason.

`../shared/data/files` holds the files with what is right for each; the reference L has labels 0, 1, 2 and a face of one
label on each axis, so that every mistake of axes shows.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.io import ImportOptions, MissingOptionError
from microdesigner.io.labels import UNIT_TAKEN
from microdesigner.io.volumes import described
from tests.foreign_files import ANSWERS, BY_CONVENTION, CASES, FILES, REFUSED, answers, edges, is_right

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the reference data are not beside this checkout")


@pytest.fixture(scope="module")
def reference() -> NDArray[np.uint8]:
    return np.load(FILES / "L.npy")


@pytest.mark.parametrize("name", CASES)
def test_a_foreign_file_is_right_or_asked_or_refused(name: str) -> None:
    path = FILES / name
    if name in REFUSED:
        with pytest.raises(InputError, match=REFUSED[name]):
            io.read(path)
        return
    if name in ANSWERS:
        question = ANSWERS[name].split()[0]
        with pytest.raises(MissingOptionError, match=f"{question} ") as asked:
            io.read(path)
        assert f"--{asked.value.question}" == question
        assert asked.value.found
        assert str(asked.value).count("\n") == 0
    scan, read = described(path, answers(name))
    assert is_right(name, read.phases)
    known = edges(name)
    assert read.voxel_nm == (None if known is None else pytest.approx(known, rel=1e-6))
    assert scan.voxel_from == ("convention" if name in BY_CONVENTION else "file")
    assert (read.provenance.get("voxel_unit") == UNIT_TAKEN["voxel_unit"]) == (name in BY_CONVENTION)


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


def test_axes_and_flips_of_the_user_win(reference: NDArray[np.uint8]) -> None:
    scan, read = described(FILES / "h02_ilastik_zyx.h5", ImportOptions(axes="xyz", flip="z"))
    assert scan.axes_from == "option"
    np.testing.assert_array_equal(read.phases, reference.transpose(2, 1, 0)[:, :, ::-1])
