"""`microdesigner evaluate` refuses in one sentence what it cannot do."""

import shutil
from pathlib import Path

import pytest

from microdesigner.cli.main import main
from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.models.bundle import update_card
from tests.tiny_dataset import write_tiny_dataset


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--twins", "4"), "--dataset"),
        (("--twins", "-1"), "--twins must be at least 0"),
        (("--parts", "4"), "--parts needs held-out films"),
        (("--count", "1"), "--count must be at least 2"),
    ],
)
def test_options_that_cannot_be_served(
    tmp_path: Path, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--out", str(tmp_path / "out"), *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_twins_need_films_with_recipes(tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shutil.copytree(tiny_folder, tmp_path / "tiny")
    update_card(folder, {"held_out": ModelCard.read(folder / CARD_FILE).to_json()["support"]})
    films = write_tiny_dataset(tmp_path / "films.h5")
    options = ["--model", str(folder), "--dataset", str(films), "--twins", "2", "--out", str(tmp_path / "out")]
    assert main(["evaluate", *options]) == 2
    assert "no label 'time'" in capsys.readouterr().err
