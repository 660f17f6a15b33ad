"""`design`: films towards goals, a front of the best, resumed, in one sentence where it cannot be."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from microdesigner.cli.main import main
from microdesigner.core.result import read_result
from microdesigner.io.volumes import read

GOALS = ("maximise ABS_f_D", "minimise domain_size", "chi <= 3.9")


def design(model: Path, out: Path, *options: str, goals: tuple[str, ...] = GOALS) -> int:
    fixed = ("--target", "tortuosity_D=0.5", "tortuosity_A=0.5", "--size", "32", "32", "32")
    return main(["design", *goals, *fixed, "--model", str(model), "--out", str(out), *options])


def samples(out: Path) -> list[dict[str, Any]]:
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = document["samples"]
    return found


def test_films_are_made_towards_the_goals_and_more_are_added(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "study"
    assert design(tiny_folder, out, "--budget", "5") == 0
    told = capsys.readouterr().out
    assert "of 5 films are best" in told
    first = samples(out)
    assert len(first) == 5
    assert design(tiny_folder, out, "--budget", "6", "--json") == 0
    captured = capsys.readouterr()
    assert "5 of 6 films are there already" in captured.err
    assert samples(out)[:5] == first
    assert len(read_result(out / "result.json").samples) == 6, "as verify reads it"
    document = json.loads(captured.out)
    assert document["goals"] == list(GOALS)
    entries = {entry["file"]: entry for entry in samples(out)}
    for row in document["front"]:
        entry = entries[row["file"]]
        assert row["value"] == entry["design"]["values"]
        assert row["value"]["chi"] == entry["process"]["chi"].get("best", entry["process"]["chi"]["q50"]) <= 3.9
        film = read(out / row["file"])
        assert row["value"]["ABS_f_D"] == pytest.approx(float((film.phases == 0).mean()))
        assert film.provenance["request"]["targets"] == entry["targets"] == row["target"]
        better = [
            other for other in document["front"] if other["value"]["ABS_f_D"] > row["value"]["ABS_f_D"]
            and other["value"]["domain_size"] < row["value"]["domain_size"]
        ]  # fmt: skip
        assert not better
    table = list(csv.DictReader((out / "front.csv").open(encoding="utf-8")))
    assert [row["file"] for row in table] == [row["file"] for row in document["front"]]
    assert [float(row["recipe chi"]) for row in table] == [row["recipe"]["chi"] for row in document["front"]]


@pytest.mark.parametrize(
    ("goals", "options", "words"),
    [
        (("maximise nonesuch",), (), "No quantity is called 'nonesuch'"),
        (GOALS, ("--budget", "3"), "--budget must lie between 4 and 1000"),
        (GOALS, ("--size", "64", "64", "33"), "multiple of"),
    ],
)
def test_what_cannot_be_designed_is_one_sentence(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    goals: tuple[str, ...], options: tuple[str, ...], words: str,
) -> None:  # fmt: skip
    assert design(tiny_folder, tmp_path / "study", *options, goals=goals) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "study").exists()


def test_a_study_without_a_film_within_its_bounds_names_the_nearest(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert design(tiny_folder, tmp_path, "--budget", "4", goals=("maximise ABS_f_D", "isolated_voxels <= -1")) == 0
    captured = capsys.readouterr()
    assert "0 of 4 films are best" in captured.out
    assert "no film meets all bounds; nearest comes" in captured.err
    assert (tmp_path / "front.csv").exists()
