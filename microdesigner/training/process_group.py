"""Processes that train together as members of one group: how they meet, agree and are interrupted.

On one machine they meet through a file in a folder that only the user can read, and their sockets are bound to the
loopback interface. What they tell each other is numbers and JSON: nothing that arrives is unpickled. Several machines
meet at MASTER_ADDR, inside a network whose users must be trusted.
"""

import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import distributed

from microdesigner.compute import choose_device
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.training import ranks

PATIENCE = timedelta(minutes=60)
"""While the first process encodes the data set, the others wait for it."""
_interrupted = threading.Event()
_control: Any = None


@dataclass(frozen=True)
class Layout:
    """How many devices of each machine train together, and how many machines."""

    devices: int = 1
    nodes: int = 1

    @property
    def processes(self) -> int:
        """One per device."""
        return self.devices * self.nodes


class BatchTooLargeError(MicrodesignerError):
    """One of several processes found too little memory for a batch of `batch` in `stage`: all start anew with less."""

    def __init__(self, stage: str, batch: int) -> None:
        super().__init__(f"The memory of one device does not suffice for a batch of {batch} in the stage {stage}.")
        self.stage, self.batch = stage, batch

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.stage, self.batch)


def agree(values: Sequence[float]) -> list[float]:
    """The largest of every process's value, place by place: all decide alike at the same step."""
    if ranks.world_size() == 1:
        return list(values)
    shared = torch.tensor(values, dtype=torch.float64)
    distributed.all_reduce(shared, distributed.ReduceOp.MAX, _control)
    return [float(value) for value in shared]


def from_first(value: Any) -> Any:
    """`value` of the first process: text, numbers, None or lists of them, which travel as JSON."""
    content = json.dumps(value, default=os.fspath).encode() if ranks.is_first() else b""
    (length,) = agree([len(content)])
    packet = torch.zeros(int(length), dtype=torch.uint8)
    if ranks.is_first():
        packet = torch.frombuffer(bytearray(content), dtype=torch.uint8)
    distributed.broadcast(packet, 0, _control)
    return json.loads(bytes(packet.tolist()))


def interruption_requested() -> bool:
    """Whether this process, one of several, was asked to end after its present step."""
    return _interrupted.is_set()


def handle_signals() -> None:
    """Let SIGINT and SIGTERM ask this process, one of several, to end after its present step, where all agree on it."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: _interrupted.set())


@contextlib.contextmanager
def joined(number: int, local: int, layout: Layout, meeting: str) -> Iterator[None]:
    """This process as number `number` of the group."""
    global _control  # noqa: PLW0603  (a process belongs to one group as long as it lives)
    os.environ.update(RANK=str(number), WORLD_SIZE=str(layout.processes), LOCAL_RANK=str(local))
    os.environ.update(NODE_RANK=str(number // layout.devices), NODES=str(layout.nodes))
    if layout.nodes == 1 and (loopback := _loopback()):
        os.environ.update(GLOO_SOCKET_IFNAME=loopback, NCCL_SOCKET_IFNAME=loopback)
    on_gpu = torch.cuda.is_available()
    if on_gpu and torch.cuda.device_count() < layout.devices:
        raise InputError(f"--devices {layout.devices}: this machine has {torch.cuda.device_count()} GPUs.")
    distributed.init_process_group(
        "nccl" if on_gpu else "gloo",
        init_method=meeting,
        rank=number,
        world_size=layout.processes,
        timeout=PATIENCE,
        device_id=torch.device("cuda", local) if on_gpu else None,
    )
    _control = distributed.new_group(backend="gloo", timeout=PATIENCE) if on_gpu else distributed.group.WORLD
    yield
    distributed.destroy_process_group()


def group_device(name: str) -> torch.device:
    """The device called `name` of this process: with several processes on GPUs each has its own."""
    if ranks.world_size() > 1 and name in ("auto", "cuda") and torch.cuda.is_available():
        name = f"cuda:{ranks.local_rank()}"
    device = choose_device(name)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    return device


def meeting_point() -> str:
    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
    if missing:
        raise InputError(f"Several machines need the environment variable {missing[0]}, the same on each; set it.")
    return "env://"


def _loopback() -> str | None:
    """Name of the interface that nothing outside this machine reaches; None where the system does not name it."""
    names = [name for _, name in socket.if_nameindex()]
    return next((name for name in names if name in ("lo", "lo0")), None)
