"""One thread for all that the window stores, in the order in which it was asked for."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.one_thread import OneThread
from microdesigner.core.shortages import Shortage, shortage_of

Lost = Callable[[str], object]
"""Hears in the store's thread, by a sentence, that something could not be kept."""


class StoreThread(QObject):
    """History, queue and session write through it: a state is never stored before the samples that it tells of."""

    failed = Signal(str)  # sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = OneThread("store")

    def do(self, complaint: str, work: Callable[[], object], lost: Lost | None = None) -> None:
        """Do `work` after everything asked for so far.

        Where it fails, `complaint` begins the sentence about that, which `lost` hears before any later work is done.
        """
        self._thread.do(self._guarded, complaint, work, lost)

    def close(self) -> None:
        """Finish what was asked for."""
        self._thread.close()

    def _guarded(self, complaint: str, work: Callable[[], object], lost: Lost | None) -> None:
        try:
            work()
            return
        except MicrodesignerError as error:
            sentence = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            shortage = shortage_of(error) or Shortage(str(error), "check that the disk is not full")
            sentence = f"{complaint} ({shortage.reason}); {shortage.remedy}."
        if lost is not None:
            lost(sentence)
        self.failed.emit(sentence)
