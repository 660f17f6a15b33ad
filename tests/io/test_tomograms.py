"""Grey volumes: what files say of them is kept, damage is named, and labels are not made of them."""

from pathlib import Path

import mrcfile
import numpy as np
import pytest
import tifffile

from microdesigner import io
from microdesigner.core.errors import InputError

GREY = np.random.default_rng(0).integers(0, 4000, (7, 5, 4)).astype(np.uint16)
XML = """<tomogram_metadata><sample_info><composition_info>
<chemical_component><vol_frac>0.4</vol_frac></chemical_component>
<chemical_component><vol_frac>0.6</vol_frac></chemical_component></composition_info></sample_info>
<data_info><data_format>16 bit</data_format><length>7</length><width>5</width><height>4</height>
<pixel_size><value>2.5</value><units>nm</units></pixel_size></data_info></tomogram_metadata>"""


def test_a_tomogram_with_its_xml(tmp_path: Path) -> None:
    (tmp_path / "film.raw").write_bytes(GREY.astype("<u2").tobytes(order="F"))
    (tmp_path / "film.xml").write_text(XML)
    scan = io.scan(tmp_path / "film.raw")
    np.testing.assert_array_equal(scan.values, GREY)
    assert scan.voxel_nm == (2.5, 2.5, 2.5)
    assert scan.fractions == (0.4, 0.6)
    with pytest.raises(InputError, match="segment it"):
        io.read(tmp_path / "film.raw")


@pytest.mark.parametrize(
    "wrong", ["", "<tomogram_metadata/>", XML.replace("16 bit", "8 bit"), XML.replace(">7<", ">x<")]
)
def test_a_wrong_xml_is_named(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "film.raw").write_bytes(GREY.tobytes(order="F"))
    (tmp_path / "film.xml").write_text(wrong)
    with pytest.raises(InputError, match="film"):
        io.scan(tmp_path / "film.raw")


def test_the_reference_tomogram_is_the_same_in_8_and_16_bit(shared: Path) -> None:
    eight, sixteen = (io.scan(shared / "data/tomogram" / f"TOMO_test_{bits}bit.raw") for bits in (8, 16))
    assert eight.values.shape == (100, 100, 50)
    assert eight.voxel_nm == (2.0, 2.0, 2.0)
    np.testing.assert_array_equal(sixteen.values >> 8, eight.values)


@pytest.mark.parametrize("edge", [0.0, 21.2])
def test_mrc(edge: float, tmp_path: Path) -> None:
    with mrcfile.new(tmp_path / "film.mrc") as file:
        file.set_data(GREY.T.astype(np.int16))
        file.voxel_size = edge
    scan = io.scan(tmp_path / "film.mrc")
    np.testing.assert_array_equal(scan.values, GREY)
    assert scan.voxel_nm == (pytest.approx((2.12, 2.12, 2.12)) if edge else None)


def test_a_damaged_mrc_is_named(tmp_path: Path) -> None:
    with mrcfile.new(tmp_path / "film.mrc") as file:
        file.set_data(GREY.T.astype(np.int16))
    content = (tmp_path / "film.mrc").read_bytes()
    for part in (b"", content[:500], content[:-40], b"\0" * 2000):
        (tmp_path / "film.mrc").write_bytes(part)
        with pytest.raises(InputError, match=r"film\.mrc"):
            io.scan(tmp_path / "film.mrc")


def test_a_grey_tiff_without_unit_says_no_voxel_size(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "film.tif", GREY.T, photometric="minisblack")
    scan = io.scan(tmp_path / "film.tif")
    np.testing.assert_array_equal(scan.values, GREY)
    assert scan.voxel_nm is None
