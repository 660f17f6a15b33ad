"""Which of several processes that train together this is; alone it is the first of one."""

import os


def rank() -> int:
    """Number of this process among all, 0 for the first."""
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_rank() -> int:
    """Number of this process among those of its machine, and of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def is_first() -> bool:
    """Whether this process writes what all share."""
    return rank() == 0


def wait_for_all() -> None:
    """Return when every process has come here."""
    if world_size() > 1:
        import torch

        torch.distributed.barrier()
