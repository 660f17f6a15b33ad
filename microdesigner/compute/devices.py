"""The device that computes: the user's choice, or the first that proves able to."""

import ctypes
import sys
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from microdesigner.core.errors import InputError

CHOICES = ("auto", "cpu", "cuda", "mps")
WHEELS = "https://download.pytorch.org/whl"
CUDA_13, TURING = 13000, (7, 5)
"""CUDA 13 needs a driver that reports at least this version and a card of at least this compute capability."""
_MAJOR, _MINOR = 75, 76  # numbers of the compute capability among CUdevice_attribute


@dataclass(frozen=True)
class DeviceChoice:
    """The `device` that computes, and in `note` one sentence for the user where a faster one cannot (else empty)."""

    device: torch.device
    note: str = ""


def choose_device(name: str = "auto") -> torch.device:
    """The device of `select_device`, for callers that have nobody to tell its note to."""
    return select_device(name).device


def select_device(name: str = "auto") -> DeviceChoice:
    """Find the device called `name`, and let it compute once before it is believed in.

    Parameters
    ----------
    name : str
        "auto" (the first GPU that computes, else the CPU), "cpu", "cuda", "cuda:1" ... or "mps".

    Raises
    ------
    InputError
        A named device does not exist or cannot compute; the sentence says why and what to install or to choose.
    """
    if name == "auto":
        return _first_able()
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in (*CHOICES, torch._C._get_privateuse1_backend_name()):
        raise InputError(f"There is no device '{name}' here; use auto, cpu, cuda (an NVIDIA GPU) or mps (a Mac's GPU).")
    if (failure := _failure(device)) is None:
        return DeviceChoice(device)
    if device.type == "cuda" and (hint := unused_card()):
        raise InputError(hint)
    raise InputError(f"The device '{name}' cannot compute here ({failure}); use auto or cpu.")


def device_name(device: torch.device) -> str:
    """What people call `device`: the card's name, "Apple GPU" or "CPU"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}.get(device.type, device.type)


def unused_card() -> str:
    """One sentence with the command to install where an NVIDIA card is present but this PyTorch cannot use it; empty
    where there is none or PyTorch can."""
    if torch.version.cuda is not None or torch.version.hip is not None:
        return ""
    card = _driver_card()
    if card is None:
        return ""
    return (
        "An NVIDIA GPU is present, but the installed PyTorch computes on CPUs only; to use the GPU run: "
        + install_command(*card)
    )


def install_command(driver: int, capability: tuple[int, int]) -> str:
    """The command that replaces PyTorch by its build for a driver of CUDA version `driver` (12060: 12.6) and a card of
    compute `capability`."""
    build = "cu130" if driver >= CUDA_13 and capability >= TURING else "cu126"
    version = torch.__version__.split("+")[0]
    return f'"{sys.executable}" -m pip install "torch=={version}+{build}" --index-url {WHEELS}/{build}'


def _first_able() -> DeviceChoice:
    reason = unused_card()
    for kind, present in (("cuda", torch.cuda.is_available), ("mps", torch.backends.mps.is_available)):
        if present():
            device = torch.device(kind)
            if (failure := _failure(device)) is None:
                return DeviceChoice(device)
            reason = f"The GPU cannot compute ({failure}), so the CPU does."
    return DeviceChoice(torch.device("cpu"), reason)


def _failure(device: torch.device) -> str | None:
    """Why `device` cannot convolve, in the library's words; None if it can. A card may be listed and yet have no memory
    left, too old a driver, or no kernels in this build of PyTorch."""
    if device.type == "cpu":
        return None
    try:
        values = F.conv3d(torch.ones(1, 1, 3, 3, 3, device=device), torch.ones(1, 1, 3, 3, 3, device=device))
        right = float(values.sum()) == 27.0
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return None if right else "a test convolution gave a wrong result"


def _driver_card() -> tuple[int, tuple[int, int]] | None:
    """CUDA version of the NVIDIA driver and compute capability of its first card, without PyTorch; None if absent."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        count, version, major, minor, card = (ctypes.c_int() for _ in range(5))
        found = (
            driver.cuInit(0) == 0
            and driver.cuDriverGetVersion(ctypes.byref(version)) == 0
            and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
            and count.value > 0
            and driver.cuDeviceGet(ctypes.byref(card), 0) == 0
            and driver.cuDeviceGetAttribute(ctypes.byref(major), _MAJOR, card) == 0
            and driver.cuDeviceGetAttribute(ctypes.byref(minor), _MINOR, card) == 0
        )
    except (OSError, AttributeError):
        return None
    return (version.value, (major.value, minor.value)) if found else None
