"""What helps whoever looks into a problem: versions, machine, models, the end of the log. Nothing is sent anywhere."""

import os
import platform
import sys
from importlib import metadata

from microdesigner import __version__
from microdesigner.app.catalogue import installed_models
from microdesigner.app.log import last_lines
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.paths import user_data

PACKAGES = ("torch", "numpy", "scipy", "numba", "vtk", "pyvista", "PySide6_Essentials", "pyqtgraph", "h5py")
LOG_LINES = 60


def diagnostics(device: str | None = None) -> str:
    """The report as plain text; a `device` that is known already saves loading the engine."""
    catalogue = installed_models()
    models = [f"{model.card.name}  {model.folder}" for model in catalogue.models]
    return "\n\n".join(
        f"{title}\n" + "\n".join(f"  {line}" for line in lines or ["none"])
        for title, lines in (
            ("Program", [f"microdesigner {__version__}", f"user folder {user_data()}"]),
            ("Machine", _machine(device)),
            ("Packages", [f"{name} {_version(name)}" for name in PACKAGES]),
            ("Models", [*models, *catalogue.problems]),
            ("Log", last_lines(LOG_LINES).splitlines()),
        )
    )


def _machine(device: str | None) -> list[str]:
    basics = [platform.platform(), f"Python {sys.version.split()[0]}", f"{os.cpu_count()} processors"]
    return [*basics, device or _engine_device()]


def _engine_device() -> str:
    try:
        from microdesigner.evaluation.benchmark import machine

        where = machine()
    except (ImportError, OSError, MicrodesignerError) as error:
        return f"the engine cannot be loaded: {error}"
    return f"computes on {where['device_name']} with {where['torch_threads']} threads"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
