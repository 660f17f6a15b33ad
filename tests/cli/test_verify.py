"""`verify` from the command line: recipes that hold, recipes that cannot be, files that are no results."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.cli.main import main
from microdesigner.descriptors import describe
from microdesigner.io.volumes import write
from microdesigner.physics import Recipe, simulate

RECIPE = Recipe(0.5, 3.6, seed=3, size=(32, 32, 16))


def entry(file: str, seed: int, measured: dict[str, Any], phi: float, log_time: float) -> dict[str, Any]:
    medians = {"phi": phi, "chi": RECIPE.chi, "log_time": log_time}
    process = {name: {"q50": value} for name, value in medians.items()}
    return {"file": file, "seed": seed, "measured": measured, "process": process}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A result whose one sample was itself simulated by the recipe that it claims."""
    folder = tmp_path_factory.mktemp("result")
    time = RECIPE.time_of(math.log(60))
    volume = next(simulate(RECIPE, [time])).microstructure(3)
    write(volume, folder / "sample-0000.vti")
    names = ("vol_frac_D", "vol_frac_A", "vol_frac_M", "tortuosity_D", "tortuosity_A")
    values = describe(volume).values
    sample = entry("sample-0000.vti", RECIPE.seed, {name: values[name] for name in names}, 0.5, math.log10(time))
    return folder, {"schema": 1, "request": {"targets": {"vol_frac_D": 0.4}}, "samples": [sample]}


def written(folder: Path, document: object) -> str:
    (folder / "result.json").write_text(json.dumps(document))
    return str(folder / "result.json")


def test_the_true_recipe_gives_the_measured_values(document: tuple[Path, dict[str, Any]], capsys: Any) -> None:
    folder, result = document
    assert main(["verify", written(folder, result), "--json"]) == 0
    (sample,) = json.loads(capsys.readouterr().out)["samples"]
    assert sample["target"] == {"vol_frac_D": 0.4}
    assert sample["simulated"] == pytest.approx(sample["measured"], abs=1e-6)
    assert np.abs(list(sample["error"].values())).max() < 1e-6
    assert main(["verify", written(folder, result), "--size", "24", "24", "16"]) == 0
    table = capsys.readouterr().out
    assert "simulated - target" in table
    assert "tortuosity_A" in table


def test_a_recipe_that_cannot_be_does_not_stop_the_others(document: tuple[Path, dict[str, Any]], capsys: Any) -> None:
    folder, result = document
    whole = result["samples"][0]
    hopeless = entry("sample-0000.vti", 1, whole["measured"], 0.05, 3.0)
    gone = {**whole, "file": "gone.vti"}
    early = entry("sample-0000.vti", 1, whole["measured"], 0.5, -1.0)
    assert main(["verify", written(folder, {**result, "samples": [hopeless, gone, early, whole]}), "--json"]) == 0
    answer = capsys.readouterr()
    reasons = [sample["reason"] for sample in json.loads(answer.out)["samples"]]
    assert all(word in reason for word, reason in zip(("spinodal", "gone.vti", "separated", ""), reasons, strict=True))
    assert main(["verify", written(folder, {**result, "samples": [hopeless]}), "--json"]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "spinodal" in answer.err


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"schema": 9}',
        '{"schema": 1}',
        '{"schema": 1, "request": {"targets": {}}, "samples": []}',
        '{"schema": 1, "request": {"targets": {}}, "samples": [{"file": "a.vti"}]}',
        '{"schema": 1, "request": {"targets": 3}, "samples": 4}',
        None,
    ],
)
def test_bad_files(text: str | None, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "result.json"
    if text is not None:
        path.write_text(text)
    assert main(["verify", str(path)]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "result.json" in answer.err
    assert "generate" in answer.err


def test_a_recipe_that_would_take_for_ever_is_refused_at_once(
    document: tuple[Path, dict[str, Any]], capsys: Any
) -> None:
    folder, result = document
    endless = entry("sample-0000.vti", 1, result["samples"][0]["measured"], 0.5, 12.0)
    assert main(["verify", written(folder, {**result, "samples": [endless]})]) == 2
    assert "longer than any in the training data" in capsys.readouterr().err
