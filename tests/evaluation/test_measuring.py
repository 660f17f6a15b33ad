"""The measuring functions: every figure they promise, at sizes that take no time."""

from pathlib import Path

import torch

from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.engine import Engine
from microdesigner.evaluation import benchmark

SMALL = (32, 32, 16)


def test_volumes_have_equal_fractions_and_differ_in_smoothness() -> None:
    smooth, noise = benchmark.volume_of("smooth", SMALL), benchmark.volume_of("white noise", SMALL)
    for volume in (smooth, noise):
        assert all(abs(float((volume.phases == label).mean()) - 1 / 3) < 0.01 for label in range(len(PHASE_NAMES)))
    faces = [int((volume.phases[1:] != volume.phases[:-1]).sum()) for volume in (smooth, noise)]
    assert faces[0] < faces[1] / 3


def test_descriptors_and_solver() -> None:
    rows = [*benchmark.measure_descriptors(2, SMALL), *benchmark.measure_solver(3, torch.device("cpu"), SMALL)]
    assert [row.group for row in rows] == ["descriptors"] * 4 + ["solver"] * 2
    assert all(row.seconds > 0 for row in rows)
    floor, step = rows[-2:]
    assert step.ratio == step.seconds / floor.seconds


def test_generation(tiny_engine: Engine) -> None:
    rows = list(benchmark.measure_generation(tiny_engine, (1, 2), (2,), singles=2))
    assert [row.name for row in rows if row.name.endswith("in all")] == ["1 × 2 steps: in all", "2 × 2 steps: in all"]
    *stages, whole = rows[:5]
    assert sum(row.seconds for row in stages) <= whole.seconds
    ancestral = list(benchmark.measure_generation(tiny_engine, (1,), (2,), "ancestral"))
    assert ancestral[0].name == "ancestral, 2 steps: denoise"


def test_fresh_processes(tiny_folder: Path) -> None:
    imported, described, generated = benchmark.measure_processes(str(tiny_folder), "cpu")
    assert 0 < imported.seconds < min(described.seconds, generated.seconds)
