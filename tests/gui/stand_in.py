"""An engine and a model card that need no weights: volumes of smoothed noise with the fractions that were asked for."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.events import Draft, Finished, GenerationEvent, Preview, Progress, SampleDone
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.request import Request
from microdesigner.core.result import Result, Sample

FACTORY = "tests.gui.stand_in:StandInEngine"
MODEL = "stand-in"
SHAPE = (64, 64, 32)


class StandInEngine:
    """Takes `MICRODESIGNER_TEST_STEP_S` seconds (0.02) a step. Seed 13 fails, seed 14 ends its process."""

    device = "cpu"
    shape = SHAPE

    @classmethod
    def load(cls, name: str, device: str = "auto", threads: int | None = None) -> "StandInEngine":
        if device not in ("auto", "cpu"):
            raise InputError(f"The device '{device}' cannot compute here; use auto or cpu.")
        engine = cls()
        engine.device = f"cpu with {threads} threads" if threads else "cpu"
        engine.shape = ModelCard.read(Path(name) / "model.json").shape
        return engine

    def generate(self, request: Request) -> Iterator[GenerationEvent]:
        if request.seed == 13:
            raise RuntimeError("thirteen")
        if request.seed == 14:
            os._exit(3)
        shape = request.size or self.shape
        samples = []
        for step in range(request.steps):
            time.sleep(float(os.environ.get("MICRODESIGNER_TEST_STEP_S", "0.02")))
            yield Progress("denoise", step + 1, request.steps)
            yield Preview(volume((shape[0] // 2, shape[1] // 2, shape[2] // 2), request.seed, request.targets))
        for index in range(request.count):
            samples.append(sample(shape, request, request.seed + index))
            yield SampleDone(index, samples[-1])
        yield Finished(Result(request, {"name": MODEL, "sha256": "0"}, "cpu", {"denoise": 0.5}, tuple(samples)))

    def draft(self, request: Request) -> Draft:
        time.sleep(float(os.environ.get("MICRODESIGNER_TEST_STEP_S", "0.02")))
        x, y, z = request.size or self.shape
        phases = volume((x // 2, y // 2, z // 2), request.seed, request.targets)
        if request.given is not None:
            known = request.given.mask[::2, ::2, ::2]
            phases[known] = request.given.filled()[::2, ::2, ::2][known]
        return Draft(phases)

    def analyse(self, volume: Microstructure) -> Sample:
        time.sleep(float(os.environ.get("MICRODESIGNER_TEST_STEP_S", "0.02")))
        if len(volume.phase_names) != 3:
            raise InputError("The stand-in knows films of 3 phases.")
        process = {name: {"mean": v, "std": 0.1, "q05": v - 0.2, "q50": v, "q95": v + 0.2, "interval_share": share}
                   for name, v, share in (("phi", 0.5, 0.1), ("chi", 3.25, 0.8), ("log_time", 3.0, 0.1))}  # fmt: skip
        draws = {name: [spread["q05"], spread["q50"], spread["q95"]] for name, spread in process.items()}
        verdict = {"request": "well supported", "disagreement": 2.5, "words": "unlike the training films"}
        return Sample(volume, 0, {}, process=process, draws=draws, support=0.5, verdict=verdict)


def volume(shape: tuple[int, int, int], seed: int, targets: dict[str, float]) -> PhaseArray:
    """Three phases of smoothed noise; the mixed one lies between the others."""
    field = _smooth_noise(shape, seed)
    donor, mixed = targets.get("vol_frac_D", 0.4), targets.get("vol_frac_M", 0.2)
    low, high = np.quantile(field, [min(1, donor), min(1, donor + mixed)])
    return np.where(field <= low, 0, np.where(field <= high, 2, 1)).astype(np.uint8)


def write_card(folder: Path, name: str = MODEL, shape: tuple[int, int, int] = SHAPE) -> None:
    """A model card for the stand-in with a sample of its training conditions."""
    random = np.random.default_rng(0)
    donor, mixed = random.uniform(0.2, 0.6, 400), random.uniform(0.1, 0.35, 400)
    points = np.column_stack([donor, mixed, random.uniform(0.3, 0.9, 400), random.uniform(0.3, 0.9, 400)])
    names = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")
    conditions = [
        {"name": n, "low": float(c.min()), "high": float(c.max()), "histogram": np.histogram(c, 12)[0].tolist()}
        for n, c in zip(names, points.T, strict=True)
    ]
    process = [{"name": n, "low": a, "high": b} for n, a, b in (("phi", 0.3, 0.7), ("chi", 2.5, 4), ("log_time", 1, 5))]
    document = {
        "schema": 1, "name": name, "phases": ["donor", "acceptor", "mixed"], "shape": list(shape),
        "voxel_nm": [2, 2, 2], "conditions": conditions, "process": process, "latent": {"channels": 4, "factor": 4},
        "parts": {}, "support": points.tolist(),
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(document), encoding="utf-8")


def sample(shape: tuple[int, int, int], request: Request, seed: int) -> Sample:
    phases = volume(shape, seed, request.targets)
    if request.given is not None:
        phases[request.given.mask] = request.given.kept_labels
    random = np.random.default_rng(seed)
    share = np.bincount(phases.ravel(), minlength=3) / phases.size
    measured: dict[str, float | None] = {f"vol_frac_{n}": float(f) for n, f in zip("DAM", share, strict=True)}
    measured |= {"tortuosity_D": float(random.uniform(0.4, 0.8)), "tortuosity_A": None}
    draws = {"phi": random.normal(0.5, 0.03, 200), "chi": random.normal(3.2, 0.2, 200)}
    draws["log_time"] = 8 - 1.6 * draws["chi"] + random.normal(0, 0.2, 200)
    process = {name: {"mean": float(v.mean()), "std": float(v.std()), **_quantiles(v)} for name, v in draws.items()}
    reasons = {"tortuosity_A": "No acceptor voxel reaches the cathode."}
    sample = Sample(
        Microstructure(phases, (2.0, 2.0, 2.0)), seed, measured, reasons, process=process,
        draws={name: values.tolist() for name, values in draws.items()},
    )  # fmt: skip
    entry = {key: value for key, value in sample.to_json("").items() if key != "file"}
    return replace(
        sample, microstructure=sample.microstructure.with_provenance(request=request.to_json(), sample=entry)
    )


def _quantiles(values: NDArray[np.float64]) -> dict[str, float]:
    return {name: float(np.quantile(values, q)) for name, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95))}


def _smooth_noise(shape: tuple[int, int, int], seed: int) -> NDArray[np.float64]:
    spectrum = np.fft.fftn(np.random.default_rng(seed).normal(size=shape))
    squares = np.meshgrid(*(np.fft.fftfreq(edge) ** 2 for edge in shape), indexing="ij")
    return np.asarray(np.fft.ifftn(spectrum * np.exp(-sum(squares) / 0.004)).real)
