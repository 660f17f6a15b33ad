"""The set-up script on systems that are pretended: stand-ins for package managers, Pythons and moved environments."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "packaging" / "bootstrap.py"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
Command = Callable[[str, str], None]


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Adds a program to a system that has none; each notes how it was called in the file `calls`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")

    def add(name: str, script: str) -> None:
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/calls\n{script}\n')
        path.chmod(0o755)

    add("env", 'shift\n"$@"')
    return add


def calls(tmp_path: Path) -> str:
    path = tmp_path / "calls"
    return path.read_text() if path.exists() else ""


def as_user(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: number)


def test_debian_installs_what_dpkg_does_not_know(
    bootstrap: ModuleType, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    as_user(monkeypatch, 0)
    command("dpkg-query", 'case "$2" in libegl1*|xvfb*|libglib2.0-0) exit 1;; esac\n'
            'echo "Status: install ok installed"')  # fmt: skip
    command("apt-get", "exit 0")
    bootstrap.install_system_packages(sys.executable)
    lines = [line for line in calls(tmp_path).splitlines() if line.startswith("apt-get")]
    assert lines == ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends libegl1 xvfb"]


def test_debian_without_venv_gets_its_package(bootstrap: ModuleType, command: Command) -> None:
    command("dpkg-query", 'echo "Status: install ok installed"')
    command("python-without-venv", 'case "$2" in *ensurepip*) exit 1;; esac\necho 3.12')
    assert bootstrap.MANAGERS[0].missing("python-without-venv") == ["python3.12-venv"]


def test_a_removed_debian_package_counts_as_missing(bootstrap: ModuleType, command: Command) -> None:
    command("dpkg-query", 'echo "Status: deinstall ok config-files"')
    assert "libgl1" in bootstrap.MANAGERS[0].missing(sys.executable)


def test_fedora_names_what_is_missing_to_a_user_without_sudo(
    bootstrap: ModuleType,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    as_user(monkeypatch, 1000)
    command("rpm", 'test "$3" != libglvnd-egl')
    command("dnf", "exit 0")
    command("sudo", "exit 1")
    bootstrap.install_system_packages(sys.executable)
    assert "sudo dnf install libglvnd-egl" in capsys.readouterr().err
    assert "dnf install" not in calls(tmp_path)


def test_arch_installs_by_sudo_where_it_asks_nothing(
    bootstrap: ModuleType, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    as_user(monkeypatch, 1000)
    command("pacman", 'if [ "$1" = -T ]; then echo xcb-util-cursor; exit 127; fi')
    command("sudo", 'shift\n[ "$1" = true ] || "$@"')
    bootstrap.install_system_packages(sys.executable)
    assert "pacman -S --noconfirm --needed xcb-util-cursor\n" in calls(tmp_path)


def test_packages_that_cannot_be_installed_do_not_stop_the_set_up(
    bootstrap: ModuleType,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    as_user(monkeypatch, 0)
    command("pacman", 'if [ "$1" = -T ]; then echo mesa; fi\nexit 1')
    bootstrap.install_system_packages(sys.executable)
    assert "going on without mesa" in capsys.readouterr().err


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_need_no_packages(
    bootstrap: ModuleType, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str
) -> None:
    command("pacman", "echo mesa")  # MSYS2 has it, and some have dpkg from Homebrew
    monkeypatch.setattr(sys, "platform", platform)
    bootstrap.install_system_packages(sys.executable)
    assert calls(tmp_path) == ""


def test_an_older_python_is_passed_over(
    bootstrap: ModuleType, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command("old", "exit 1")
    command("python3", "exit 1")
    command("python3.12", "exit 0")
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "bin" / "old"), raising=False)
    assert bootstrap.find_python() == str(tmp_path / "bin" / "python3.12")
    command("mine", "exit 0")
    monkeypatch.setenv("PYTHON", "mine")
    assert bootstrap.find_python() == str(tmp_path / "bin" / "mine")


def test_no_recent_python_is_one_sentence(
    bootstrap: ModuleType, command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "_base_executable", "", raising=False)
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(bootstrap.Environment, "is_current", lambda _: False)
    assert bootstrap.main() == 1
    assert capsys.readouterr().err == (
        "setup: Python 3.11 or newer is needed; install it or name it, as in: make setup PYTHON=/path/to/python3.12.\n"
    )


def checkout(bootstrap: ModuleType, root: Path) -> "bootstrap.Environment":  # type: ignore[name-defined]
    """A checkout whose environment is set up, as far as the script looks at it."""
    (root / "packaging" / "locks").mkdir(parents=True)
    for source in bootstrap.SOURCES:
        (root / source).write_text(f"content of {source}")
    environment = bootstrap.Environment(root)
    environment.scripts.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    (environment.scripts / "pip").write_text(f"#!{environment.python}\nimport sys\nprint(sys.argv[0])\n")
    (environment.scripts / "pip").chmod(0o755)
    (environment.scripts / "activate").write_text(f'VIRTUAL_ENV="{environment.folder}"\n')
    environment.stamp.write_text(environment.fingerprint() + "\n")
    return environment


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_changed_source_is_noticed(bootstrap: ModuleType, tmp_path: Path, number: int) -> None:
    environment = checkout(bootstrap, tmp_path / "here")
    assert environment.is_current()
    (environment.root / bootstrap.SOURCES[number]).write_text("changed")
    assert not environment.is_current()


def test_an_environment_whose_python_is_gone_is_noticed(bootstrap: ModuleType, tmp_path: Path) -> None:
    environment = checkout(bootstrap, tmp_path / "here")
    environment.python.unlink()
    environment.python.symlink_to(tmp_path / "gone")
    assert not environment.is_current()


@pytest.mark.parametrize("name", ["old", "an old place"])
def test_a_moved_checkout_is_mended(bootstrap: ModuleType, tmp_path: Path, name: str) -> None:
    old = checkout(bootstrap, tmp_path / name)
    if " " in name:  # as pip writes it where the first line cannot hold the path
        (old.scripts / "pip").write_text(f"#!/bin/sh\n'''exec' \"{old.python}\" \"$0\" \"$@\"\n' '''\nprint('pip')\n")
    (tmp_path / name).rename(tmp_path / "new")
    environment = bootstrap.Environment(tmp_path / "new")
    place = environment.place_before_move()
    assert place == str(old.folder)
    assert not environment.is_current()
    environment.mend_move(place)
    assert environment.is_current()
    assert environment.place_before_move() == ""
    subprocess.run([environment.scripts / "pip"], check=True, capture_output=True)
    assert str(environment.folder) in (environment.scripts / "activate").read_text()


def test_an_environment_shared_by_a_link_is_not_taken_for_moved(bootstrap: ModuleType, tmp_path: Path) -> None:
    shared = checkout(bootstrap, tmp_path / "shared")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".venv").symlink_to(shared.folder)
    assert bootstrap.Environment(tmp_path / "other").place_before_move() == ""


def test_nothing_is_done_twice(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = checkout(bootstrap, tmp_path / "here")

    def refuse(*_: str) -> None:
        raise AssertionError("nothing was to be done")

    for name in ("install_system_packages", "find_python", "require"):
        monkeypatch.setattr(bootstrap, name, refuse)
    bootstrap.set_up(environment)


def test_an_interrupted_installation_is_not_taken_for_whole(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = checkout(bootstrap, tmp_path / "here")
    environment.stamp.unlink()

    def fail(*command: str) -> None:
        raise bootstrap.SetupError("no network")

    monkeypatch.setattr(bootstrap, "require", fail)
    with pytest.raises(bootstrap.SetupError):
        environment.install()
    assert not environment.is_current()


def test_make_and_readme_name_the_script() -> None:
    assert "packaging/bootstrap.py" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "python3 packaging/bootstrap.py" in (ROOT / "README.md").read_text(encoding="utf-8")
