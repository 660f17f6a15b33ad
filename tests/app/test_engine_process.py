"""The engine's process: warm, cancellable, mortal."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from microdesigner.app.engine_process import EngineProcess
from microdesigner.app.messages import Cancelled, Failed, Ready, Report
from microdesigner.app.worker import Throttle
from microdesigner.core.events import Draft, Finished, Preview, Progress, SampleDone
from microdesigner.core.request import Request
from tests.gui import stand_in


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Folder of the stand-in's model."""
    stand_in.write_card(tmp_path / stand_in.MODEL, shape=(16, 16, 8))
    return tmp_path / stand_in.MODEL


@pytest.fixture
def process(bundle: Path) -> Iterator[EngineProcess]:
    """A started process with the stand-in engine."""
    process = EngineProcess(stand_in.FACTORY)
    process.start()
    yield process
    process.close()


def _collect(process: EngineProcess, enough: Callable[[list[Report]], bool]) -> list[Report]:
    reports: list[Report] = []
    end = time.monotonic() + 60
    while not enough(reports):
        assert time.monotonic() < end, reports
        reports += process.poll()
        time.sleep(0.01)
    return reports


def _has(kind: type) -> Callable[[list[Report]], bool]:
    return lambda reports: any(isinstance(event, kind) for _, event in reports)


def _request(**entries: object) -> Request:
    return Request(model=stand_in.MODEL, **{"steps": 4, **entries})  # type: ignore[arg-type]


def test_events_arrive_in_order_under_their_job(process: EngineProcess, bundle: Path) -> None:
    job = process.submit(_request(count=2), bundle)
    reports = _collect(process, _has(Finished))
    assert {number for number, _ in reports} == {job}
    kinds = [type(event) for _, event in reports if not isinstance(event, Preview)]
    assert kinds[0] is Ready
    assert kinds[-3:] == [SampleDone, SampleDone, Finished]


def test_a_draft_is_one_report(process: EngineProcess, bundle: Path) -> None:
    job = process.draft(_request(), bundle)
    reports = _collect(process, _has(Draft))
    assert [(number, type(event)) for number, event in reports] == [(job, Ready), (job, Draft)]


def test_cancel_stops_what_runs_and_what_waits_but_not_what_follows(process: EngineProcess, bundle: Path) -> None:
    long = process.submit(_request(steps=1000), bundle)
    waiting = process.submit(_request(), bundle)
    _collect(process, _has(Progress))
    process.cancel()
    last = process.submit(_request(), bundle)
    reports = _collect(process, _has(Finished))
    ends = {number: event for number, event in reports if isinstance(event, Cancelled | Finished)}
    assert isinstance(ends[long], Cancelled)
    assert isinstance(ends[waiting], Cancelled)
    assert isinstance(ends[last], Finished)


def test_errors_are_sentences_with_details(process: EngineProcess, bundle: Path) -> None:
    process.submit(Request(model="nonesuch"), bundle / "nonesuch")
    failed = _collect(process, _has(Failed))[-1][1]
    assert isinstance(failed, Failed)
    assert "nonesuch" in failed.message
    assert "unexpectedly" not in failed.message
    process.submit(_request(seed=13), bundle)
    failed = _collect(process, _has(Failed))[-1][1]
    assert isinstance(failed, Failed)
    assert "unexpectedly" in failed.message
    assert "Traceback" in failed.details


def test_a_dead_process_is_noticed_and_started_again(process: EngineProcess, bundle: Path) -> None:
    first = process.pid
    process.submit(_request(seed=14), bundle)
    failed = _collect(process, _has(Failed))[-1][1]
    assert isinstance(failed, Failed)
    assert failed.fatal
    assert process.running
    assert process.pid != first
    process.submit(_request(), bundle)
    _collect(process, _has(Finished))


def test_close_is_quick_in_the_middle_of_a_job(process: EngineProcess, bundle: Path) -> None:
    process.submit(_request(steps=1000), bundle)
    _collect(process, _has(Progress))
    started = time.monotonic()
    process.close()
    assert time.monotonic() - started < 3
    assert not process.running


def test_ten_updates_a_second_and_every_last_step() -> None:
    throttle = Throttle()
    passed = [throttle.passes(Progress("denoise", n, 1000), n / 1000) for n in range(1001)]
    assert 9 <= sum(passed) <= 12
    assert passed[-1]
    assert throttle.passes(Progress("decode", 0, 2), 1.0)
