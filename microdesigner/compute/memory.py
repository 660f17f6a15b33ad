"""Whether a failure means that the memory is full, what the user is told then, and giving memory back."""

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from microdesigner.core.errors import MicrodesignerError

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


@contextmanager
def memory_errors(what: str, remedy: str, device: torch.device) -> Iterator[None]:
    """Turn a memory of `device` that proves too small for `what` into one sentence with the `remedy`.

    Raises
    ------
    MicrodesignerError
        "`what` does not fit the memory; `remedy`.", on a GPU with the ways to free it. Its memory is given back.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        traceback.clear_frames(error.__traceback__)  # they hold what was allocated so far
        release_memory(device)
        if device.type != "cpu":
            remedy += ", close other programs that use the GPU, or choose the device cpu"
        raise MicrodesignerError(f"{what} does not fit the memory; {remedy}.") from error
