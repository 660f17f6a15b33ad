"""Only for `make test-device`: the device is compiled once, which takes minutes, and stays with the process."""

import os
import shutil

import pytest

from tests.tiny_model import tiny_engine, tiny_folder

__all__ = ["tiny_engine", "tiny_folder"]

if os.environ.get("TEST_DEVICE") != "1":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def accelerator():  # type: ignore[no-untyped-def]
    """The second device; tests that ask for it are skipped where nothing compiles it."""
    if shutil.which("g++") is None or shutil.which("ninja") is None:
        pytest.skip("the second device needs g++ and ninja")
    from tests.device.accelerator import Accelerator

    return Accelerator()
