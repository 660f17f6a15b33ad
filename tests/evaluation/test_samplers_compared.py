"""Samplers compared: the same seeds and targets, each a row beside the first."""

import json
from pathlib import Path

from microdesigner.core.request import Sampler
from microdesigner.engine import Engine
from microdesigner.evaluation.samplers import compare_samplers

TARGETS = [{"vol_frac_D": 0.3, "tortuosity_D": 0.4}, {"vol_frac_D": 0.5, "tortuosity_D": 0.6}]


def test_each_sampler_is_compared_with_the_first(tiny_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "samplers.json"
    settings: tuple[tuple[Sampler, int], ...] = (("ancestral", 4), ("dpm-solver++", 3))
    events = list(compare_samplers(tiny_engine, TARGETS, path, settings))
    assert [event.total for event in events] == [2] * 4
    rows = json.loads(path.read_text())
    assert list(rows) == ["ancestral, 4 steps", "dpm-solver++, 3 steps"]
    assert rows["ancestral, 4 steps"]["S2"] == 0
    assert rows["dpm-solver++, 3 steps"]["S2"] > 0
    assert all(set(row) == {"MAE vol_frac_D", "MAE tortuosity_D", "S2", "seconds"} for row in rows.values())
