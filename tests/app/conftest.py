"""What tests of workers share."""

import multiprocessing
from collections.abc import Iterator

import pytest

from microdesigner.app.workers import Worker, end_all


@pytest.fixture
def work() -> Iterator[Worker]:
    """A worker, of which nothing is left after the test."""
    work = Worker("The engine")
    yield work
    work.close()
    end_all()
    assert not multiprocessing.active_children()
