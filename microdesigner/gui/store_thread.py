"""One thread for all that the window stores, in the order in which it was asked for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from microdesigner.core.errors import MicrodesignerError


class StoreThread(QObject):
    """History, queue and session write through it: a state is never stored before the samples that it tells of."""

    failed = Signal(str)  # sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")

    def do(self, complaint: str, work: Callable[[], object]) -> None:
        """Do `work` after everything asked for so far; where it fails, `complaint` begins the sentence about that."""
        self._pool.submit(self._guarded, complaint, work)

    def close(self) -> None:
        """Finish what was asked for."""
        self._pool.shutdown(wait=True)

    def _guarded(self, complaint: str, work: Callable[[], object]) -> None:
        try:
            work()
        except MicrodesignerError as error:
            self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            self.failed.emit(f"{complaint} ({error}); check that the disk is not full.")
