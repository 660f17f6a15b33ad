"""Fixtures for every room."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.fuzz import tally

FullDisk = Callable[[int], AbstractContextManager[None]]
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Give each of several test processes a screen of its own: on one they take focus and clipboard from each other."""
    if "PYTEST_XDIST_WORKER" not in os.environ or "DISPLAY" not in os.environ or not shutil.which("Xvfb"):
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    config.add_cleanup(screen.wait)
    config.add_cleanup(screen.terminate)
    with os.fdopen(read) as numbers:
        number = numbers.readline().strip()
    if number:
        os.environ["DISPLAY"] = f":{number}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Count the mutations of files that a test was given, and keep the one at which it fell."""
    if call.when == "call":
        tally.note_outcome(item, call.excinfo.type if call.excinfo else None)
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of `make fuzz`."""
    if "MICRODESIGNER_FUZZ_TIMES" in os.environ:
        for line in tally.summary(terminalreporter.stats):
            terminalreporter.write_line(line)


@pytest.fixture
def shared() -> Path:
    """Reference data beside the checkout; tests that need them are skipped where there are none."""
    if not SHARED.is_dir():
        pytest.skip("the reference data are not beside this checkout")
    return SHARED


@pytest.fixture
def full_disk() -> FullDisk:
    """A context in which no file grows beyond so many bytes, as on a full disk."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def full(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full
