#!/usr/bin/env python3
"""Makes .venv in the checkout: system libraries where they are missing, pinned versions, this program in editable form.

`make setup` calls it; without make: `python3 packaging/bootstrap.py`, on Windows `py packaging\\bootstrap.py`. It does
nothing when nothing has changed since the last time, and mends an environment that was moved with its checkout. The
standard library is enough, and an older Python can read this file in order to find a newer one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = Path("packaging", "locks", "developers.txt")
TORCH = Path("packaging", "locks", "torch.txt")
SOURCES = (LOCK, TORCH, Path("pyproject.toml"), Path("packaging", "bootstrap.py"))
STAMP = ".microdesigner-setup"
OLDEST = (3, 11)
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
IS_RECENT = f"import sys; sys.exit(sys.version_info < {OLDEST})"
QUIET = ("--quiet", "--disable-pip-version-check")
COMPILE = """
import numpy as np
from microdesigner import Microstructure, describe

describe(Microstructure(np.random.default_rng(0).integers(0, 3, (16, 16, 16), dtype=np.uint8)), "full")
"""


class PackageManager:
    """A system's packages: which libraries Qt and VTK load there, which are missing, the command that installs them."""

    def __init__(self, command: str, packages: str, install: str, renew: str = "") -> None:
        self.command = command
        self.packages = packages.split()
        self.install = install.split()
        self.renew = renew.split()

    def missing(self, python: str) -> list[str]:
        """Packages that are not installed; `python` is the interpreter that makes the environment."""
        if self.command == "pacman":
            return output("pacman", "-T", *self.packages).split()
        if self.command == "dnf":
            return [name for name in self.packages if not succeeds("rpm", "-q", "--whatprovides", name)]
        # Ubuntu 24.04 and Debian 13 renamed libglib2.0-0 to libglib2.0-0t64.
        names = [name for name in self.packages if not (dpkg_has(name) or dpkg_has(f"{name}t64"))]
        if not succeeds(python, "-c", "import ensurepip, venv"):
            version = output(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
            names.append(f"python{version}-venv")
        return names


MANAGERS = (
    PackageManager(
        "apt-get",
        "libgl1 libegl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0 xvfb xauth libxcb-cursor0 libxcb-icccm4 "
        "libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 fonts-dejavu-core",
        "apt-get install -y -qq --no-install-recommends",
        "apt-get update -qq",
    ),
    PackageManager(
        "dnf",
        "libglvnd-glx libglvnd-egl glib2 fontconfig dbus-libs libxkbcommon xorg-x11-server-Xvfb xorg-x11-xauth "
        "xcb-util-cursor xcb-util-wm xcb-util-keysyms libxcb libxkbcommon-x11 dejavu-sans-fonts",
        "dnf install -y -q --setopt=install_weak_deps=False",
    ),
    PackageManager(
        "pacman",
        "libglvnd mesa glib2 fontconfig dbus libxkbcommon xorg-server-xvfb xorg-xauth xcb-util-cursor xcb-util-wm "
        "xcb-util-keysyms libxcb libxkbcommon-x11 ttf-dejavu",
        "pacman -S --noconfirm --needed",
    ),
)


class SetupError(Exception):
    """The environment cannot be made; the message says what helps."""


def say(message: str) -> None:
    print(f"setup: {message}", file=sys.stderr, flush=True)


def succeeds(*command: str) -> bool:
    """Whether `command` exists and ends with exit code 0; what it prints is dropped."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def output(*command: str) -> str:
    """What `command` prints on stdout, whatever its exit code."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip()


def require(*command: str) -> None:
    """Run `command`, whose complaints are shown; SetupError where it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False, cwd=str(ROOT))
    if done.returncode:
        raise SetupError(f"'{' '.join(command)}' failed (exit code {done.returncode}); its message is above")


def dpkg_has(name: str) -> bool:
    return "Status: install ok installed" in output("dpkg-query", "-s", name) if shutil.which("dpkg-query") else False


def find_python() -> str:
    """A Python that is recent enough: the one named by PYTHON, the running one, then those on the path."""
    named = os.environ.get("PYTHON", "")
    running = getattr(sys, "_base_executable", None) or sys.executable
    for candidate in (named, running, *NAMES):
        path = shutil.which(candidate) if candidate else None
        if path and succeeds(path, "-c", IS_RECENT):
            return path
    launcher = shutil.which("py")
    if launcher and succeeds(launcher, "-3", "-c", IS_RECENT):
        return output(launcher, "-3", "-c", "import sys; print(sys.executable)")
    raise SetupError(
        "Python {}.{} or newer is needed; install it or name it, as in: make setup PYTHON=/path/to/python3.12".format(
            *OLDEST
        )
    )


def install_system_packages(python: str) -> None:
    """Install the libraries that are missing where that is allowed, name them where it is not."""
    if not sys.platform.startswith("linux"):
        return  # the wheels bring all there is to load
    manager = next((manager for manager in MANAGERS if shutil.which(manager.command)), None)
    missing = manager.missing(python) if manager else []
    if not (manager and missing):
        return
    as_root = []
    if os.geteuid() != 0:
        if not succeeds("sudo", "-n", "true"):
            say(f"system packages are missing; install them with: sudo {' '.join(manager.install[:2] + missing)}")
            return
        as_root = ["sudo", "-n"]
    say(f"installing {' '.join(missing)}")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if manager.renew and not succeeds(*as_root, *manager.renew):
        say("the package lists could not be renewed; trying with those at hand")
    if not succeeds(*as_root, *environment, *manager.install, *missing):
        say(f"some system packages could not be installed; going on without {' '.join(missing)}")


class Environment:
    """The virtual environment of the checkout `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        windows = sys.platform == "win32"
        self.scripts = self.folder / ("Scripts" if windows else "bin")
        self.python = self.scripts / ("python.exe" if windows else "python")
        self.stamp = self.folder / STAMP

    def fingerprint(self) -> str:
        """What the environment was made from."""
        digest = hashlib.sha256()
        for source in SOURCES:
            digest.update((self.root / source).read_bytes())
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Whether nothing is to be done."""
        if not (self.stamp.is_file() and self.stamp.read_text(encoding="utf-8").strip() == self.fingerprint()):
            return False
        return succeeds(str(self.python), "-c", "") and not self.place_before_move()

    def place_before_move(self) -> str:
        """Folder that the environment's commands start Python from, where that is not this one any more; else ''."""
        pip = self.scripts / ("pip.exe" if sys.platform == "win32" else "pip")
        text = pip.read_bytes()[-65536:] if pip.is_file() else b""
        match = re.search(rb"#!(?:/bin/sh\s+'''exec' )?\"?([^\"\n]+)[/\\](?:bin|Scripts)[/\\]python", text)
        place = os.fsdecode(match[1]) if match else ""
        return "" if not place or Path(place).resolve() == self.folder.resolve() else place

    def mend_move(self, place: str) -> None:
        """Let the commands start the Python of this folder; on Windows, where they are programs, make all anew."""
        say(f"the environment was moved here from {place}; mending it")
        if sys.platform == "win32":
            shutil.rmtree(str(self.folder))
            return
        for script in self.scripts.iterdir():
            content = b"" if script.is_symlink() or not script.is_file() else script.read_bytes()
            if content.startswith(b"#!") or script.name.lower().startswith("activate"):
                script.write_bytes(content.replace(os.fsencode(place), os.fsencode(str(self.folder))))

    def make(self, python: str) -> None:
        """Make the environment with `python` where there is none that works."""
        if succeeds(str(self.python), "-m", "pip", "--version"):
            return
        say(f"creating .venv with {output(python, '--version')}")
        require(python, "-m", "venv", "--clear", str(self.folder))

    def install(self) -> None:
        """Install the pinned versions and the program, and compile what is compiled when first used."""
        pip = (str(self.python), "-m", "pip", "install", *QUIET)
        say("installing the pinned versions (several minutes the first time)")
        require(*pip, "--require-hashes", "--no-deps", "-r", str(self.root / LOCK))
        require(*pip, "-r", str(self.root / TORCH))  # with the GPU libraries of its build, if it has some
        require(*pip, "--no-deps", "--no-build-isolation", "-e", str(self.root))
        say("compiling the descriptors, so that no user waits for it")
        require(str(self.python), "-c", COMPILE)
        self.stamp.write_text(self.fingerprint() + "\n", encoding="utf-8")


def set_up(environment: Environment) -> None:
    """Bring `environment` up to date; SetupError where that fails."""
    if environment.is_current():
        return
    python = find_python()
    install_system_packages(python)
    place = environment.place_before_move()
    if place:
        environment.mend_move(place)
    environment.make(python)
    environment.install()
    start = ".venv\\Scripts\\microdesigner" if sys.platform == "win32" else "'make run' or .venv/bin/microdesigner"
    say(f"done; {start} starts microdesigner")


def main() -> int:
    try:
        set_up(Environment(ROOT))
    except (SetupError, OSError) as error:
        say(f"{error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
