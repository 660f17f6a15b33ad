"""Guide and About need no network, and say what the files of the project say."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextDocument
from PySide6.QtWidgets import QWidget

from microdesigner import __version__
from microdesigner.app.about import CITATION, libraries
from microdesigner.core.paths import shipped
from microdesigner.gui.help.about_dialog import AboutDialog
from microdesigner.gui.help.guide_window import CONTENTS, GUIDE, MARGIN, GuidePages, GuideWindow

IMAGE = QTextDocument.ResourceType.ImageResource.value


@pytest.fixture
def guide(qtbot: object) -> Iterator[GuideWindow]:
    """The guide above a bare window."""
    parent = QWidget()
    qtbot.addWidget(parent)  # type: ignore[attr-defined]
    window = GuideWindow(parent)
    window.show()
    yield window
    window.reject()


def test_the_guide_shows_its_text_and_every_picture_within_its_width(guide: GuideWindow) -> None:
    text = guide.pages.toPlainText()
    assert text.startswith("Guide to the desktop")
    assert "![" not in text
    pictures = [
        line.split("](")[1].split(")")[0]
        for line in (shipped("resources") / "guide.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("![")
    ]
    assert len(pictures) > 5
    for name in pictures:
        picture = guide.pages.loadResource(IMAGE, QUrl(name))
        assert picture is not None, name
        assert 100 < picture.width() <= guide.pages.viewport().width() - 2 * MARGIN
    assert guide.pages.horizontalScrollBar().maximum() == 0
    guide.resize(500, 500)
    assert guide.pages.horizontalScrollBar().maximum() == 0


def test_the_guide_loads_nothing_but_its_own_files(guide: GuideWindow) -> None:
    for address in (
        "https://example.org/a.png",
        "../README.md",
        "/etc/hostname",
        "file:///etc/hostname",
        "../../a.png",
    ):
        assert guide.pages.loadResource(IMAGE, QUrl(address)) is None


def test_a_missing_guide_is_a_sentence(qtbot: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("microdesigner.gui.help.guide_window.shipped", lambda folder: tmp_path)
    pages = GuidePages()
    qtbot.addWidget(pages)  # type: ignore[attr-defined]
    pages.turn_to(GUIDE)
    assert "guide.md of the manual is missing" in pages.toPlainText()


def test_every_page_of_the_manual_is_reached_by_its_links_with_all_pictures(guide: GuideWindow) -> None:
    """Those that only the site has, made from the code, are not linked to."""
    pages, reached, waiting = guide.pages, set[str](), [CONTENTS]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        pages.turn_to(page)
        assert "is missing" not in pages.toPlainText(), page
        for line in re.findall(r"!?\[[^]]*\]\(([^)#]+)\)", pages._file(page).read_text(encoding="utf-8")):  # type: ignore[union-attr]
            if line.endswith(".png"):
                assert pages.loadResource(IMAGE, QUrl(line)) is not None, (page, line)
            elif line.endswith(".md") and (name := pages._beside(line)) not in reached:
                waiting.append(name)
    folder = shipped("docs")
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    assert reached == (written | {GUIDE}) - {"api.md"}


def test_links_turn_pages_and_back_returns(guide: GuideWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    assert guide.pages.page == GUIDE
    guide.contents.click()
    guide.pages.anchorClicked.emit(QUrl("descriptors/index.md"))
    guide.pages.anchorClicked.emit(QUrl("mean-chord.md"))
    assert guide.pages.toPlainText().startswith("Mean chord")
    guide.back.click()
    assert guide.pages.page == "descriptors/index.md"
    guide.pages.anchorClicked.emit(QUrl("https://example.org"))
    guide.pages.anchorClicked.emit(QUrl("file:///etc/hostname"))
    assert [address.toString() for address in opened] == ["https://example.org"]
    assert guide.pages.page == "descriptors/index.md"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ('{"program": "microdesigner releases", "version": "99.1", "files": {}}', "Version 99.1 is out"),
        (f'{{"program": "microdesigner releases", "version": "{__version__}", "files": {{}}}}', "This is the newest"),
        ('{"version": "now"}', "releases.json"),
        (None, "cannot be read"),
    ],
)
def test_updates_are_asked_for_by_a_button_alone(
    content: str | None, answer: str, qtbot: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "releases.json").write_text(content)
    monkeypatch.setenv("MICRODESIGNER_RELEASES", str(tmp_path))
    parent = QWidget()
    qtbot.addWidget(parent)  # type: ignore[attr-defined]
    dialog = AboutDialog(parent)
    assert dialog.update_words.isHidden()
    dialog.check.click()
    qtbot.waitUntil(lambda: answer in dialog.update_words.text(), timeout=120_000)  # type: ignore[attr-defined]
    qtbot.waitUntil(dialog.check.isEnabled, timeout=120_000)  # type: ignore[attr-defined]
    dialog.reject()


def test_about_names_version_licences_and_citation(qtbot: object) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)  # type: ignore[attr-defined]
    dialog = AboutDialog(parent)
    assert __version__ in dialog.version.text()
    assert "MIT" in dialog.version.text()
    text = dialog.libraries.toPlainText()
    assert "torch" in text
    assert "BSD" in text
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == CITATION


def test_the_citation_is_that_of_the_citation_file() -> None:
    path = shipped("resources").parent / "CITATION.cff"
    if not path.is_file():
        pytest.skip("an installed program has no CITATION.cff")
    entries = dict(
        line.strip().removeprefix("- ").split(": ", 1) for line in path.read_text().splitlines() if ": " in line
    )
    for name in ("title", "doi", "volume", "start", "journal"):
        assert entries[name].strip('"') in CITATION
    assert "designing 3-D multiphase microstructures with conditional latent diffusion" in path.read_text()


def test_most_libraries_state_their_licence() -> None:
    found = libraries()
    assert len(found) > 20
    assert {"vtk", "numpy", "PySide6_Essentials"} <= {name for name, _, _ in found}
    assert all(licence for _, _, licence in found)
