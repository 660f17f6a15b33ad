"""Measures and statistics computed in a process beside the window."""

from collections.abc import Iterator

import numpy as np
import pytest

from microdesigner.app.workers import Answer, Done, Failed, Worker, end_all
from microdesigner.app.workers.measuring import (
    CHORDS,
    CORRELATION,
    PROFILE,
    STATISTICS,
    TORTUOSITY,
    LinesTask,
    MeasureTask,
)
from microdesigner.core.microstructure import Microstructure
from tests.app.test_worker import end_of
from tests.gui import stand_in

VOLUME = Microstructure(stand_in.volume((16, 16, 12), 1, {}), (2.0, 2.0, 2.0))


def _answer(task: MeasureTask | LinesTask) -> object:
    *_, last = task.events()
    assert isinstance(last, Answer)
    return last.value


@pytest.fixture
def work() -> Iterator[Worker]:
    """A worker, of which nothing is left after the test."""
    work = Worker()
    yield work
    work.close()
    end_all()


def test_a_process_measures_what_a_sample_reports(work: Worker) -> None:
    *_, answer, _ = end_of(work, work.ask(MeasureTask(VOLUME)))
    assert isinstance(answer, Answer)
    values, reasons = answer.value
    assert list(values) == ["vol_frac_D", "vol_frac_A", "vol_frac_M", "tortuosity_D", "tortuosity_A"]
    assert values["vol_frac_M"] == (VOLUME.phases == 2).mean()
    assert set(reasons) == {name for name, value in values.items() if value is None}


def test_what_cannot_be_computed_is_told(work: Worker) -> None:
    *_, failed = end_of(work, work.ask(LinesTask(VOLUME, "nonesuch")))
    assert isinstance(failed, Failed)
    assert "unexpectedly" in failed.message
    assert end_of(work, work.ask(LinesTask(VOLUME, PROFILE)))[-1] == Done()


def test_every_statistic_has_a_line_per_phase() -> None:
    lines = {name: _answer(LinesTask(VOLUME, name)) for name in STATISTICS}
    fractions = np.bincount(VOLUME.phases.ravel(), minlength=3) / VOLUME.phases.size
    for label, fraction in enumerate(fractions):
        assert lines[PROFILE][label].y.mean() == pytest.approx(fraction)
        assert lines[CORRELATION][label].y[0] == pytest.approx(fraction, abs=1e-5)
        assert 0 < lines[TORTUOSITY][label].y.sum() <= 1
        for axis in CHORDS:
            assert lines[axis][label].y.sum() == pytest.approx(1)
    assert lines[PROFILE][0].x[-1] == 23  # the middle of the last layer in nm


def test_a_volume_of_two_phases_is_measured_by_graspis_names() -> None:
    values, _ = _answer(
        MeasureTask(Microstructure(np.indices((6, 6, 6))[0].astype(np.uint8) % 2, phase_names=("donor", "acceptor")))
    )
    assert list(values) == ["ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1"]
