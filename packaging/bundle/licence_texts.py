"""The licences of what a bundle holds: their texts, one list of all parts, and where sources are to be had."""

import re
import shutil
from email.message import Message
from email.parser import Parser
from pathlib import Path

HERE = Path(__file__).resolve().parent
IS_LICENCE = re.compile(r"(licen[cs]e|copying|notice|copyright)", re.IGNORECASE)
OF_BUILDING = {"pip", "setuptools", "pyinstaller", "pyinstaller_hooks_contrib", "altgraph", "hatchling", "editables",
               "pathspec", "pluggy", "trove_classifiers"}  # fmt: skip


def write_licences(site_packages: Path, bundle: Path, target: Path) -> list[str]:
    """Fill the folder `target` for the frozen program in `bundle`; returns the parts without a text of their own."""
    target.mkdir(parents=True)
    lines, without = [], []
    for folder in sorted(site_packages.glob("*.dist-info"), key=lambda path: path.name.lower()):
        name = folder.name.split("-")[0]
        if name.lower() in OF_BUILDING:
            continue
        known = Parser().parsestr((folder / "METADATA").read_text(encoding="utf-8"))
        lines.append(f"{known['Name']} {known['Version']}: {_stated(known)}")
        texts = [path for path in folder.rglob("*") if path.is_file() and IS_LICENCE.search(path.name)]
        for text in texts:
            place = target / name / text.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, place)
        without += [] if texts else [known["Name"]]
    (target / "PARTS.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    fonts = site_packages / "matplotlib" / "mpl-data" / "fonts" / "ttf" / "LICENSE_DEJAVU"
    for text in (
        HERE.parents[1] / "LICENSE",
        HERE / "licences" / "LGPL-3.0.txt",
        HERE / "licences" / "GPL-3.0.txt",
        fonts,
    ):
        shutil.copyfile(text, target / text.name)
    qt = next(site_packages.glob("pyside6_essentials-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    folder = next(path.parent for path in bundle.rglob("*Qt6Core*") if path.is_file())
    words = (HERE / "licences" / "SOURCES.txt").read_text(encoding="utf-8")
    words = words.format(qt=qt.removesuffix(".dist-info"), qt_folder=folder.relative_to(bundle).as_posix())
    (target / "SOURCES.txt").write_text(words, encoding="utf-8")
    return without


def _stated(known: Message) -> str:
    """The licence in one line: its expression, else the classifiers, else the first words of the text."""
    classified = [
        entry.rsplit("::", 1)[-1].strip() for entry in known.get_all("Classifier") or [] if "License ::" in entry
    ]
    stated = known["License-Expression"] or ", ".join(classified) or known["License"] or "see its folder"
    return stated.strip().splitlines()[0]
