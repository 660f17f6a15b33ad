"""Films made tile by tile: the same whatever the workers and interruptions, exact fractions, measures of the whole."""

import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
import torch
from distributed import LocalCluster
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from microdesigner.core.errors import InputError
from microdesigner.core.events import Preview, Progress
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.core.request import Request
from microdesigner.data.pool import Task
from microdesigner.descriptors import fractions_and_tortuosities, sample_values
from microdesigner.engine import Engine
from microdesigner.engine.matching import match_fractions
from microdesigner.engine.streaming import Crew, FilmWritten, film, fractions
from microdesigner.engine.streaming.fractions import matched
from microdesigner.engine.streaming.measures import measured, places_of, tile_parts
from microdesigner.engine.streaming.parts import Parts, label_tile, load, save, voxels
from microdesigner.engine.streaming.windows import ALIGNED, MARGIN, WINDOW, Axis, Blend, Windows
from microdesigner.io.volumes import read
from microdesigner.models import tiling

Array = NDArray[Any]
TARGETS = {"vol_frac_D": 0.35, "vol_frac_M": 0.2}


class Here:
    """Tasks worked off in this process, the last first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None: ...

    def results(self, tasks: Iterable[Task], at_once: int | None = None) -> Generator[Any]:
        for work, *arguments in reversed(list(tasks)):
            yield work(*arguments)


@contextmanager
def working_here() -> Iterator[None]:
    """No other processes."""
    threads = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as change:
        change.setattr(film, "task_processes", lambda *_: Here())
        yield
    torch.set_num_threads(threads)


@pytest.fixture
def here() -> Iterator[None]:
    with working_here():
        yield


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiling, "TILE", 4)


def drained(events: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(events)
        except StopIteration as stop:
            return stop.value


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("length", [4, 32, 36, 64, 128, 132])
def test_windows_cover_an_axis_and_nothing_near_a_cut_counts(length: int, periodic: bool, step: int) -> None:
    axis = Axis(length, periodic)
    total = np.zeros(length)
    for start in axis.starts(step):
        weights = axis.weights(start)
        np.add.at(total, axis.indices(start), weights)
        assert start % ALIGNED == 0
        if length > WINDOW and (periodic or start > 0):
            assert not weights[:MARGIN].any()
        if not periodic and start == 0:
            assert weights[0] == 1, "a wall is no cut"
    assert total.min() > 0


def test_windows_move_from_step_to_step() -> None:
    places = [set(Axis(128, True).starts(step)) for step in range(5)]
    assert all(not one & other for one, other in pairwise(places))


@pytest.mark.parametrize("periodic", [True, False])
def test_what_windows_see_alike_is_blended_to_the_whole(periodic: bool) -> None:
    latent = np.random.default_rng(1).normal(size=(2, 68, 40, 4)).astype(np.float32)
    windows = Windows((2, 68, 40, 4), periodic)
    for step in range(3):
        blend = Blend(windows, windows.starts(step))
        for start in windows.starts(step):
            blend.add(start, windows.cut(latent, start))
        assert np.abs(blend.mean() - latent).max() < 1e-5


def stored_logits(folder: Path, edges: tuple[int, int, int], phases: int, seed: int = 0) -> tuple[Parts, Array]:
    """Parts with decoded tiles, and the logits of the whole as they are stored."""
    parts = Parts(folder, (4, *(edge // 8 for edge in edges)))
    random = np.random.default_rng(seed)
    whole = 4 * gaussian_filter(random.normal(size=(phases, *edges)), (0, 2, 2, 2)).astype(np.float16)
    whole *= 8
    whole[0] = 0
    for tile in parts.tiles:
        save(parts.differences(tile), whole[1:, *voxels(tile)])
    return parts, whole.astype(np.float32)


def assembled(parts: Parts) -> Array:
    whole = np.empty([edge * 8 for edge in parts.latent_shape[1:]], np.uint8)
    for tile in parts.tiles:
        whole[voxels(tile)] = load(parts.labels(tile))
    return whole


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize(
    ("phases", "asked"),
    [(3, {0: 0.35, 2: 0.2}), (3, {1: 0.4}), (2, {0: 0.413}), (3, {0: 0.35, 1: 0.45, 2: 0.2}), (3, {0: 0.5, 2: 0.0})],
)
def test_fractions_in_tiles_are_those_of_the_whole(
    phases: int,
    asked: dict[int, float],
    few: bool,
    tmp_path: Path,
    small_tiles: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if few:  # most voxels are far from a border, and a sample is not the whole
        monkeypatch.setattr(fractions, "SAMPLED", 1000)
        monkeypatch.setattr(fractions, "NEAR", 4000)
    parts, whole = stored_logits(tmp_path, (32, 64, 32), phases)
    labels = drained(matched(parts, asked, phases))
    for tile in parts.tiles:
        label_tile(parts, tile, labels.bias, *labels.settled(tile))
    found = assembled(parts)
    expected = match_fractions(whole, asked)
    assert np.bincount(found.ravel(), minlength=phases).tolist() == labels.counts.tolist()
    for label, share in asked.items():
        assert abs(int((found == label).sum()) - share * found.size) <= (0.5 if len(asked) < phases else 1)
    loss = np.take_along_axis(whole, found[None].astype(np.int64), 0).sum(dtype=np.float64)
    best = np.take_along_axis(whole, expected.phases[None].astype(np.int64), 0).sum(dtype=np.float64)
    assert loss == pytest.approx(best, rel=1e-7)
    assert np.ptp(labels.total - expected.bias) < 0.02 or len(asked) == 0 or 0.0 in asked.values()


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 1.0, 2.0), (1.0, 1.0, 0.5)])
@pytest.mark.parametrize("periodic", [True, False])
def test_tiles_measure_what_the_whole_does(
    periodic: bool, spacing: tuple[float, float, float], tmp_path: Path, small_tiles: None
) -> None:
    places = places_of(PHASE_NAMES, ())
    for seed in range(8):
        parts = Parts(tmp_path, (4, 12, 8, 4))
        field = gaussian_filter(np.random.default_rng(seed).normal(size=(96, 64, 32)), 1.5)
        levels = np.digitize(field, np.quantile(field, [0.3, 0.7]))  # parts that just hang together
        whole = np.choose(levels, [0, 2, 1]).astype(np.uint8)
        for tile in parts.tiles:
            save(parts.labels(tile), whole[voxels(tile)])
        tiles = dict(tile_parts(parts, tile, periodic, spacing, places) for tile in parts.tiles)
        counts = np.bincount(whole.ravel(), minlength=3)
        report = measured(tiles, counts, PHASE_NAMES, ["vol_frac_A", "CT_f_D_tort1", "STAT_n"])
        expected = fractions_and_tortuosities(whole, periodic, spacing)
        assert {name: report.values[name] for name in expected} == pytest.approx(expected)
        assert report.values["CT_f_D_tort1"] == report.values["tortuosity_D"]
        assert report.values["STAT_n"] is None
        assert set(report.reasons) == {"STAT_n"}


def test_a_phase_that_is_cut_off_has_no_straight_paths(tmp_path: Path, small_tiles: None) -> None:
    parts = Parts(tmp_path, (4, 8, 8, 4))
    for tile in parts.tiles:
        labels = np.ones((32, 32, 32), np.uint8)
        labels[:, :, :16] = 0  # no donor at the anode
        save(parts.labels(tile), labels)
    places = places_of(PHASE_NAMES, ())
    tiles = dict(tile_parts(parts, tile, True, (1, 1, 1), places) for tile in parts.tiles)
    report = measured(tiles, np.array([1, 1, 0]), PHASE_NAMES, [])
    assert report.values["tortuosity_D"] is None
    assert report.reasons["tortuosity_D"] == "no donor voxel touches the anode"
    assert report.values["tortuosity_A"] is None


def request_of(tiny_folder: Path, **entries: Any) -> Request:
    how = {"model": str(tiny_folder), "size": (288, 32, 32), "steps": 3, "match": "fractions", "seed": 4}
    return Request(TARGETS, **(how | entries))


@pytest.fixture(scope="module")
def whole_film(tiny_engine: Engine, tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> FilmWritten:
    """A film made in this process without interruption."""
    path = tmp_path_factory.mktemp("whole") / "film.ome.zarr"
    with working_here():
        *_, written = tiny_engine.stream(request_of(tiny_folder), path)
    assert isinstance(written, FilmWritten)
    return written


def test_a_film_has_its_targets_and_its_record(tiny_folder: Path, whole_film: FilmWritten) -> None:
    volume, entry = read(whole_film.path), whole_film.entry
    assert volume.shape == (288, 32, 32)
    assert volume.provenance["sample"] == entry
    assert Request.from_json(volume.provenance["request"]) == request_of(tiny_folder)
    shares = [int((volume.phases == label).sum()) for label in (0, 2)]
    assert shares == [round(share * volume.phases.size) for share in TARGETS.values()]
    assert entry["measured"] == pytest.approx(sample_values(volume).values)
    assert entry["match"]["not_refined"]
    assert not whole_film.path.with_name("film.ome.zarr.parts").exists()
    coarse = read(whole_film.path.with_name("film-overview.vti"))
    assert coarse.shape == (36, 4, 4)
    assert coarse.voxel_nm == (8.0, 8.0, 16.0)


@pytest.mark.parametrize("stage", ["denoise", "decode", "label", "measure", "write"])
def test_a_film_that_was_stopped_is_the_one_that_was_not(
    stage: str, here: None, tiny_engine: Engine, tiny_folder: Path, whole_film: FilmWritten, tmp_path: Path
) -> None:
    request, path = request_of(tiny_folder), tmp_path / "film.ome.zarr"
    events = tiny_engine.stream(request, path)
    for event in events:
        if isinstance(event, Progress) and event.stage == stage and event.done >= event.total / 2:
            break
    events.close()
    assert not path.exists()
    before = {part: part.stat().st_mtime_ns for part in (tmp_path / "film.ome.zarr.parts").glob("velocity-*")}
    assert before
    done = [event for event in tiny_engine.stream(request, path) if isinstance(event, Progress)]
    assert ("denoise" in {event.stage for event in done}) is (stage == "denoise")
    np.testing.assert_array_equal(read(path).phases, read(whole_film.path).phases)


def test_a_killed_film_goes_on_with_more_workers(
    tiny_engine: Engine, tiny_folder: Path, whole_film: FilmWritten, tmp_path: Path
) -> None:
    path, parts = tmp_path / "film.raw", tmp_path / "film.raw.parts"
    code = (
        "from microdesigner import Engine, Request; from pathlib import Path; "
        f"list(Engine.load({str(tiny_folder)!r}, 'cpu').stream("
        f"Request.from_json({request_of(tiny_folder).to_json()!r}), Path({str(path)!r}), 'raw'))"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        while process.poll() is None and not (parts / "velocity-0001.npy").exists():
            time.sleep(0.02)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not path.exists()
    *_, written = tiny_engine.stream(request_of(tiny_folder), path, "raw", crew=Crew(2, None, "cpu"))
    np.testing.assert_array_equal(read(path).phases, read(whole_film.path).phases)
    assert isinstance(written, FilmWritten)
    assert written.entry["measured"] == whole_film.entry["measured"]


def test_a_cluster_makes_the_same_film(
    tiny_engine: Engine, tiny_folder: Path, whole_film: FilmWritten, tmp_path: Path
) -> None:
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:
        crew = Crew(1, cluster.scheduler_address, "cpu")
        events = list(tiny_engine.stream(request_of(tiny_folder), tmp_path / "film.ome.zarr", crew=crew))
    np.testing.assert_array_equal(read(tmp_path / "film.ome.zarr").phases, read(whole_film.path).phases)
    looks = [place for place, event in enumerate(events) if isinstance(event, Preview)]
    writing = [place for place, event in enumerate(events) if isinstance(event, Progress) and event.stage == "write"]
    assert looks
    assert looks[0] < writing[0]


def test_parts_of_another_request_are_not_taken(
    here: None, tiny_engine: Engine, tiny_folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "film.raw"
    events = tiny_engine.stream(request_of(tiny_folder), path, "raw")
    next(events)
    events.close()
    with pytest.raises(InputError, match=r"film\.raw\.parts holds an unfinished film of another request"):
        list(tiny_engine.stream(request_of(tiny_folder, seed=5), path, "raw"))


def test_without_a_match_fractions_are_mended_by_the_strength(
    here: None, tiny_engine: Engine, tiny_folder: Path, tmp_path: Path
) -> None:
    shares = []
    for strength in (0.0, 0.5, 1.0):
        request = request_of(tiny_folder, match="none", refinement_strength=strength, steps=1)
        *_, written = tiny_engine.stream(request, tmp_path / "film.raw", "raw")
        assert isinstance(written, FilmWritten)
        shares.append([written.entry["measured"][name] for name in TARGETS])
    assert np.allclose(shares[2], list(TARGETS.values()), atol=1e-6)
    assert np.allclose(shares[1], np.mean([shares[0], shares[2]], axis=0), atol=1e-5)


@pytest.mark.parametrize(
    ("entries", "form", "words"),
    [
        ({"candidates": 2}, "zarr", "one candidate"),
        ({"sampler": "ancestral"}, "zarr", "ancestral"),
        ({}, "vti", "zarr or raw"),
        ({"size": (64, 64, 40)}, "zarr", "multiple"),
    ],
)
def test_what_is_not_done_tile_by_tile_is_refused_at_once(
    entries: dict[str, Any], form: str, words: str, tiny_engine: Engine, tiny_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        tiny_engine.stream(replace(request_of(tiny_folder), **entries), tmp_path / "film", form)
    assert not list(tmp_path.iterdir())
