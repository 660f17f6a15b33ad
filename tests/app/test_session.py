"""A session comes back as it was, and foreign files do no harm."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microdesigner.app.store.session import Session
from microdesigner.app.view_state import Pose, ViewState, changed_field
from microdesigner.app.volume_open import open_volume
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request

POSE = Pose((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 2.0, 3.0), (0.0, 0.0, 0.0), 4.0)
VIEW = ViewState(
    POSE, True, 2, "okabe-ito", False, (True, False, True), (100, 40, 100), ((0, 200), (0, 200), (10, 90)), True,
    (100, 100, 50), 3,
)  # fmt: skip
SESSION = Session(Request({"vol_frac_D": 0.4}, seed=8), False, Request(seed=8), Path("film.vti"), VIEW)


def test_a_session_comes_back_as_it_was(tmp_path: Path) -> None:
    SESSION.write(tmp_path / "s.microdesigner")
    assert Session.read(tmp_path / "s.microdesigner") == SESSION
    plain = Session(Request())
    plain.write(tmp_path / "s.microdesigner")
    assert Session.read(tmp_path / "s.microdesigner") == plain


@pytest.mark.parametrize(
    "damage",
    [
        {"program": "other"},
        {"schema": 2},
        {"request": {"steps": -1}},
        {"view": {"pose": 3}},
        {"view": VIEW.to_json() | {"threshold": "high"}},
        {"view": VIEW.to_json() | {"clip": [[0]]}},
    ],
)
def test_foreign_and_damaged_sessions_are_refused_in_a_sentence(tmp_path: Path, damage: dict[str, object]) -> None:
    path = tmp_path / "s.microdesigner"
    SESSION.write(path)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | damage), encoding="utf-8")
    with pytest.raises(InputError):
        Session.read(path)


def test_a_session_carries_its_film(tmp_path: Path) -> None:
    phases = np.random.default_rng(0).integers(0, 3, (8, 6, 4), dtype=np.uint8)
    request = Request({"vol_frac_D": 0.4}, seed=8)
    film = Microstructure(phases, (2.0, 2.0, 1.0)).with_provenance(
        request=request.to_json(), sample={"seed": 8, "measured": {"vol_frac_D": 0.41}}
    )
    path = tmp_path / "elsewhere" / "s.microdesigner"
    replace(SESSION, opened=None).write(path, film)
    assert Session.read(path) == replace(SESSION, opened=path)
    opened = open_volume(path)
    np.testing.assert_array_equal(opened.sample.microstructure.phases, phases)
    assert (opened.path, opened.request, opened.sample.measured) == (path, request, {"vol_frac_D": 0.41})
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_session_without_a_film_is_no_volume(tmp_path: Path) -> None:
    SESSION.write(tmp_path / "s.microdesigner")
    with pytest.raises(InputError, match=r"s\.microdesigner cannot be read as a session with its film"):
        open_volume(tmp_path / "s.microdesigner")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_nothing_in_a_session_is_unpacked(tmp_path: Path, method: int) -> None:
    path = tmp_path / "s.microdesigner"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("session.json", " " * 10**7)
        archive.writestr("film.vti", " " * 10**7)
    for read in (Session.read, open_volume):
        with pytest.raises(InputError, match="compressed"):
            read(path)


def test_a_volume_is_no_session(tmp_path: Path) -> None:
    path = tmp_path / "s.microdesigner"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputError, match="cannot be read as a session"):
        Session.read(path)


def test_the_field_that_changed_is_told() -> None:
    assert changed_field(VIEW, VIEW) == ""
    assert changed_field(VIEW, replace(VIEW, smooth=True)) == "smooth"
    assert changed_field(VIEW, replace(VIEW, opacity=(100, 40, 90))) == "opacity 2"
    assert changed_field(VIEW, replace(VIEW, pose=Pose((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)))) == "pose"
