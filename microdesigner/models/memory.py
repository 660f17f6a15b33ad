"""Whether a failure means that the memory is full."""

import torch


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` comes from an allocation that failed, on a GPU or on the CPU."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error)
