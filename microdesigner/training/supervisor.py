"""The processes that train together on this machine: one per device, started, watched and ended together."""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.processes import SECONDS_BETWEEN_LOOKS, StopWatch
from microdesigner.training.process_group import Layout, handle_signals, joined, meeting_point

SECONDS_TO_SAVE, SECONDS_TO_FAIL = 60.0, 10.0
"""What processes get to write a checkpoint after an interruption, and to notice that one of them is lost."""


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
        with joined(numbers["RANK"], numbers["LOCAL_RANK"], layout, meeting_point()):
            work(*arguments)
    else:
        _supervise(work, arguments, layout)


def _supervise(work: Callable[..., None], arguments: Sequence[Any], layout: Layout) -> None:
    context = get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="microdesigner-") as folder:  # readable by this user alone
        meeting = (Path(folder) / "meeting").as_uri() if layout.nodes == 1 else meeting_point()
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
        with joined(number, local, layout, meeting):
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
