"""Work is done in order in one thread, and at once where the system gives none."""

import threading

import pytest

from microdesigner.core.one_thread import OneThread


def _none_left(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_work_is_done_in_its_order_and_finished_before_the_end() -> None:
    thread, done, go = OneThread("test"), list[tuple[int, bool]](), threading.Event()
    thread.do(go.wait)
    for number in range(20):
        thread.do(lambda number=number: done.append((number, threading.current_thread() is threading.main_thread())))
    go.set()
    thread.close()
    assert done == [(number, False) for number in range(20)]


def test_without_a_thread_work_is_done_at_once_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    thread, done = OneThread("test"), list[str]()
    with monkeypatch.context() as system:
        system.setattr(threading.Thread, "start", _none_left)
        thread.do(done.append, "first")
        assert done == ["first"]
    thread.do(done.append, "second")
    thread.close()
    assert done == ["first", "second"]


def test_what_is_not_begun_can_be_dropped() -> None:
    thread, done, begun, go = OneThread("test"), list[int](), threading.Event(), threading.Event()
    thread.do(lambda: (begun.set(), go.wait(60), done.append(1)))
    thread.do(done.append, 2)
    begun.wait(60)
    threading.Timer(0.1, go.set).start()
    thread.close(drop=True)
    assert done == [1]
