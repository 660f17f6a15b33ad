"""Kept samples come back whole, whatever ends the program."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from microdesigner.app import history as module
from microdesigner.app.history import History
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification


def _sample(seed: int) -> Sample:
    phases = np.random.default_rng(seed).integers(0, 3, (8, 8, 4), dtype=np.uint8)
    measured: dict[str, float | None] = {"vol_frac_D": 0.3, "tortuosity_A": None}
    return Sample(Microstructure(phases, (2.0, 2.0, 1.0)), seed, measured, {"tortuosity_A": "none"}, draws={"chi": [3]})


def _filled(folder: Path, count: int) -> History:
    history = History(folder)
    request = Request({"vol_frac_D": 0.3}, seed=5, count=count)
    for index in range(count):
        history.add(request, _sample(5 + index), b"picture")
    return history


def test_a_sample_comes_back_as_it_was(tmp_path: Path) -> None:
    history = _filled(tmp_path, 2)
    newest, oldest = history.entries()
    assert (newest.request.seed, oldest.request.seed) == (6, 5)
    assert newest.request.count == 1
    back, original = history.load(newest), _sample(6)
    np.testing.assert_array_equal(back.microstructure.phases, original.microstructure.phases)
    assert back.microstructure.voxel_nm == original.microstructure.voxel_nm
    assert (back.seed, back.measured, back.reasons, back.draws) == (
        original.seed,
        original.measured,
        original.reasons,
        original.draws,
    )


def _verified(seed: int) -> Verification:
    volume = _sample(seed + 100).microstructure
    return Verification(
        "this film", {"chi": 3.0}, {"vol_frac_D": 0.3}, {"vol_frac_D": 0.3}, {"vol_frac_D": 0.31}, "", volume
    )


def test_a_verification_comes_back_with_its_film_and_goes_with_its_sample(tmp_path: Path) -> None:
    history = _filled(tmp_path, 2)
    newest, oldest = history.entries()
    assert history.verification(newest) is None
    history.keep_verification(newest.request, _verified(1))
    history.keep_verification(newest.request, verification := _verified(2))
    history.sweep()
    back = History(tmp_path).verification(newest)
    assert back is not None
    assert back.volume is not None
    assert verification.volume is not None
    np.testing.assert_array_equal(back.volume.phases, verification.volume.phases)
    assert back.to_json() == verification.to_json()
    assert history.verification(oldest) is None
    history.delete(newest.number)
    assert [path.name for path in tmp_path.glob("*.vti")] == [oldest.volume]


def test_a_refused_recipe_is_remembered_too(tmp_path: Path) -> None:
    history = _filled(tmp_path, 1)
    (entry,) = history.entries()
    history.keep_verification(entry.request, Verification("this film", {}, {}, {}, reason="That would take for ever."))
    back = history.verification(entry)
    assert back is not None
    assert back.reason == "That would take for ever."
    history.keep_verification(Request(seed=99), _verified(1))  # whose sample is not kept
    assert len(list(tmp_path.glob("*.vti"))) == 1


def test_a_history_from_before_verifications_were_kept_goes_on(tmp_path: Path) -> None:
    history = _filled(tmp_path, 1)
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("DROP TABLE verifications")
        database.execute("PRAGMA user_version=1")
    (entry,) = history.entries()
    history.keep_verification(entry.request, _verified(1))
    assert history.verification(entry) is not None


def test_star_note_and_delete_last(tmp_path: Path) -> None:
    history = _filled(tmp_path, 2)
    newest, oldest = history.entries()
    history.set_star(newest.number, True)
    history.set_note(newest.number, "good")
    history.delete(oldest.number)
    (left,) = History(tmp_path).entries()
    assert (left.starred, left.note) == (True, "good")
    assert [path.name for path in tmp_path.glob("*.vti")] == [left.volume]


def test_old_ones_make_room_but_starred_ones_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNSTARRED", 2)
    history = _filled(tmp_path, 1)
    history.set_star(history.entries()[0].number, True)
    request = Request()
    for seed in (21, 22, 23):
        history.add(request, _sample(seed), b"")
    assert [entry.request.seed for entry in history.entries()] == [23, 22, 5]
    assert len(list(tmp_path.glob("*.vti"))) == 3


def test_a_missing_volume_is_a_sentence(tmp_path: Path) -> None:
    history = _filled(tmp_path, 1)
    (entry,) = history.entries()
    (tmp_path / entry.volume).unlink()
    with pytest.raises(InputError, match="does not exist"):
        history.load(entry)


def test_damaged_rows_and_ownerless_volumes_do_no_harm(tmp_path: Path) -> None:
    history = _filled(tmp_path, 2)
    with sqlite3.connect(tmp_path / "history.sqlite") as database:
        database.execute("UPDATE samples SET sample = '{' WHERE number = 1")
    database.close()
    (tmp_path / "left-over.vti").write_bytes(b"")
    history.sweep()
    assert len(history.entries()) == 1
    assert not (tmp_path / "left-over.vti").exists()


def test_a_killed_program_leaves_whole_entries(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.app.test_history import _filled\n"
        "for _ in range(1000):\n    _filled(Path(sys.argv[1]), 1)\n    print('kept', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(5):
        assert process.stdout.readline() == "kept\n"
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.communicate()
    history = History(tmp_path)
    history.sweep()
    entries = history.entries()
    assert len(entries) >= 5
    assert all(history.load(entry).microstructure.shape == (8, 8, 4) for entry in entries)
    assert len(list(tmp_path.glob("*.vti"))) == len(entries)
