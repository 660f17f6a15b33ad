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
    return [*basics, *([device] if device else _engine_device())]


def _engine_device() -> list[str]:
    """What computes, how, and why: a faster device's failure, or the command that installs what can use it."""
    try:
        from microdesigner.compute import compute_policy, device_name, select_device

        choice = select_device()
        policy = compute_policy(choice.device)
    except (ImportError, OSError, RuntimeError, MicrodesignerError) as error:
        return [f"the engine cannot be loaded: {error}"]
    number_format = str(policy.dtype).removeprefix("torch.")
    where = f"{device_name(choice.device)} with {policy.threads} threads, networks in {number_format}"
    is_gpu = choice.device.type != "cpu"
    reason = "the first GPU that computes" if is_gpu else "no GPU that PyTorch can use or an NVIDIA driver reports"
    return [f"computes on {where}", f"reason: {choice.note or reason}"]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
