"""What a stage can do so far: at each validation a volume to look at, and targets beside what was measured."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import lightning

from microdesigner.core.microstructure import Microstructure
from microdesigner.io import vti
from microdesigner.training.presets import Stage
from microdesigner.training.run import RunDirectory

LARGEST_SHARE, FREE_SECONDS = 0.04, 30.0


@dataclass(frozen=True)
class Drawn:
    """`pairs` of what was wanted and what came of it per descriptor (None: does not exist); a volume where there is
    one."""

    pairs: dict[str, list[tuple[float, float | None]]]
    volume: Microstructure | None = None


Draw = Callable[[], Drawn]


def paired(
    wanted: Sequence[Mapping[str, float]], measured: Sequence[Mapping[str, float | None]]
) -> dict[str, list[tuple[float, float | None]]]:
    """Wanted and measured values per descriptor that both know."""
    known = [name for name in wanted[0] if name in measured[0]]
    return {
        name: [(round(float(want[name]), 5), _rounded(got[name])) for want, got in zip(wanted, measured, strict=True)]
        for name in known
    }


class SampleCallback(lightning.Callback):
    """Draws at validations with the weights validated, while that costs less than `FREE_SECONDS` or `LARGEST_SHARE` of
    the training.

    It must follow the callback that averages: averaged weights are in place from the validation's start to the end of
    its last batch.
    """

    def __init__(self, run: RunDirectory, stage: Stage, draw: Draw) -> None:
        self._run, self._stage, self._draw = run, stage, draw
        self._seconds = 0.0

    def on_validation_epoch_start(self, trainer: Any, module: Any) -> None:
        """Draw, store the volume, tell the log."""
        if not trainer.is_global_zero or self._seconds > max(FREE_SECONDS, LARGEST_SHARE * module.seconds):
            return
        started = time.monotonic()
        drawn = self._draw()
        entries: dict[str, Any] = {"pairs": drawn.pairs}
        if drawn.volume is not None and find_spec("vtkmodules"):  # a bare machine lent for training has no VTK
            path = self._run.samples / f"{self._stage}-{trainer.global_step:06d}.vti"
            vti.write(drawn.volume, path)
            entries["file"] = path.relative_to(self._run.path).as_posix()
        self._run.events.write("sample", stage=self._stage, step=trainer.global_step, **entries)
        self._seconds += time.monotonic() - started


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 5)
