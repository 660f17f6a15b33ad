"""What the program is: version, licences, how to cite it."""

import re
from importlib import metadata

from microdesigner import __version__

LICENCE = "MIT"
CITATION = (
    "microdesigner developers (2026). microdesigner: designing 3-D multiphase microstructures with conditional latent "
    f"diffusion, version {__version__}.\n\n"
    "The method follows: N. Baishnab, E. Herron, A. Balu, S. Sarkar, A. Krishnamurthy, B. Ganapathysubramanian (2025). "
    "3D multiphase heterogeneous microstructure generation using conditional latent diffusion models. "
    "Digital Discovery 4, 3175. https://doi.org/10.1039/d5dd00159e"
)
LONGEST_LICENCE = 60  # characters; some packages put the whole text where its name belongs
UNKNOWN = "not stated"


def libraries() -> list[tuple[str, str, str]]:
    """Name, version and licence of each library that the program needs and finds, in alphabetical order."""
    try:
        needed = metadata.requires("microdesigner") or []
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        return []
    names = {re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needed if "extra ==" not in need}
    return [entry for name in sorted(names, key=str.lower) if (entry := _library(name)) is not None]


def _library(name: str) -> tuple[str, str, str] | None:
    try:
        known = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [
        entry.rsplit("::", 1)[-1].strip()
        for entry in known.get_all("Classifier") or []
        if entry.startswith("License ::") and entry != "License :: OSI Approved"
    ]
    written = [*(known.get_all("License-Expression") or []), ", ".join(classified), *(known.get_all("License") or [])]
    stated = next((words for words in written if words.strip()), UNKNOWN)
    first = stated.strip().splitlines()[0]
    return known["Name"], known["Version"], first if len(first) <= LONGEST_LICENCE else UNKNOWN
