"""Tables hold what was measured and nothing that a spreadsheet would run."""

import csv
import io

import numpy as np
import pytest

from microdesigner.app.csv_export import csv_text, curves_csv
from microdesigner.app.store.jobs import Job
from microdesigner.app.sweep import finished_steps, sweep_table
from microdesigner.app.workers.measuring import Line
from microdesigner.core.request import Request


def test_curves_of_different_places_share_a_table() -> None:
    lines = [Line(np.array([1.0, 2.0]), np.array([0.25, 0.5])), Line(np.array([2.0]), np.array([1.0]))]
    assert curves_csv("Length (nm)", ("donor", "acceptor"), lines) == ("Length (nm),donor,acceptor\n1,0.25,\n2,0.5,1\n")


def test_numbers_come_back_as_they_were() -> None:
    values = [0.1 + 0.2, -1e-12, 3, 2**62, 1e300, -0.5, 12345678.0]
    (row,) = list(csv.reader(io.StringIO(csv_text([*"abcdefg"], [values]))))[1:]
    assert [float(cell) for cell in row] == values


@pytest.mark.parametrize(
    "attack",
    ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", '  =HYPERLINK("http://x")', "\n@x", "a,b\n=1"],
)
def test_no_text_is_a_formula(attack: str) -> None:
    sample = {"seed": 1, "measured": {attack: 0.5}}
    table = sweep_table(finished_steps([Job("a", Request({attack: 0.4}, model=attack), samples=(sample,))]))
    curves = curves_csv(attack, (attack,), [Line(np.array([1.0]), np.array([2.0]))])
    for text in (csv_text([attack], [[attack, 1.0, None]]), table, curves):
        assert text.count("\n") == 2, "one line per row"
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.lstrip().startswith(("=", "@", "+"))
                assert not cell.startswith("-") or float(cell) < 0
