"""Names that are files on every system, and those that Windows keeps for devices."""

import sys
from pathlib import Path

import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.file_names import is_portable, is_reserved
from microdesigner.core.paths import write_text_atomic


@pytest.mark.parametrize("name", ["con", "PRN", "aux.vti", "NUL.tar.gz", "com1", "LPT¹", "CONIN$", "con .txt", "con."])
def test_devices(name: str) -> None:
    assert is_reserved(name)
    assert not is_portable(name)


@pytest.mark.parametrize("name", ["console", "com10", "film.con", "xcon", "Prüfung 1", "a"])
def test_names_like_any_other(name: str) -> None:
    assert not is_reserved(name)
    assert is_portable(name)


@pytest.mark.parametrize("name", ["", " a", ".a", "a.", "a ", "a/b", "a\\b", "a:b", "a\nb", "a*", "x" * 101])
def test_names_that_some_system_refuses(name: str) -> None:
    assert not is_portable(name)


def test_windows_gets_no_file_that_is_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text_atomic(tmp_path / "nul.csv", "kept")
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(InputError, match=r"nul\.csv is a device"):
        write_text_atomic(tmp_path / "nul.csv", "lost")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("nul.csv", "kept")]
