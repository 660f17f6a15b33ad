"""Qt's objects end in the thread that they belong to, whichever thread makes garbage."""

import threading
import weakref

from PySide6.QtCore import QObject

from tests.gui.conftest import wait_until

CYCLES = 20_000  # of lists, enough for Python's own collector to go through all generations


def make_garbage() -> None:
    for _ in range(CYCLES):
        cycle: list[object] = []
        cycle.append(cycle)


def test_objects_in_cycles_end_in_the_gui_thread(collector: None) -> None:
    ended: list[threading.Thread] = []
    thing = QObject()
    thing.itself = thing  # type: ignore[attr-defined]
    weakref.finalize(thing, lambda: ended.append(threading.current_thread()))
    del thing
    other = threading.Thread(target=make_garbage)
    other.start()
    other.join()
    wait_until(lambda: bool(ended))
    assert ended == [threading.main_thread()]
