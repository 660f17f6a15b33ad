"""Generations as tasks of a worker: the engine is loaded once, and again when its model changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from microdesigner.app.workers import Answer, Cancelled, Done, Failed, Ready, Worker
from microdesigner.app.workers.engine import Analyse, Generate, LoadModel, MakeDraft
from microdesigner.core.events import Draft, Finished, Preview, Progress, SampleDone
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from tests.app.test_worker import collect, end_of, first_of
from tests.gui import stand_in


@pytest.fixture
def load(tmp_path: Path) -> LoadModel:
    """Loads the stand-in's model."""
    stand_in.write_card(tmp_path / stand_in.MODEL, shape=(16, 16, 8))
    return LoadModel(stand_in.MODEL, tmp_path / stand_in.MODEL, stand_in.FACTORY)


def _request(**entries: Any) -> Request:
    return Request(model=stand_in.MODEL, **{"steps": 4, **entries})


def test_a_generation_ends_with_its_result(work: Worker, load: LoadModel) -> None:
    loading, number = work.ask(load), work.ask(Generate(load, _request(count=2)))
    events = end_of(work, number)
    assert end_of(work, loading) == [Ready(stand_in.MODEL, "cpu"), Done()]
    kinds = [type(event) for event in events if not isinstance(event, Preview)]
    assert kinds[0] is Progress
    assert kinds[-4:] == [SampleDone, SampleDone, Finished, Done]


def test_a_draft_is_one_event(work: Worker, load: LoadModel) -> None:
    assert [type(event) for event in end_of(work, work.ask(MakeDraft(load, _request())))] == [Draft, Done]


def test_a_volume_of_other_origin_is_looked_at(work: Worker, load: LoadModel) -> None:
    film = Microstructure(stand_in.volume((16, 16, 8), 3, {}), (2.0, 2.0, 2.0))
    answer = end_of(work, work.ask(Analyse(load, film)))[-2]
    assert isinstance(answer, Answer)
    assert set(answer.value.process) == {"phi", "chi", "log_time"}
    running, waiting = work.ask(Generate(load, _request(steps=1000))), work.ask(Analyse(load, film))
    work.cancel(waiting)
    assert end_of(work, waiting) == [Cancelled()]
    work.cancel(running)


def test_cancelling_a_request_leaves_the_loading_alone(work: Worker, load: LoadModel) -> None:
    loading, number = work.ask(load), work.ask(Generate(load, _request(steps=1000)))
    work.cancel(number)
    assert end_of(work, number) == [Cancelled()]
    assert end_of(work, loading)[-1] == Done()
    running, waiting = work.ask(Generate(load, _request(steps=1000))), work.ask(Generate(load, _request()))
    first_of(work, running)
    work.cancel(running)
    assert end_of(work, running)[-1] == Cancelled()
    assert isinstance(end_of(work, waiting)[-2], Finished)


def test_errors_are_sentences_with_details(work: Worker, load: LoadModel) -> None:
    missing = LoadModel("nonesuch", load.bundle / "nonesuch", stand_in.FACTORY)
    (failed,) = end_of(work, work.ask(Generate(missing, _request())))
    assert isinstance(failed, Failed)
    assert "nonesuch" in failed.message
    assert "unexpectedly" not in failed.message
    (failed,) = end_of(work, work.ask(Generate(load, _request(seed=13))))
    assert isinstance(failed, Failed)
    assert "unexpectedly" in failed.message
    assert "Traceback" in failed.details


def test_an_engine_that_dies_is_loaded_again(work: Worker, load: LoadModel) -> None:
    dying, following = work.ask(Generate(load, _request(seed=14))), work.ask(Generate(load, _request()))
    (failed,) = end_of(work, dying)
    assert isinstance(failed, Failed)
    assert failed.fatal
    assert isinstance(end_of(work, following)[-2], Finished)


def test_a_model_that_was_replaced_is_loaded_again(work: Worker, load: LoadModel) -> None:
    def shape() -> tuple[int, int, int]:
        result = end_of(work, work.ask(Generate(load, _request())))[-2].result
        found: tuple[int, int, int] = result.samples[0].microstructure.shape
        return found

    assert shape() == (16, 16, 8)
    card = load.bundle / "model.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"shape": [24, 16, 8]}), encoding="utf-8")
    assert shape() == (24, 16, 8)
    assert collect(work, bool)
