"""Runs to be shared, as `generate` and `design` leave them, made on the machine of somebody called Ada Lovelace."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.cli.films import Place
from microdesigner.cli.growing_result import GrowingResult
from microdesigner.core.given import Given
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.software import software

USER = "ada-lovelace"
SHAPE = (32, 32, 32)
MODEL = {"name": "tiny", "sha256": "0" * 64}
RECIPE = {"chi": {"mean": 3.0, "q50": 2.9}}


def film(seed: int, request: Request, index: int = 0) -> Sample:
    """A film as the engine gives it, but for its voxels."""
    phases = np.random.default_rng(seed).integers(0, 3, SHAPE).astype(np.uint8)
    sample = Sample(Microstructure(phases), seed, {"vol_frac_D": float((phases == 0).mean())}, process=RECIPE)
    volume = sample.microstructure.with_provenance(
        program="microdesigner 0.1.0",
        software=software(),
        request=request.to_json(),
        model=MODEL,
        index=index,
        came_from=f"/home/{USER}/a film.vti",
    )
    return Sample(volume, seed, sample.measured, process=RECIPE)


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada's folder, without models."""
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / USER / "data"))
    return tmp_path / USER


def run_in(folder: Path, *formats: str) -> Path:
    """A run of two films of one request, made in `folder`."""
    request = Request({"vol_frac_D": 0.3}, str(folder / "my models" / "best"), count=2, seed=7, size=SHAPE)
    place = Place(folder / "films", formats or ("vti",), picture=False)
    result = GrowingResult(_made(place.folder), request, MODEL, "cpu", {"files": place.extensions}, 2)
    for index in range(2):
        result.add(index, place.write(index, film(7 + index, request, index)))
    result.finish({})
    return place.folder


@pytest.fixture
def run_of(ada: Path) -> Callable[..., Path]:
    """Makes a run of two films of one request, in `formats`."""
    return partial(run_in, ada)


@pytest.fixture
def study(ada: Path) -> Path:
    """Three films of a study, of which the last varies the second."""
    whole = Request({}, str(ada / "tiny"), count=3, seed=4, size=SHAPE, match="fractions")
    place = Place(ada / "study", ("vti",), picture=False)
    how: dict[str, Any] = {"files": [".vti"], "design": ["maximise vol_frac_D", "chi <= 3"]}
    result = GrowingResult(_made(place.folder), whole, MODEL, "cpu", how, 3)
    given: Given | None = None
    for index in range(3):
        targets, seed = {"vol_frac_D": 0.2 + 0.1 * index}, whole.seed + index
        own = Request(targets, whole.model, seed=seed, size=SHAPE, match="fractions", given=given)
        sample = film(seed, own)
        told = {"values": {}, "meets_bounds": True} | ({"varied": 1, "strength": 0.6} if given else {})
        result.add(index, place.write(index, sample) | {"targets": targets, "design": told})
        phases = sample.microstructure.phases
        given = Given.of(phases, np.zeros(SHAPE, bool), strength=0.6) if index == 1 else None
    result.finish({})
    (place.folder / "front.csv").write_text("file,value vol_frac_D\nsample-0002.vti,0.4\n")
    (place.folder / "study.json").write_text(json.dumps({"goals": ["maximise vol_frac_D"], "model": str(ada / "tiny")}))
    (place.folder / "log.txt").write_text(f"{ada} is not for others")
    return place.folder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
