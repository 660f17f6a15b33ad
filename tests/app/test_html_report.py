"""One result on one page."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from microdesigner.app.html_report import report_html
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification

FILM = Microstructure(np.zeros((4, 4, 2), np.uint8), (2.0, 2.0, 3.0), phase_names=("<b>donor</b>", "acceptor"))


def test_values_targets_and_reasons_are_told() -> None:
    sample = Sample(FILM, 3, {"vol_frac_D": 0.41, "tortuosity_A": None}, {"tortuosity_A": "no acceptor there"})
    page = report_html(Request({"vol_frac_D": 0.4}, model="m"), sample, b"png", {"S2": b"<svg/>"})
    told = ("0.410", "0.400", "+0.010", "no acceptor there", "4×4×2 voxels", "8 × 8 × 6 nm", "m, seed 3", "S2")
    for words in (*told, "Donor fraction f<sub>D</sub>"):
        assert words in page
    assert "microdesigner generate --model m" in page


def test_names_from_files_are_text_and_nothing_is_fetched() -> None:
    page = report_html(Request(model=""), Sample(FILM, 0, {"<script>": 0.5}), b"", {})
    assert "<b>donor" not in page
    assert "<script>" not in page
    assert "://" not in page


class _Reader(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, ""), *((tag, name) for name, _ in attributes)}


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><svg/onload=alert(1)>",
    "</pre></td></table><iframe src=javascript:alert(1)>",
    "&lt;b&gt;",
)


def _tags(page: str) -> set[tuple[str, str]]:
    reader = _Reader()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_a_file_says_is_text(attack: str) -> None:
    def page(word: str) -> str:
        film = replace(FILM, phase_names=(word, "b"))
        process = {word: {"mean": 1.0, "q50": 1.0}}
        sample = Sample(film, 0, {word: 0.5, "chi": None}, {"chi": word}, process=process)
        return report_html(Request({word: 0.4}, model=word), sample, b"png", {word: b"<svg/>"})

    assert _tags(page(attack)) == _tags(page("plain"))
    assert "default-src 'none'" in page(attack)


def test_a_verification_is_in_the_report() -> None:
    sample = Sample(Microstructure(np.zeros((4, 4, 4), np.uint8)), 1, {"vol_frac_D": 0.41})
    verified = Verification("", {"phi": 0.5}, {"vol_frac_D": 0.4}, {"vol_frac_D": 0.41}, {"vol_frac_D": 0.43})
    page = report_html(Request({"vol_frac_D": 0.4}, model="m"), sample, b"png", {}, verified)
    assert "Verified by a simulation at φ 0.500" in page
    assert "<td>0.410</td><td>0.430</td><td>+0.020</td>" in page
    impossible = Verification("", {"phi": 0.5}, {}, {}, reason="The blend <does> not separate.")
    assert "The blend &lt;does&gt; not separate." in report_html(Request(model="m"), sample, b"png", {}, impossible)
