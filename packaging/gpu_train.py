"""The stages of gpu_train.sh, each skipped when it is done and interrupted when the call's time is up."""

import argparse
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

NEEDED = ("torch", "lightning", "numba", "h5py", "scipy", "safetensors", "filelock", "matplotlib", "tqdm", "msgspec")
SECONDS_TO_PACK = 25
PART_BYTES = 15 << 20
NAME = "ch-3phase"


@dataclass(frozen=True)
class Scale:
    """How much of everything: series and minutes of simulation, the preset's plans, targets, batches to time."""

    plan: Any
    data_minutes: float
    preset: Any
    targets: int
    matched: int
    batches: tuple[int, ...]
    steps: int = 16


def full_scale() -> Scale:
    """What the time plan in gpu_train.sh says."""
    from microdesigner.data.build import BuildPlan
    from microdesigner.training.presets import PRESETS

    preset = PRESETS["gpu"].with_time_limits({"vae": 3, "fp": 0.75, "ddpm": 10})
    preset = replace(preset, ddpm=replace(preset.ddpm, compiled=True), latent_variants=2)
    return Scale(BuildPlan(1000), 3, preset, 3200, 640, (1, 2, 4, 8, 16, 32, 64))


def toy_scale() -> Scale:
    """Seconds on a CPU."""
    from microdesigner.data.build import BuildPlan
    from microdesigner.training.presets import PRESETS, StagePlan

    plan = StagePlan(2, 2, 1e-3)
    preset = replace(PRESETS["quick"], vae=plan, fp=plan, ddpm=plan)
    return Scale(BuildPlan(16, 3, (32, 32, 32), thicknesses=1), 5, preset, 4, 2, (1, 2), steps=2)


class Session:
    """One call: where things lie and how much time is left."""

    def __init__(self, work: Path, out: Path, scale: Scale, seconds: float) -> None:
        from microdesigner.training.run import RunDirectory

        self.work, self.out, self.scale = work, out, scale
        self.run = RunDirectory(work / "run")
        self.end = time.monotonic() + seconds - SECONDS_TO_PACK

    @property
    def data(self) -> Path:
        """The data set."""
        return self.work / "data.h5"

    def simulate(self) -> None:
        """Series, labels, the data set. Meanwhile one process compiles the descriptors that all of them will need."""
        from microdesigner.data.build import build_dataset

        warm = "from microdesigner.evaluation.benchmark import volume_of; from microdesigner import describe; "
        compiling = subprocess.Popen([sys.executable, "-c", warm + "describe(volume_of('smooth', (32, 32, 32)))"])
        simulated = self.work / "simulated"
        minutes = 1e-3 if simulated.exists() else self.scale.data_minutes
        for progress in build_dataset(self.data, self.scale.plan, os.cpu_count() or 1, minutes):
            self.show(progress)
            if progress.stage == "label":
                simulated.touch()
        compiling.wait()

    def autoencoder(self) -> None:
        """The autoencoder, and the data set encoded by it."""
        self.train("vae")

    def denoiser(self) -> None:
        """Feature predictor and denoiser, and the bundle; without compiling where that fails."""
        try:
            self.train("fp", "ddpm")
        except Exception as error:
            if not self.scale.preset.ddpm.compiled:
                raise
            print(f"Compiled training failed ({error!r:.300}); going on without.")
            preset = self.scale.preset
            self.scale = replace(self.scale, preset=replace(preset, ddpm=replace(preset.ddpm, compiled=False)))
            self.train("fp", "ddpm")

    def train(self, *stages: Any) -> None:
        """These stages, resumed."""
        from microdesigner.data.store import VolumeDataset
        from microdesigner.training.config import TrainingConfig
        from microdesigner.training.pipeline import train

        dataset = VolumeDataset(self.data)
        description = dataset.description
        config = TrainingConfig(
            name=NAME,
            dataset=str(self.data.resolve()),
            conditions=description.conditions,
            process=description.process,
            preset="gpu",
            plan=self.scale.preset,
            stages=stages,
            fingerprint=dataset.fingerprint,
        )
        dataset.close()
        train(self.run.open(config, resume=True), self.run, self.show)

    def raw(self) -> None:
        """The model by itself."""
        self.evaluate(self.work / "raw", self.scale.targets)

    def matched(self) -> None:
        """Exact fractions, best of eight."""
        self.evaluate(self.work / "matched", self.scale.matched, match="all", candidates=8)

    def evaluate(self, folder: Path, count: int, **how: Any) -> None:
        """Targets that series kept out of the training have; the figures also of a part of them."""
        from microdesigner.core.request import Request
        from microdesigner.engine import Engine
        from microdesigner.evaluation.target_accuracy import (
            card_targets,
            evaluate_accuracy,
            record_accuracy,
            write_metrics,
        )

        engine, request = Engine.load(str(self.run.bundle)), Request(steps=self.scale.steps, **how)
        targets = card_targets(engine.card, count)
        try:
            for progress in evaluate_accuracy(engine, folder, targets, request):
                self.show(progress)
        except KeyboardInterrupt:
            write_metrics(engine, folder, request)
            raise
        record_accuracy(self.run.bundle, folder, request)

    def batches(self) -> None:
        """Seconds per sample by batch size."""
        from microdesigner.engine import Engine
        from microdesigner.evaluation.batches import write_batches

        engine = Engine.load(str(self.run.bundle))
        for progress in write_batches(engine, self.scale.batches, self.scale.steps, self.batch_times):
            self.show(progress)

    @property
    def batch_times(self) -> Path:
        """Where the report looks for them."""
        return self.work / "raw" / "batches.json"

    def report(self) -> None:
        """The page with the figures, into the folder of the raw evaluation."""
        from microdesigner.engine import Engine
        from microdesigner.evaluation.report import write_report

        write_report(Engine.load(str(self.run.bundle)), self.work / "raw")

    def show(self, progress: Any) -> None:
        """A line a tenth."""
        if progress.done * 10 // max(progress.total, 1) != (progress.done - 1) * 10 // max(progress.total, 1):
            print(f"  {progress.stage} {progress.done}/{progress.total}")

    def stages(self) -> list[tuple[str, Path, Callable[[], None]]]:
        """Name, the file that tells that it is done, and the work."""
        return [
            ("data", self.data, self.simulate),
            ("vae", self.run.latents, self.autoencoder),
            ("ddpm", self.run.bundle / "model.json", self.denoiser),
            ("raw", self.work / "raw.done", self.raw),
            ("matched", self.work / "matched.done", self.matched),
            ("batches", self.batch_times, self.batches),
            ("report", self.work / "raw" / "report.html", self.report),
        ]

    def go(self) -> bool:
        """Work until all is done (True) or the time is up."""
        for name, finished, work in self.stages():
            if finished.exists():
                print(f"{name}: done before")
                continue
            left = self.end - time.monotonic()
            if left < 1:
                return False
            started = time.monotonic()
            try:
                signal.setitimer(signal.ITIMER_REAL, left)
                work()
            except KeyboardInterrupt:
                print(f"{name}: the time is up after {time.monotonic() - started:.0f} s")
                return False
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            if finished.suffix == ".done":
                finished.touch()
            print(f"{name}: {time.monotonic() - started:.0f} s")
        return True

    def pack(self, finished: bool) -> None:
        """What is worth taking home, in parts that a lent machine gives back."""
        self.out.mkdir(parents=True, exist_ok=True)
        whole = self.work / "result.tar"
        kept = ["run/bundle", "run/events.jsonl", "raw", "matched"]
        if not self.run.bundle.exists():
            kept += ["run/vae.pt", "run/fp.pt"]
        with tarfile.open(whole, "w") as archive:
            for name in kept:
                if (self.work / name).exists():
                    archive.add(self.work / name, name)
        for old in self.out.glob("result.tar.*"):
            old.unlink()
        content = whole.read_bytes()
        for number, start in enumerate(range(0, len(content), PART_BYTES)):
            (self.out / f"result.tar.{number:02d}").write_bytes(content[start : start + PART_BYTES])
        summary = {"finished": finished, "bytes": len(content), **self._figures()}
        (self.out / "summary.json").write_text(json.dumps(summary, indent=1))
        print(json.dumps(summary, indent=1))

    def _figures(self) -> dict[str, Any]:
        files = {name: self.work / name / "metrics.json" for name in ("raw", "matched")}
        return {name: json.loads(path.read_text()) for name, path in files.items() if path.exists()}


def interrupt(*_: object) -> None:
    """The call's time is up."""
    raise KeyboardInterrupt


def main() -> int:
    """0 done, 75 to be called again, 2 a package is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=560, help="length of this call (560)")
    parser.add_argument("--work", type=Path, default=Path("runs/gpu"), help="folder that outlasts the calls")
    parser.add_argument("--toy", action="store_true", help="a rehearsal")
    args = parser.parse_args()
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{sys.executable} lacks {', '.join(missing)}; name another with PYTHON=... or bring wheels.")
        return 2
    os.environ.setdefault("MICRODESIGNER_HOME", str(args.work.resolve() / "home"))
    import torch

    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    print(f"torch {torch.__version__}, {name}, {os.cpu_count()} cores")
    torch.set_float32_matmul_precision("high")
    signal.signal(signal.SIGALRM, interrupt)
    args.work.mkdir(parents=True, exist_ok=True)
    scale = toy_scale() if args.toy else full_scale()
    session = Session(args.work, Path(os.environ.get("OUT", args.work / "out")), scale, args.seconds)
    finished = session.go()
    session.pack(finished)
    return 0 if finished else 75


if __name__ == "__main__":
    raise SystemExit(main())
