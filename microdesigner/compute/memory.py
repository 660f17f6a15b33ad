"""Whether a failure means that the memory is full, and giving memory back."""

import gc

import torch

_MESSAGES = (
    "allocate memory",  # DefaultCPUAllocator
    "out of memory",  # "CUDA error: out of memory", "CUDA out of memory", "MPS backend out of memory", cuFFT, NCCL
    "alloc_failed",  # CUBLAS_STATUS_ALLOC_FAILED, CUDNN_STATUS_ALLOC_FAILED, CUFFT_ALLOC_FAILED
    "unable to allocate",  # NumPy
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` comes from an allocation that failed, on a GPU or on the CPU, whichever library reports it."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error).lower() for text in _MESSAGES)


def release_memory(device: torch.device) -> None:
    """Return memory of unreachable tensors to the device, so that other processes can use it."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
