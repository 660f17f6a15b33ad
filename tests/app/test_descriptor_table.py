"""The table of all descriptors: a row per quantity, whole numbers in the file, a reason for what does not exist."""

import csv
import io

from microdesigner.app.descriptor_table import HEADER, descriptor_csv, descriptor_rows

VALUES = {
    "vol_frac_D": 1 / 3, "tortuosity_A": None, "ABS_f_D": 1 / 3, "STAT_n": 12, "mean_chord_x_D": 12.345678,
    "gaussian_curvature_D": 1.23456e-7, "euler_D": -3,
}  # fmt: skip


def test_a_quantity_has_one_row_and_what_does_not_exist_its_reason() -> None:
    rows = {row.name: row for row in descriptor_rows(VALUES, {"tortuosity_A": "no path"})}
    assert list(rows) == ["vol_frac_D", "tortuosity_A", "STAT_n", "mean_chord_x_D", "gaussian_curvature_D", "euler_D"]
    assert rows["vol_frac_D"].text == "0.333"
    assert (rows["tortuosity_A"].text, rows["tortuosity_A"].remark) == ("–", "no path")
    assert rows["STAT_n"].text == "12"
    assert rows["euler_D"].text == "-3"
    assert (rows["mean_chord_x_D"].text, rows["mean_chord_x_D"].unit) == ("12.35", "nm")
    assert rows["gaussian_curvature_D"].text == "1.23e-07", "never rounded to nothing"


def test_the_file_holds_all_digits() -> None:
    table = list(csv.reader(io.StringIO(descriptor_csv(descriptor_rows(VALUES, {})))))
    assert tuple(table[0]) == HEADER
    values = {row[0]: row[HEADER.index("value")] for row in table[1:]}
    assert float(values["vol_frac_D"]) == VALUES["vol_frac_D"]
    assert float(values["gaussian_curvature_D"]) == VALUES["gaussian_curvature_D"]
    assert values["tortuosity_A"] == ""
