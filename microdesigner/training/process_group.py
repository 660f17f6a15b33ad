"""Processes that train together: a supervisor starts one per device, they meet, and end together.

On one machine they meet through a file in a folder that only the user can read, and their sockets are bound to the
loopback interface. What they tell each other is numbers and JSON: nothing that arrives is unpickled. Several machines
meet at MASTER_ADDR, inside a network whose users must be trusted.
"""

import contextlib
import json
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from microdesigner.compute import choose_device
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.core.processes import SECONDS_BETWEEN_LOOKS, StopWatch
from microdesigner.training import ranks

SECONDS_TO_SAVE, SECONDS_TO_FAIL = 60.0, 10.0
"""What processes get to write a checkpoint after an interruption, and to notice that one of them is lost."""
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


def run_together(work: Callable[..., None], arguments: Sequence[Any], layout: Layout) -> None:
    """Run `work(*arguments)` in every process of `layout`, and return when all have ended well.

    `work` is a module-level function. Raises what it raises in one of them, and MicrodesignerError when one is lost;
    the others are ended then. After an interruption they get the time to write a checkpoint.
    """
    if layout.processes == 1:
        work(*arguments)
    elif int(os.environ.get("SLURM_NTASKS", "1")) == layout.processes:
        slurm = {"RANK": "SLURM_PROCID", "LOCAL_RANK": "SLURM_LOCALID"}
        numbers = {name: int(os.environ[source]) for name, source in slurm.items()}
        with _joined(numbers["RANK"], numbers["LOCAL_RANK"], layout, _meeting_point()):
            work(*arguments)
    else:
        _supervise(work, arguments, layout)


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


def _supervise(work: Callable[..., None], arguments: Sequence[Any], layout: Layout) -> None:
    context = get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="microdesigner-") as folder:  # readable by this user alone
        meeting = (Path(folder) / "meeting").as_uri() if layout.nodes == 1 else _meeting_point()
        node = int(os.environ.get("NODE_RANK", "0"))
        members: dict[Connection, Any] = {}
        for local in range(layout.devices):
            ours, theirs = context.Pipe()
            number = node * layout.devices + local
            process = context.Process(
                target=_member, args=(theirs, number, local, layout, meeting, work, tuple(arguments)), daemon=False
            )
            process.start()
            theirs.close()
            members[ours] = process
        try:
            outcomes = _outcomes(members, float("inf"))
        except KeyboardInterrupt:
            for process in members.values():
                process.terminate()
            _outcomes(members, SECONDS_TO_SAVE)
            raise
        finally:
            for process in members.values():
                process.kill()
                process.join()
    _raise_first(outcomes, layout)


class _Lost:
    """A process ended before it told how."""


def _outcomes(members: dict[Connection, Any], patience: float) -> list[Any]:
    """None or what was raised, per process in the order of their ends; soon after one failed the rest are left."""
    outcomes: list[Any] = []
    waiting, watch = list(members), StopWatch()
    end = time.monotonic() + patience
    while waiting and (left := end - time.monotonic()) > 0:
        standing = watch.standing(members[connection].pid for connection in waiting)
        for process in members.values():
            if process.pid in standing:
                process.kill()  # it would keep the others waiting
        for ready in wait(waiting, min(left, SECONDS_BETWEEN_LOOKS)):
            connection: Any = ready
            waiting.remove(connection)
            try:
                outcomes.append(connection.recv())
            except (EOFError, OSError):
                outcomes.append(_Lost())
            if outcomes[-1] is not None:
                end = min(end, time.monotonic() + SECONDS_TO_FAIL)
    return outcomes


def _raise_first(outcomes: list[Any], layout: Layout) -> None:
    """Raise what tells most: the program's own sentence, then that a process was lost, then anything else."""
    failures = [outcome for outcome in outcomes if outcome is not None]
    if not failures:
        return
    own = [failure for failure in failures if isinstance(failure, MicrodesignerError | KeyboardInterrupt)]
    if own:
        raise own[0]
    if any(isinstance(failure, _Lost) for failure in failures):
        raise MicrodesignerError(
            f"One of the {layout.processes} processes that train together ended unexpectedly or stood still, "
            "perhaps for lack of memory; add --resume to go on from the last checkpoint."
        )
    raise failures[0]


def _member(
    connection: Connection,
    number: int,
    local: int,
    layout: Layout,
    meeting: str,
    work: Callable[..., None],
    arguments: tuple[Any, ...],
) -> None:
    handle_signals()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    outcome: BaseException | None = None
    try:
        with _joined(number, local, layout, meeting):
            work(*arguments)
    except (KeyboardInterrupt, MicrodesignerError) as error:
        outcome = error
    except Exception as error:  # noqa: BLE001  (the supervisor raises it)
        outcome = RuntimeError(f"{type(error).__name__}: {error}")
    with contextlib.suppress(BrokenPipeError):
        connection.send(outcome)
    connection.close()
    if outcome is not None:
        os._exit(0)  # threads of a broken group would be waited for


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _joined(number: int, local: int, layout: Layout, meeting: str) -> Iterator[None]:
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


def _meeting_point() -> str:
    missing = [name for name in ("MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
    if missing:
        raise InputError(f"Several machines need the environment variable {missing[0]}, the same on each; set it.")
    return "env://"


def _loopback() -> str | None:
    """Name of the interface that nothing outside this machine reaches; None where the system does not name it."""
    names = [name for _, name in socket.if_nameindex()]
    return next((name for name in names if name in ("lo", "lo0")), None)
