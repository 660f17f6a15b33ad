"""The report and the log file it quotes."""

import logging
from pathlib import Path

import pytest

from microdesigner import __version__
from microdesigner.app.diagnostics import diagnostics
from microdesigner.app.log import LOGGER, RecentLines, last_lines, start_file_log
from microdesigner.cli.main import main


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))


def test_the_report_tells_versions_machine_and_the_end_of_the_log() -> None:
    logger = logging.getLogger(LOGGER)
    handler = start_file_log()
    logger.warning("something odd")
    logger.removeHandler(handler)
    handler.close()
    text = diagnostics("computes on a stand-in")
    assert __version__ in text
    assert "computes on a stand-in" in text
    assert "numpy" in text
    assert text.endswith("something odd")


def test_it_is_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--report"]) == 0
    out = capsys.readouterr().out
    assert f"microdesigner {__version__}" in out
    assert "threads" in out


@pytest.mark.parametrize(
    ("card", "reason"),
    [(None, "reason: no GPU"), ((13000, (8, 6)), "reason: An NVIDIA GPU is present, but the installed PyTorch")],
)
def test_it_tells_why_the_cpu_computes(card: object, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    monkeypatch.setattr("torch.version.cuda", None)
    monkeypatch.setattr("torch.version.hip", None)
    monkeypatch.setattr("microdesigner.compute.devices._driver_card", lambda: card)
    text = diagnostics()
    assert "computes on CPU" in text
    assert reason in text
    assert ("+cu130" in text) == (card is not None)


def test_without_a_log_there_are_no_lines() -> None:
    assert last_lines(5) == ""


def test_recent_lines_reach_the_listener() -> None:
    heard: list[str] = []
    lines = RecentLines()
    lines.listener = heard.append
    lines.handle(logging.LogRecord("x", logging.INFO, "", 1, "hello", None, None))
    assert [line.split()[-1] for line in (*heard, *lines.lines)] == ["hello", "hello"]
