"""`generate --like`: films whose targets are the statistics of a picture, and what a picture does not say."""

import json
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.cli.main import main
from microdesigner.io import read

MAP = ("--map", "10=donor", "20=acceptor", "30=mixed")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    field = gaussian_filter(np.random.default_rng(0).normal(size=(96, 128)), 3)
    values = np.digitize(field, np.quantile(field, (0.4, 0.6))).astype(np.uint8)
    imageio.imwrite(tmp_path / "section.png", np.array([10, 30, 20], np.uint8)[values])
    return tmp_path / "section.png"


@pytest.fixture
def targets(tiny_folder: Path, tmp_path: Path) -> Any:
    def run(*options: str) -> dict[str, float]:
        made = ("--model", str(tiny_folder), "--steps", "2", "--refinement", "0", "--match", "fractions")
        assert main(["generate", *made, "--out", str(tmp_path / "out"), *options]) == 0
        result = json.loads((tmp_path / "out" / "result.json").read_text())
        made_of, asked = result["samples"][0]["measured"], dict(result["request"]["targets"])
        assert {name: made_of[name] for name in asked if "frac" in name} == pytest.approx(
            {name: value for name, value in asked.items() if "frac" in name}, abs=1e-3
        )
        return asked

    return run


def test_the_statistics_of_the_picture_are_the_targets(
    targets: Any, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = targets("--like", str(picture), *MAP, "--pixel", "1", "nm")
    assert set(asked) == {"vol_frac_D", "vol_frac_M", "domain_size"}
    assert (asked["vol_frac_D"], asked["vol_frac_M"]) == (0.4, 0.2)
    said = capsys.readouterr().err
    assert "section.png shows donor fraction 0.400 ± " in said
    assert f"domain size {asked['domain_size']:.0f}" in said or f"domain size {asked['domain_size']:.1f}" in said
    assert "no plane tells them: donor straight paths" in said


def test_a_target_replaces_what_the_picture_says(
    targets: Any, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = targets("--like", str(picture), *MAP, "--target", "ABS_f_D=0.35", "tortuosity_D=0.5")
    assert asked == {"ABS_f_D": 0.35, "vol_frac_M": 0.2, "tortuosity_D": 0.5}
    assert "--pixel EDGE, such as 2 nm, says how long a pixel is." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--pixel", "2", "nm"), "--pixel speaks of a picture"),
        (MAP, "--map and --segment speak of a picture"),
        (("--like", "{}", "--map", "10=0", "20=1", "30=3:void"), "shows the phase void"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    options: tuple[str, ...], sentence: str, tiny_folder: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word.format(picture) for word in options]
    assert main(["generate", "--model", str(tiny_folder), *words]) == 2
    assert sentence in capsys.readouterr().err


def test_the_picture_itself_is_kept_with_the_same_map(tiny_folder: Path, picture: Path, tmp_path: Path) -> None:
    made = ("--model", str(tiny_folder), "--steps", "2", "--out", str(tmp_path / "out"))
    assert main(["generate", *made, "--given", str(picture), "--keep", "y=12", "--size", "128", "32", "96", *MAP]) == 0
    labels = np.array([0, 1, 2])[imageio.imread(picture) // 10 - 1]
    assert (read(tmp_path / "out" / "sample-0000.vti").phases[:, 12] == labels[::-1].T).all()
