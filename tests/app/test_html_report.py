"""One result on one page."""

import numpy as np

from microdesigner.app.csv_export import curves_csv
from microdesigner.app.html_report import report_html
from microdesigner.app.workers.measuring import Line
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample

FILM = Microstructure(np.zeros((4, 4, 2), np.uint8), (2.0, 2.0, 3.0), phase_names=("<b>donor</b>", "acceptor"))


def test_values_targets_and_reasons_are_told() -> None:
    sample = Sample(FILM, 3, {"vol_frac_D": 0.41, "tortuosity_A": None}, {"tortuosity_A": "no acceptor there"})
    page = report_html(Request({"vol_frac_D": 0.4}, model="m"), sample, b"png", {"S2": b"<svg/>"})
    for words in ("0.410", "0.400", "+0.010", "no acceptor there", "4×4×2 voxels", "8 × 8 × 6 nm", "m, seed 3", "S2"):
        assert words in page
    assert "microdesigner generate --model m" in page


def test_names_from_files_are_text_and_nothing_is_fetched() -> None:
    page = report_html(Request(model=""), Sample(FILM, 0, {"<script>": 0.5}), b"", {})
    assert "<b>donor" not in page
    assert "<script>" not in page
    assert "http" not in page


def test_curves_of_different_places_share_a_table() -> None:
    lines = [Line(np.array([1.0, 2.0]), np.array([0.25, 0.5])), Line(np.array([2.0]), np.array([1.0]))]
    assert curves_csv("Length (nm)", ("donor", "acceptor"), lines) == ("Length (nm),donor,acceptor\n1,0.25,\n2,0.5,1\n")
