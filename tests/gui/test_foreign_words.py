"""Names in a stranger's file are shown as they are: no tag of theirs is followed, no picture that they name fetched."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as RichText
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from microdesigner.app.store.jobs import Job
from microdesigner.app.value_words import symbol_html
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.request import Request
from microdesigner.gui.queue.panel import QueuePanel
from microdesigner.gui.widgets.basics import as_text
from microdesigner.gui.widgets.messages import StatusLine

HOSTILE = "<img src='//host/share/a.png'> & <b>bold</b>"


def _read(html: str) -> str:
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText()


@pytest.mark.parametrize("words", [HOSTILE, f"opened\nfrom {HOSTILE}", "a < b\nand c > d", "plain"])
def test_words_stay_words(qtbot: QtBot, words: str) -> None:
    shown = as_text(words)
    assert (_read(shown) if RichText.mightBeRichText(shown) else shown) == words


def test_a_descriptor_that_only_a_card_names_has_no_tags() -> None:
    spec = spec_of(HOSTILE)
    assert spec.name == HOSTILE
    assert not any("<" in words for words in (spec.title, spec.symbol, spec.meaning))
    assert "<img" not in symbol_html(spec.symbol)


def test_the_status_line_and_the_queue_follow_no_tags(qtbot: QtBot) -> None:
    line, panel = StatusLine(), QueuePanel()
    qtbot.addWidget(line)
    qtbot.addWidget(panel)
    line.setText(HOSTILE)
    assert line.textFormat() == Qt.TextFormat.PlainText
    assert _read(line.toolTip()).startswith(HOSTILE)
    panel.show_jobs([Job("key", Request(model=HOSTILE))])
    item = panel.list.topLevelItem(0)
    assert item is not None
    assert HOSTILE in _read(item.toolTip(0))
