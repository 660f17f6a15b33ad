"""Models are found by their cards; files bring what they know."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner.app import catalogue
from microdesigner.app.volume_open import open_volume
from microdesigner.core import card
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.io import volumes
from tests.gui import stand_in


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The user's models and the shipped ones."""
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(card, "shipped", lambda folder: tmp_path / folder)
    return tmp_path / "home" / "models", tmp_path / "weights"


def test_no_models_is_an_empty_catalogue(roots: tuple[Path, Path]) -> None:
    assert catalogue.installed_models() == catalogue.Catalogue((), ())


def test_a_users_model_hides_a_shipped_one_of_its_name(roots: tuple[Path, Path]) -> None:
    user, shipped = roots
    stand_in.write_card(user / "mine", "same")
    stand_in.write_card(shipped / "same", "same")
    stand_in.write_card(shipped / "other", "other")
    found = catalogue.installed_models()
    assert found.folder("same") == user / "mine"
    assert found.folder("other") == shipped / "other"
    assert found.card("nonesuch") is None


def test_a_damaged_card_is_a_sentence(roots: tuple[Path, Path]) -> None:
    broken = roots[0] / "broken"
    broken.mkdir(parents=True)
    (broken / "model.json").write_text("[]", encoding="utf-8")
    found = catalogue.installed_models()
    assert not found.models
    assert str(broken) in found.problems[0]


def test_a_generated_file_brings_request_and_measures(tmp_path: Path) -> None:
    request = Request({"vol_frac_D": 0.3}, seed=4)
    volume = Microstructure(np.zeros((4, 4, 4), np.uint8)).with_provenance(
        request=request.to_json(), sample={"seed": 4, "measured": {"vol_frac_D": 1.0}, "process": "damaged"}
    )
    volumes.write(volume, tmp_path / "volume.vti")
    opened = open_volume(tmp_path / "volume.vti")
    assert opened.request == request
    assert opened.sample.seed == 4
    assert opened.sample.measured == {"vol_frac_D": 1.0}
    assert opened.sample.process == {}


def test_of_a_recipe_without_values_nothing_is_said(tmp_path: Path) -> None:
    process = {"chi": {}, "phi": {"mean": 0.5, "q50": 0.4}}
    volume = Microstructure(np.zeros((4, 4, 4), np.uint8)).with_provenance(sample={"process": process})
    volumes.write(volume, tmp_path / "volume.vti")
    assert open_volume(tmp_path / "volume.vti").sample.recipe == {"phi": 0.4}


def test_a_foreign_file_brings_a_volume_alone(tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", np.zeros((4, 5, 6), np.uint8))
    opened = open_volume(tmp_path / "labels.npy")
    assert opened.request is None
    assert opened.sample.microstructure.shape == (4, 5, 6)
    with pytest.raises(InputError, match=r"missing\.vti"):
        open_volume(tmp_path / "missing.vti")
