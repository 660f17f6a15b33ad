"""The manual: a page for every descriptor, whose picture is made by code, and the site without a warning."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from microdesigner.core.descriptor_spec import SPECS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "descriptors"


def names_on(page: Path) -> list[str]:
    (row,) = re.findall(r"^\| names \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return re.findall(r"`(\w+)`", row)


def test_every_descriptor_has_one_page_that_the_list_names() -> None:
    listed = re.findall(r"\(([\w-]+\.md)\)", (PAGES / "index.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(page.name for page in PAGES.glob("*.md") if page.name != "index.md")
    told = [name for page in listed for name in names_on(PAGES / page)]
    assert sorted(told) == sorted(name for name, spec in SPECS.items() if spec.kind != "process")


def test_every_page_has_a_picture_that_the_script_makes(tmp_path: Path) -> None:
    script = (ROOT / "packaging" / "descriptor_pictures.py").read_text(encoding="utf-8")
    made = set(re.findall(r'^    "([\w-]+)": \(', script, re.MULTILINE))
    assert made == {page.stem for page in PAGES.glob("*.md")} - {"index"}
    assert made == {picture.stem for picture in PAGES.glob("*.png")}


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    if find_spec("mkdocs") is None:
        pytest.skip("the extra docs is not installed")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    site = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html")}
    assert {
        "index.html",
        "guide.html",
        "commands.html",
        "api.html",
        "changes.html",
        "descriptors/mean-chord.html",
    } <= site
    page = (tmp_path / "site" / "api.html").read_text(encoding="utf-8")
    assert "DescriptorReport" in page
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', page)
    assert loaded == [], "the site needs no network"
