"""`generate --sweep`: a film per value of one target or pair of values of two, a table, what is refused."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.cli import growing_result
from microdesigner.cli.films import Place
from microdesigner.cli.main import main
from microdesigner.cli.sweep import parse_axes
from microdesigner.core.errors import InputError
from microdesigner.core.result import read_result
from microdesigner.io.volumes import read


def test_two_targets_are_swept_into_files_and_a_table(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    sweep = ("--sweep", "vol_frac_D=0.2:0.7:2", "vol_frac_M=0.1:0.4:2")
    options = ("--model", str(tiny_folder), "--steps", "2", "--match", "fractions", "--voxel", "3", "3", "6", "nm")
    assert main(["generate", *sweep, *options, "--seed", "3", "--out", str(out)]) == 0
    assert "1 of 4 combinations are impossible and left out" in capsys.readouterr().err
    names = sorted(path.name for path in out.iterdir())
    assert names == ["result.json", "result.jsonl", *(f"sample-000{index}.vti" for index in range(3)), "sweep.csv"]
    rows = list(csv.DictReader((out / "sweep.csv").open(encoding="utf-8")))
    asked = [(float(row["target vol_frac_D"]), float(row["target vol_frac_M"])) for row in rows]
    assert asked == [(0.2, 0.1), (0.7, 0.1), (0.2, 0.4)]
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert len(read_result(out / "result.json").samples) == 3, "as verify reads it"
    for entry, row, (donor, mixed) in zip(document["samples"], rows, asked, strict=True):
        assert entry["targets"] == {"vol_frac_D": donor, "vol_frac_M": mixed}
        film = read(out / entry["file"])
        assert film.voxel_nm == (3.0, 3.0, 6.0)
        assert float(np.mean(film.phases == 0)) == pytest.approx(donor, abs=1e-4)
        assert float(row["measured vol_frac_M"]) == pytest.approx(mixed, abs=1e-4)
        assert film.provenance["request"]["targets"] == entry["targets"]


def test_the_result_of_a_sweep_grows_as_films_come(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, seen, write = tmp_path / "out" / "result.json", list[tuple[bool, list[str]]](), Place.write
    table, growing = result.with_name("sweep.csv"), list[tuple[int, str]]()

    def watch(*arguments: Any) -> dict[str, Any]:
        if result.exists():
            document = json.loads(result.read_text(encoding="utf-8"))
            seen.append((document["complete"], [entry["file"] for entry in document["samples"]]))
            growing.append((table.stat().st_ino, table.read_text(encoding="utf-8")))
        return write(*arguments)

    monkeypatch.setattr(Place, "write", watch)
    monkeypatch.setattr(growing_result, "WRITING_SHARE", 1e9)  # however long it takes
    sweep = ("--sweep", "vol_frac_D=0.2:0.4:3", "--steps", "1", "--refinement", "0")
    assert main(["generate", *sweep, "--model", str(tiny_folder), "--out", str(result.parent)]) == 0
    names = [f"sample-000{index}.vti" for index in range(3)]
    assert seen == [(False, names[:1]), (False, names[:2])]
    (file, one), (same_file, two) = growing
    assert same_file == file, "appended to, not written anew"
    three = table.read_text(encoding="utf-8")
    assert [text.count("\n") for text in (one, two, three)] == [2, 3, 4]
    assert three.startswith(two)
    assert two.startswith(one)
    document = json.loads(result.read_text(encoding="utf-8"))
    assert document["complete"]
    assert [entry["file"] for entry in document["samples"]] == names


@pytest.mark.parametrize("entry", ["vol_frac_D", "vol_frac_D=0.2:0.3", "=0.1:0.2:3", "vol_frac_D=a:b:3", "x=0:1:2.5"])
def test_what_is_no_sweep_is_refused(entry: str) -> None:
    with pytest.raises(InputError, match="--sweep needs NAME=FROM:TO:STEPS"):
        parse_axes([entry])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sweep", "nonesuch=0.2:0.3:2"), "has no target 'nonesuch'"),
        (("--sweep", "vol_frac_D=0.2:0.3:2", "--count", "4"), "leave --count out"),
        (("--sweep", "vol_frac_D=0.2:1.3:2"), "must lie between"),
    ],
)
def test_a_sweep_that_cannot_be_is_one_sentence(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    out = tmp_path / "out"
    assert main(["generate", "--model", str(tiny_folder), *options, "--out", str(out)]) == 2
    answer = capsys.readouterr()
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert not out.exists()
