"""Whatever a library does to a damaged file, the program reads on."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.steps import result_of
from microdesigner.io import isolation
from microdesigner.io.options import AS_THE_FILE_SAYS
from tests.io import bad_readers


def ask(reader: str, path: Path) -> Any:
    return result_of(isolation.isolated(f"tests.io.bad_readers:{reader}", path, AS_THE_FILE_SAYS))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    io.write(Microstructure(np.zeros((4, 3, 2), np.uint8)), tmp_path / "film.h5")
    return tmp_path / "film.h5"


@pytest.fixture
def own_process() -> Iterator[None]:
    """No process that an earlier test has warmed up."""
    isolation._end()
    isolation._idle.clear()
    yield
    isolation._end()
    isolation._idle.clear()


@pytest.mark.parametrize("reader", ["crash", "hang"])
def test_a_crash_and_a_hang_are_one_sentence(reader: str, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "LEAST_SECONDS", 0.5)
    with pytest.raises(InputError, match=r"film\.h5 cannot be read.*damaged"):
        ask(reader, film)
    monkeypatch.undo()
    assert io.read(film).shape == (4, 3, 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system bounds no memory")
def test_memory_is_bounded(film: Path) -> None:
    with pytest.raises(MemoryError):
        ask("swallow", film)
    assert io.read(film).shape == (4, 3, 2)


def test_answers_of_any_size_and_order_come_back(film: Path) -> None:
    assert ask("odd", film) == {"answer": [1, "two", None]}
    expected, found = bad_readers.large(film, AS_THE_FILE_SAYS), ask("large", film)
    np.testing.assert_array_equal(found.values, expected.values)
    assert (found.axes_from, found.value_names, found.labels) == ("convention", {"1": "ü"}, {"phi": 0.5})


def test_stopping_ends_the_process_and_the_next_file_gets_another(film: Path, own_process: None) -> None:
    work = isolation.isolated("tests.io.bad_readers:hang", film, AS_THE_FILE_SAYS)
    next(work)
    work.close()
    assert not isolation._idle
    assert io.read(film).shape == (4, 3, 2)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a signal that stops a process")
def test_a_process_that_stands_still_is_no_fault_of_the_file(film: Path) -> None:
    assert ask("stand_still", film) == "answered"


def test_one_process_serves_many_files(film: Path, own_process: None) -> None:
    io.read(film)
    (first,) = isolation._idle
    io.read(film)
    assert isolation._idle == [first]


def test_two_readers_at_once_do_not_mix_answers(film: Path, own_process: None) -> None:
    first = isolation.isolated("tests.io.bad_readers:large", film, AS_THE_FILE_SAYS)
    next(first, None)  # has asked, and waits
    assert ask("odd", film) == {"answer": [1, "two", None]}
    first.close()
