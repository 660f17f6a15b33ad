"""How a device computes: number formats, memory layout, batch and threads, by what the device can do."""

import os
from dataclasses import dataclass

import torch

REFERENCE_VOXELS = 128 * 128 * 64
CPU_BATCH, GPU_BATCH, SMALL_GPU_BATCH = 1, 16, 4
SMALL_GPU_BYTES = 6 << 30
BFLOAT16_SETS = ("AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX512_CORE_AMX", "AVX10", "DEFAULT", "ALL")
"""Values of ONEDNN_MAX_CPU_ISA that leave oneDNN instructions for bfloat16."""


@dataclass(frozen=True)
class ComputePolicy:
    """How networks run on `device`.

    Attributes
    ----------
    device : torch.device
    dtype : torch.dtype
        Format in which networks multiply: bfloat16 where the device has instructions for it, else float32. What is
        counted and shown is decoded in float32 everywhere (see `prepare`).
    memory_format : torch.memory_format
        Layout of weights and features (batch, channels, x, y, z) that the device's convolutions prefer.
    batch : int
        Volumes of `REFERENCE_VOXELS` that are denoised together. One volume occupies all cores of a CPU.
    threads : int
        Threads of one operation on a CPU.
    """

    device: torch.device
    dtype: torch.dtype
    memory_format: torch.memory_format
    batch: int
    threads: int

    @property
    def mixed_precision(self) -> bool:
        """Whether networks multiply shorter numbers than float32."""
        return self.dtype != torch.float32

    def autocast(self) -> torch.autocast:
        """Context in which networks multiply numbers of `dtype`, for training as for inference."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed_precision)

    def batch_size(self, voxels: int) -> int:
        """Latents to denoise together for volumes of `voxels`.

        It depends on nothing else, and batches are always full: kernels chosen by batch size differ in the last bits,
        so only a constant size gives a sample the same voxels whether it is generated alone or among a thousand.
        """
        return max(1, self.batch * REFERENCE_VOXELS // max(voxels, REFERENCE_VOXELS))

    def prepare(self) -> None:
        """Set the process-wide switches that reproducibility needs; before networks run on the device.

        TensorFloat-32 is off: convolutions in float32, which decide what is counted, would keep 10 bits of their
        inputs. cuDNN takes deterministic kernels, and does not choose them by timing.
        """
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


def compute_policy(device: torch.device) -> ComputePolicy:
    """The policy for `device`, by asking it what it can do."""
    short = _has_bfloat16(device)
    return ComputePolicy(
        device=device,
        dtype=torch.bfloat16 if short else torch.float32,
        memory_format=_memory_format(device),
        batch=_batch(device),
        threads=torch.get_num_threads(),
    )


def _has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 saves time: emulated it is 25 to 100 times slower than float32."""
    if device.type == "cpu":
        return _cpu_has_bfloat16()
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return False  # MPS: convolutions in three dimensions are not dependable in short formats


def _cpu_has_bfloat16() -> bool:
    """AVX512-BF16 or AMX, unless the environment forbids it. PyTorch has no public question for it yet."""
    instructions = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    allowed = os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or "DEFAULT"
    return (
        any(getattr(torch.cpu, question, lambda: False)() for question in instructions)
        and allowed.upper().startswith(BFLOAT16_SETS)
        and torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    )


def _memory_format(device: torch.device) -> torch.memory_format:
    return torch.channels_last_3d if device.type in ("cpu", "cuda") else torch.contiguous_format


def _batch(device: torch.device) -> int:
    """By the memory that the card has, not by what is free now: a machine's samples must not depend on its load."""
    if device.type != "cuda":
        return CPU_BATCH
    whole = torch.cuda.get_device_properties(device).total_memory
    return GPU_BATCH if whole >= SMALL_GPU_BYTES else SMALL_GPU_BATCH
