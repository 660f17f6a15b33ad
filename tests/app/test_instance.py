"""The program is opened once: a second start hands its files to the first."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from microdesigner.app.instance import SECONDS_OF_INTEREST, Instance
from tests.fuzz.mutate import TIMES, mutate_json

CLAIM = (
    "import sys\nfrom pathlib import Path\nfrom microdesigner.app.instance import Instance\n"
    "instance = Instance(Path(sys.argv[1]))\nprint(instance.claim(), flush=True)\nsys.stdin.read()\n"
)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Instance]:
    """The first program on a folder."""
    instance = Instance(tmp_path)
    assert instance.claim()
    yield instance
    instance.release()


def _hand_over(folder: Path, *paths: Path) -> tuple[threading.Thread, list[bool]]:
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(Instance(folder).hand_over(paths, 30)))
    thread.start()
    return thread, answers


def _take(instance: Instance) -> list[list[Path]]:
    end = time.monotonic() + 30
    while not (taken := instance.take()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return taken


def test_a_second_program_hands_over_its_files(first: Instance, tmp_path: Path) -> None:
    assert not Instance(tmp_path).claim()
    thread, answers = _hand_over(tmp_path, tmp_path / "a b.vti", Path("relative.vti"))
    assert _take(first) == [[tmp_path / "a b.vti", Path.cwd() / "relative.vti"]]
    thread.join()
    assert answers == [True]
    assert first.take() == []


def test_without_files_the_window_alone_is_asked_for(first: Instance, tmp_path: Path) -> None:
    thread, _ = _hand_over(tmp_path)
    assert _take(first) == [[]]
    thread.join()


def test_a_program_that_hangs_is_not_waited_for_long(first: Instance, tmp_path: Path) -> None:
    assert not Instance(tmp_path).hand_over([tmp_path], seconds=0.1)
    assert first.take() == [], "withdrawn: the second program has opened the file itself"


def test_of_several_programs_started_at_once_one_is_the_first(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIM, str(tmp_path)]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    claims = [program.stdout.readline().strip() for program in programs if program.stdout]
    assert sorted(claims) == ["False", "False", "False", "True"]
    winner = programs[claims.index("True")]
    os.kill(winner.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    for program in programs:
        program.communicate()
    assert Instance(tmp_path).claim(), "a killed program holds nothing"


def test_old_and_odd_messages_are_dropped(first: Instance, tmp_path: Path) -> None:
    path = tmp_path / "open" / "00000000000000000001-a.json"
    for content in mutate_json({"paths": ["/a/b.vti", "/c"]}, 200 * TIMES):
        path.write_bytes(content)
        for paths in first.take():
            assert all(isinstance(each, Path) for each in paths)
        assert not path.exists()
    path.write_text('{"paths": ["/a"]}', encoding="utf-8")
    os.utime(path, (time.time() - 2 * SECONDS_OF_INTEREST,) * 2)
    assert first.take() == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_nobody_else_can_leave_messages(first: Instance, tmp_path: Path) -> None:
    assert (tmp_path / "open").stat().st_mode & 0o077 == 0
