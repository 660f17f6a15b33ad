"""Which device computes, and how many latents it takes at a time."""

import torch

from microdesigner.core.errors import InputError

CPU_BATCH = 1
CUDA_BATCH = 16
REFERENCE_VOXELS = 128 * 128 * 64


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name` ("auto": the first GPU, else the CPU); raises InputError when it is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):
        raise InputError(f"There is no device '{name}' here; use auto, cpu or, with an NVIDIA GPU, cuda.") from None
    return device


def batch_size(device: torch.device, voxels: int) -> int:
    """Latents to denoise at a time for volumes of `voxels`.

    It depends on nothing else, and batches are always full: kernels chosen by batch size differ in the last bits, so
    only a constant size gives a sample the same voxels whether it is drawn alone or among a thousand. On a CPU one
    volume keeps all cores busy, and more gain nothing.
    """
    most = CUDA_BATCH if device.type == "cuda" else CPU_BATCH
    return max(1, most * REFERENCE_VOXELS // max(voxels, REFERENCE_VOXELS))


def short_floats(device: torch.device) -> torch.autocast:
    """A context in which networks multiply 16-bit floats where the device saves time by it; they were trained so."""
    return torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device))


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())  # there is no public question yet
