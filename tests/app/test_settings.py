"""Settings are saved when they change, by several programs at once, and survive what cannot be read."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from microdesigner.app.store.settings import MAX_RECENT, Settings
from tests.fuzz.mutate import TIMES, mutate_json

MUTATIONS = 400 * TIMES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "home" / "settings.json"


def test_a_choice_is_saved_when_it_is_made(path: Path) -> None:
    settings = Settings.load(path)
    assert settings == Settings()
    assert not path.exists()
    settings.model, settings.smooth = "a", False
    assert Settings.load(path) == Settings(model="a", smooth=False)
    settings.model = "b"
    assert Settings.load(path).model == "b"
    assert settings.take_problems() == []


def test_settings_of_no_file_are_saved_on_request_only(path: Path) -> None:
    settings = Settings(model="a")
    settings.model = "b"
    settings.remember_file(Path("film.vti"))
    assert not path.exists()
    settings.save(path)
    assert Settings.load(path) == settings


def test_two_programs_keep_each_others_choices(path: Path, tmp_path: Path) -> None:
    first, second = Settings.load(path), Settings.load(path)
    files = [tmp_path / name for name in "abc"]
    for file in files:
        file.touch()
    first.model, second.palette = "mine", "okabe-ito"
    first.remember_file(files[0])
    second.remember_file(files[1])
    first.remember_file(files[2])
    third = Settings.load(path)
    assert (third.model, third.palette) == ("mine", "okabe-ito")
    assert third.recent_files() == first.recent_files() == [files[2], files[1], files[0]]


def test_entries_of_a_newer_version_stay(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"colour": {"a": 1}, "model": "m"}', encoding="utf-8")
    Settings.load(path).smooth = False
    assert json.loads(path.read_text(encoding="utf-8")) == {"colour": {"a": 1}, "model": "m", "smooth": False}


@pytest.mark.skipif(sys.platform != "linux", reason="file names that are no UTF-8")
def test_names_of_files_may_be_odd(path: Path, tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff \xc3.vti"))
    file.touch()
    settings = Settings.load(path)
    settings.remember_file(file)
    settings.model = "m"
    assert Settings.load(path).recent_files() == [file]
    assert Settings.load(path).model == "m"


def test_recent_files_are_few_and_there(path: Path, tmp_path: Path) -> None:
    settings = Settings.load(path)
    for number in range(15):
        (tmp_path / f"{number}.vti").touch()
        settings.remember_file(tmp_path / f"{number}.vti")
    settings.remember_file(tmp_path / "10.vti")
    (tmp_path / "14.vti").unlink()
    names = [file.stem for file in Settings.load(path).recent_files()]
    assert names == ["10", "13", "12", "11", "9", "8", "7", "6", "5"]
    assert len(names) == MAX_RECENT - 1


@pytest.mark.parametrize(
    ("content", "expected", "words"),
    [
        ('{"model": 3, "smooth": false}', Settings(smooth=False), "the entry 'model'"),
        ('{"quality": "best", "model": "m"}', Settings(model="m"), "the entry 'quality'"),
        ('{"window": "not base 64!"}', Settings(), "the entry 'window'"),
        ("{", Settings(), "defaults"),
        ("[" * 5000, Settings(), "defaults"),
        ('{"model": "half', Settings(), "defaults"),
    ],
)
def test_what_cannot_be_is_told_and_the_file_kept_aside(
    path: Path, content: str, expected: Settings, words: str
) -> None:
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    settings = Settings.load(path)
    assert settings == expected
    (problem,) = settings.take_problems()
    assert words in problem
    assert str(path) in problem
    (aside,) = path.parent.glob("damaged-*")
    assert aside.read_text(encoding="utf-8") == content
    assert aside.name in problem
    settings.tour_seen = True
    again = Settings.load(path)
    assert again.tour_seen


def test_a_folder_that_cannot_be_written_is_told_once(path: Path) -> None:
    settings = Settings.load(path)
    path.parent.write_bytes(b"a file in the folder's place")
    settings.model = "a"
    settings.model = "b"
    assert settings.model == "b"
    (problem,) = settings.take_problems()
    assert "could not be saved" in problem


def test_odd_voxel_edges_are_one_nanometre() -> None:
    assert Settings(voxel_nm="2 3 4.5").last_voxel_nm() == (2, 3, 4.5)
    for text in ("", "1 2", "nan 1 1", "0 1 1", "inf 1 1", "a b c"):
        assert Settings(voxel_nm=text).last_voxel_nm() == (1, 1, 1)


def test_a_killed_program_loses_no_choice(path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom microdesigner.app.store.settings import Settings\n"
        "settings = Settings.load(Path(sys.argv[1]))\n"
        "for number in range(10**6):\n    settings.model = str(number)\n    print(number, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(20):
        last = process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    rest, _ = process.communicate()
    told = [line for line in [last, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    settings = Settings.load(path)
    assert settings.take_problems() == []
    assert int(settings.model) >= int(told[-1])


def test_no_damage_prevents_a_start(path: Path) -> None:
    path.parent.mkdir()
    document = json.loads(json.dumps({name: getattr(FULL, name) for name in FULL.__dataclass_fields__}))
    for content in mutate_json(document, MUTATIONS):
        path.write_bytes(content)
        settings = Settings.load(path)
        settings.recent_files(), settings.last_voxel_nm()
        settings.remember_file(Path("film.vti"))
        settings.tour_seen = not settings.tour_seen
        assert Settings.load(path).tour_seen == settings.tour_seen
        for aside in path.parent.glob("damaged-*"):
            aside.unlink()


FULL = Settings("m", "paper", "own #20c040", False, True, "/tmp", "/a\n/b", "2 2 2", "AAAA", "AA==", False, 500, True)
