"""The Qt binding must not lose references to None: it would abort after minutes of use."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

CALLS = 5000


class _Sender(QObject):
    sent = Signal(int)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_calls_keep_the_references_to_none(qapp: QApplication) -> None:
    label, sender = QLabel(), _Sender()
    before = sys.getrefcount(None)
    for number in range(CALLS):
        label.setText(str(number))
        sender.sent.emit(number)
    assert abs(sys.getrefcount(None) - before) < CALLS / 10
