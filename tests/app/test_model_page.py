"""The page of a model, and what may be done to the user's own."""

import json
from pathlib import Path

import pytest

from microdesigner.app.catalogue import installed_models
from microdesigner.app.model_page import delete, is_own, page, rename
from microdesigner.core.errors import InputError
from tests.tiny_model import tiny_card


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of the user's and one of the program's."""
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("microdesigner.core.card.shipped", lambda name: tmp_path / name)
    control = {"vol_frac_D": {"r2": 0.987654, "mae": 0.0123, "squared_pearson": 0.5}}
    entries = {
        "accuracy": {"all": {"count": 9, "control": control}},
        "limits": "Too <smooth>",
        "training": {
            "volumes": 2583,
            "series": 80,
            "rebuild": {"command": "dataset build"},
            "source": "drawn <by hand>",
        },
    }
    for place, name in (("home/models", "mine"), ("weights", "given")):
        folder = tmp_path / place / name
        folder.mkdir(parents=True)
        card = tiny_card() | {"name": name, "title": "Films of <blends>", **entries}
        (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
        (folder / "vae.safetensors").write_bytes(b"weights")
    return tmp_path


def test_the_page_tells_what_it_makes_how_well_and_from_what(folders: Path) -> None:
    mine, given = installed_models().models
    text = page(mine)
    told = "2,583 films, 80 series, made by dataset build, drawn &lt;by hand&gt;"
    for words in (told, "64×64×32 voxels", "64 × 64 × 64 nm", "0.9877", "0.012", "Films of &lt;blends&gt;",
                  "Donor fraction", "Too &lt;smooth&gt;", str(mine.folder), "yours"):  # fmt: skip
        assert words in text
    assert "MIT, as the program" in page(given)


def test_a_model_of_the_users_is_renamed_and_deleted(folders: Path) -> None:
    mine, given = installed_models().models
    assert (is_own(mine), is_own(given)) == (True, False)
    rename(mine, "better")
    better = installed_models().models[0]
    assert (better.card.name, better.folder.name) == ("better", "better")
    assert (better.folder / "vae.safetensors").read_bytes() == b"weights"
    with pytest.raises(InputError, match="There is a model called better already"):
        rename(better, "better")
    with pytest.raises(InputError, match="A model's name starts with"):
        rename(better, "../away")
    delete(better)
    assert [model.card.name for model in installed_models().models] == ["given"]


def test_a_shipped_model_stays(folders: Path) -> None:
    given = installed_models().models[1]
    for change in (lambda: rename(given, "other"), lambda: delete(given)):
        with pytest.raises(InputError, match="given is part of the program"):
            change()
    assert given.folder.is_dir()
