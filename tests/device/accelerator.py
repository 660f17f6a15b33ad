"""A strict second device without a GPU: "accel" has memory of its own, mixing it with the CPU fails as on CUDA, and
what crosses between the two is counted. It is compiled once with PyTorch's own headers (g++ and ninja)."""

import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.cpp_extension import load

SOURCE = Path(__file__).with_name("accel.cpp")
BUILD = Path(__file__).resolve().parents[2] / "build" / "accel"


@dataclass(frozen=True)
class Crossings:
    """Copies of tensors to the device and to the host, and numbers that the host waited for."""

    to_device: int
    to_host: int
    reads: int

    def __sub__(self, earlier: "Crossings") -> "Crossings":
        return Crossings(self.to_device - earlier.to_device, self.to_host - earlier.to_host, self.reads - earlier.reads)


class Accelerator:
    """The device, registered with PyTorch for the rest of the process."""

    def __init__(self) -> None:
        BUILD.mkdir(parents=True, exist_ok=True)
        flags = ["-O1", "-w"]
        self._extension: Any = load("accel_ext", [str(SOURCE)], extra_cflags=flags, build_directory=str(BUILD))
        torch.utils.rename_privateuse1_backend("accel")
        torch._register_device_module("accel", _module())
        torch.utils.generate_methods_for_privateuse1_backend()
        self._extension.install()
        self.device = torch.device("accel:0")

    def crossings(self) -> Crossings:
        """What has crossed since the process began."""
        return Crossings(*self._extension.crossings())


def _module() -> types.ModuleType:
    """What PyTorch asks of a device: torch.accel."""
    module = types.ModuleType("torch.accel")
    answers: dict[str, Any] = {
        "get_amp_supported_dtype": lambda: [torch.bfloat16, torch.float16],
        "is_available": lambda: True,
        "is_initialized": lambda: True,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "set_device": lambda device: None,
        "synchronize": lambda *device: None,
        "is_bf16_supported": lambda including_emulation=False: True,
        "empty_cache": lambda: None,
        "manual_seed_all": lambda seed: None,
        "manual_seed": lambda seed: None,
        "get_rng_state": lambda *device: torch.get_rng_state(),
        "set_rng_state": lambda *state: None,
        "_is_in_bad_fork": lambda: False,
        "get_autocast_dtype": lambda: torch.bfloat16,
    }
    for name, answer in answers.items():
        setattr(module, name, answer)
    return module
