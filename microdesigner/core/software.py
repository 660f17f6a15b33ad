"""Which software made a film: what its labels may depend on, and nothing that tells who runs it."""

import platform
from functools import cache
from importlib import metadata

from microdesigner.core.version import __version__

PROGRAM = "microdesigner"
LIBRARIES = ("torch", "numpy")


@cache
def software() -> dict[str, str]:
    """Versions by name: the program's, Python's, those of the libraries that compute, and the kind of system."""
    found = {PROGRAM: __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # a bundle without the records of its packages
            continue
    return found | {"system": f"{platform.system()} {platform.machine()}".strip()}
