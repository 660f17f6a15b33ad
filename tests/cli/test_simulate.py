"""`simulate`: volumes and fields on disk, and quenches that cannot be."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner.cli.main import main
from microdesigner.io import read

SMALL = ["--size", "24", "24", "16", "--phi", "0.5", "--chi", "4"]


def test_several_snapshots_follow_in_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("microdesigner.cli.simulate.LEAST_REDUCED_TIME", 6.0)  # before the phases appear
    code = main(
        ["simulate", *SMALL, "--tau", "4.5", "--snapshots", "3", "--phases", "2", "--out", str(tmp_path / "s.vti")]
    )
    assert code == 0
    answer = capsys.readouterr()
    paths = [Path(line) for line in answer.out.split()]
    assert "1 early snapshots were left out" in answer.err
    volumes = [read(path) for path in paths]
    assert [volume.shape for volume in volumes] == [(24, 24, 16)] * 2
    first, second = (volume.provenance["recipe"]["log_time"] for volume in volumes)
    assert first < second
    assert volumes[1].provenance["recipe"]["chi"] == 4


def test_the_same_seed_gives_the_same_field(tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        out = str(tmp_path / f"{name}.npy")
        assert main(["simulate", *SMALL, "--time", "30", "--phases", "field", "--seed", seed, "--out", out]) == 0
    a, b, c = (np.load(tmp_path / f"{name}.npy") for name in "abc")
    assert a.dtype == np.float32
    assert a.mean() == pytest.approx(0.5, abs=1e-5)
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--phi", "0.5", "--chi", "1.5", "--time", "10"], "chi above 2"),
        (["--phi", "0.9", "--chi", "3", "--time", "10"], "choose phi between"),
        (["--phi", "0.5", "--chi", "4", "--time", "-1"], "positive"),
        (["--phi", "0.5", "--chi", "4", "--time", "1", "--size", "24", "24", "16"], "not separated"),
        (["--phi", "0.5", "--chi", "4", "--time", "10", "--size", "2", "24", "16"], "at least 8"),
        (["--phi", "half", "--chi", "4", "--time", "10"], "--phi"),
        (["--phi", "0.5", "--chi", "4"], "--time"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    options: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *options, "--out", str(tmp_path / "s.vti")]) == 2
    error = capsys.readouterr().err.strip().split("\r")[-1]
    assert word in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_told_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *SMALL, "--time", "1e9", "--out", str(tmp_path / "s.xyz")]) == 2
    assert "s.xyz" in capsys.readouterr().err
