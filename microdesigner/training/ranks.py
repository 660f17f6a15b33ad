"""Which of several processes that train together this is; alone it is the first."""

import os

PROCESSES_PER_NODE = 1000
_RANKS = ("RANK", "SLURM_PROCID", "LOCAL_RANK", "NODE_RANK")


def is_first() -> bool:
    """Whether this process writes what all share."""
    return all(int(os.environ.get(name, "0")) == 0 for name in _RANKS)


def number() -> int:
    """A number that differs from process to process, for seeds; 0 in the first."""
    local = int(os.environ.get("LOCAL_RANK", "0")) + PROCESSES_PER_NODE * int(os.environ.get("NODE_RANK", "0"))
    return int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", local)))


def wait_for_all() -> None:
    """Return when every process has come here."""
    import torch

    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.barrier()
