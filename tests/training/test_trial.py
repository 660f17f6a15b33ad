"""A trial tells time, memory and disk without training anything."""

from pathlib import Path

from microdesigner.core.events import Progress
from microdesigner.training.presets import PRESETS
from microdesigner.training.resource_estimate import ResourceEstimate
from microdesigner.training.trial import measure_trial
from tests.tiny_dataset import write_tiny_dataset
from tests.training.configs import tiny_config


def test_a_trial_extrapolates_each_stage(tmp_path: Path) -> None:
    dataset = write_tiny_dataset(tmp_path / "set.h5")
    preset = PRESETS["quick"].with_time_limits({"ddpm": 0.0001})
    events = list(measure_trial(tiny_config(dataset, preset, conditions=("vol_frac_D",), process=())))
    assert events[0] == Progress("trial", 0, 3)
    trial = events[-1]
    assert isinstance(trial, ResourceEstimate)
    assert trial.stages["vae"].seconds == trial.stages["vae"].seconds_per_step * 60
    assert trial.stages["ddpm"].seconds <= 0.006
    assert trial.seconds > trial.encoding_seconds > 0
    assert trial.memory_bytes > 50e6
    assert trial.disk_bytes > 4 * sum(stage.parameters for stage in trial.stages.values())
    assert list(tmp_path.iterdir()) == [dataset]
