"""`generate` goes on after a kill, shares its films among processes and clusters, and mixes no requests."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from microdesigner.cli.films import Place
from microdesigner.cli.main import main
from microdesigner.core.result import Sample
from microdesigner.io.volumes import read

TARGETS = ("--target", "vol_frac_D=0.35", "vol_frac_M=0.2", "--steps", "2", "--match", "fractions")


@pytest.fixture
def options(tiny_folder: Path) -> tuple[str, ...]:
    return ("generate", "--model", str(tiny_folder), *TARGETS, "--size", "32", "32", "32", "--count", "4")


@pytest.fixture
def sweep(tiny_folder: Path) -> tuple[str, ...]:
    how = ("--model", str(tiny_folder), *TARGETS, "--size", "32", "32", "32")
    return ("generate", *how, "--sweep", "vol_frac_D=0.3:0.5:4")


def films(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".jsonl"}


def assert_same(folder: Path, expected: Path) -> None:
    found, whole = films(folder), films(expected)
    results = [json.loads(files.pop("result.json")) for files in (found, whole)]
    assert found == whole
    for result in results:
        result.pop("seconds")
    assert results[0] == results[1]
    assert results[0]["complete"]


@pytest.mark.parametrize(("kind", "workers"), [("options", ("--workers", "2")), ("sweep", ())])
def test_killed_and_begun_again_it_ends_as_if_it_had_not_been(
    kind: str, workers: tuple[str, ...], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    options = (*request.getfixturevalue(kind), *workers)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-m", "microdesigner", *options, "--out", str(killed)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # a film is written and named
        process.kill()
    assert process.returncode == -signal.SIGKILL
    made = {path: path.stat().st_mtime_ns for path in killed.glob("sample-*")}
    lines = (killed / "result.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    listed = [killed / json.loads(line)["sample"]["file"] for line in lines]
    assert 0 < len(listed) < 4
    for folder in (killed, whole):
        assert main([*options, "--out", str(folder)]) == 0
    assert_same(killed, whole)
    assert {path: path.stat().st_mtime_ns for path in listed} == {path: made[path] for path in listed}


def test_the_same_films_whatever_the_number_of_workers(
    options: tuple[str, ...], tmp_path: Path, cluster: LocalCluster
) -> None:
    address = cluster.scheduler_address
    for name, crew in (("one", ("--workers", "1")), ("two", ("--workers", "2")), ("dask", ("--scheduler", address))):
        assert main([*options, *crew, "--count", "2", "--out", str(tmp_path / name)]) == 0
    assert_same(tmp_path / "two", tmp_path / "one")
    assert_same(tmp_path / "dask", tmp_path / "one")


def test_a_sweep_on_a_cluster_is_that_of_one_process(
    sweep: tuple[str, ...], tmp_path: Path, cluster: LocalCluster
) -> None:
    assert main([*sweep, "--workers", "1", "--out", str(tmp_path / "one")]) == 0
    assert main([*sweep, "--scheduler", cluster.scheduler_address, "--out", str(tmp_path / "dask")]) == 0
    assert_same(tmp_path / "dask", tmp_path / "one")
    assert "sweep.csv" in films(tmp_path / "one")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as started:
        yield started


@pytest.fixture
def unfinished(options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two of four films."""
    write = Place.write

    def stop(place: Place, index: int, sample: Sample) -> dict[str, Any]:
        if index == 2:
            raise KeyboardInterrupt
        return write(place, index, sample)

    with monkeypatch.context() as change:
        change.setattr(Place, "write", stop)
        assert main([*options, "--out", str(tmp_path / "out")]) == 130
    return tmp_path / "out"


@pytest.mark.parametrize(
    "others",
    [("--seed", "9"), ("--target", "tortuosity_D=0.4"), ("--format", "npy"), ("--sweep", "vol_frac_D=.3:.4:2")],
)
def test_films_of_another_request_are_not_mixed_in(
    options: tuple[str, ...], others: tuple[str, ...], unfinished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = films(unfinished)
    capsys.readouterr()
    count = () if "--sweep" not in others else ("--count", "1")
    assert main([*options, *others, *count, "--out", str(unfinished)]) == 2
    answer = capsys.readouterr().err
    assert "holds the first 2 films of another request" in answer
    assert answer.count("\n") == 1
    assert films(unfinished) == before


def test_a_line_cut_off_and_a_film_that_is_gone_are_made_again(
    options: tuple[str, ...], unfinished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (unfinished / "result.jsonl").open("a", encoding="utf-8") as journal:
        journal.write('{"index": 2, "sample": {"file": "sample-0002.v')
    (unfinished / "sample-0000.vti").unlink()
    capsys.readouterr()
    assert main([*options, "--out", str(unfinished)]) == 0
    assert "1 of 4 films are there already" in capsys.readouterr().err
    assert main([*options, "--out", str(tmp_path / "whole")]) == 0
    assert_same(unfinished, tmp_path / "whole")


def test_a_finished_request_is_not_served_twice_but_extended_or_replaced(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, write = list[int](), Place.write
    monkeypatch.setattr(
        Place, "write", lambda place, index, sample: written.append(index) or write(place, index, sample)
    )
    for others, new in ((), [0, 1, 2, 3]), ((), []), (("--count", "5"), [4]), (("--seed", "1"), [0, 1, 2, 3]):
        written.clear()
        assert main([*options, *others, "--out", str(tmp_path)]) == 0
        assert written == new
        result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
        assert len(result["samples"]) == (5 if others == ("--count", "5") else 4)
        assert result["complete"]
        assert result["seconds"]["decode"] > 0


@pytest.mark.parametrize("option", [("--workers", "0"), ("--scheduler", "tcp://127.0.0.1:1")])
def test_workers_that_cannot_be_are_one_sentence(
    option: tuple[str, str],
    options: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("microdesigner.data.cluster.PATIENCE_S", 1)
    assert main([*options, *option, "--out", str(tmp_path / "out")]) == 2
    answer = capsys.readouterr().err
    assert option[0].lstrip("-") in answer
    assert "Traceback" not in answer


def test_films_too_large_for_memory_are_made_tile_by_tile(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("microdesigner.engine.streaming.streamed_size", lambda size: size[0] > 256)
    options = ("generate", "--model", str(tiny_folder), *TARGETS, "--format", "zarr")
    command = [*options, "--size", "288", "32", "32", "--workers", "1", "--count", "2", "--out", str(tmp_path)]
    assert main(command) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    films = [f"sample-000{index}{end}" for index in (0, 1) for end in ("-overview.vti", ".ome.zarr")]
    assert names == ["result.json", "result.jsonl", *films]
    samples = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["samples"]
    for index, entry in enumerate(samples):
        volume = read(tmp_path / entry["file"])
        assert volume.provenance["index"] == index
        assert int((volume.phases == 0).sum()) == round(0.35 * volume.phases.size)
        assert entry["match"]["not_refined"]
    assert main(command) == 0
    assert "2 of 2 films are there already" in capsys.readouterr().err
    small = [*options, "--size", "32", "32", "32", "--out", str(tmp_path / "small")]
    assert main(small) == 0
    (entry,) = json.loads((tmp_path / "small" / "result.json").read_text(encoding="utf-8"))["samples"]
    assert entry["process"], "a film that fits memory is made in one piece"
    assert read(tmp_path / "small" / entry["file"]).shape == (32, 32, 32)


def test_a_size_that_no_memory_holds_names_the_formats_that_take_it(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["generate", "--model", str(tiny_folder), "--size", "4096", "4096", "64", "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert "write it tile by tile (--format zarr or raw)" in capsys.readouterr().err
