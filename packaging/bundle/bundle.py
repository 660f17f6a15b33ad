#!/usr/bin/env python3
"""Makes the downloads in build/bundle, on Linux, Windows and macOS: `make bundle`.

The versions of packaging/locks/users.txt go into an environment of their own, PyInstaller freezes the program from
there. On Linux an AppDir, a tar.zst of it and a Debian package are made of that, elsewhere the folder or .app is packed
as ZIP. The standard library is enough; PYTHON must be one with a shared library.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from licence_texts import write_licences

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "packaging" / "locks"
HOME = ROOT / "build" / "bundle"
SCRIPTS = HOME / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = SCRIPTS / ("python.exe" if sys.platform == "win32" else "python")
LEVEL = 19
WITH_SYMBOLS = ("torch/lib", "vtkmodules", "llvmlite/binding")  # 200 MB of names that only a debugger asks for


def require(*command: str | Path) -> None:
    """Run `command` without modules of the checkout; ends the program where it fails."""
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(word) for word in command], check=False, stdin=subprocess.DEVNULL, env=alone)
    if done.returncode:
        raise SystemExit(
            f"bundle: '{Path(command[0]).name}' failed (exit code {done.returncode}); its message is above."
        )


def make_environment() -> None:
    """The tested versions, PyInstaller, and the program as users get it."""
    if not PYTHON.exists():
        require(sys.executable, "-m", "venv", HOME / "venv")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    for lock in ("users", "bundle"):
        require(*pip, "--require-hashes", "--no-deps", "-r", LOCKS / f"{lock}.txt")
    require(*pip, "-r", LOCKS / "torch.txt")
    require(*pip, "--no-deps", "--no-build-isolation", "--force-reinstall", ROOT)


def freeze() -> Path:
    """The frozen program's folder, on macOS the .app."""
    require(PYTHON, Path(__file__).with_name("icons.py"), HOME / "icons")
    spec = Path(__file__).with_name("microdesigner.spec")
    places = ("--distpath", HOME / "frozen", "--workpath", HOME / "work")
    require(SCRIPTS / "pyinstaller", "--noconfirm", "--log-level", "WARN", *places, spec)
    if sys.platform.startswith("linux"):
        inside = HOME / "frozen" / "microdesigner" / "_internal"
        for folder in WITH_SYMBOLS:
            for library in (inside / folder).glob("*.so*"):
                require("strip", "--strip-unneeded", library)
    return HOME / "frozen" / ("microdesigner.app" if sys.platform == "darwin" else "microdesigner")


def site_packages() -> Path:
    """Where the environment's packages lie."""
    return Path(sysconfig.get_path("purelib", vars={"base": str(HOME / "venv"), "platbase": str(HOME / "venv")}))


def pack_linux(frozen: Path, licences: Path, version: str, level: int) -> list[Path]:
    """AppDir, tar.zst and Debian package."""
    import linux_packages as linux

    app_dir = HOME / f"microdesigner-{version}-linux-{linux.os.uname().machine}"
    shutil.rmtree(app_dir, ignore_errors=True)
    extras = HOME / "share"
    shutil.rmtree(extras, ignore_errors=True)
    require(PYTHON, ROOT / "packaging" / "shell_files.py", extras)
    linux.make_app_dir(frozen, licences, extras, app_dir)
    archive = app_dir.with_name(app_dir.name + ".tar.zst")
    package = HOME / f"microdesigner_{version}_{linux.ARCHITECTURE}.deb"
    linux.make_archive(app_dir, archive, level)
    linux.make_debian_package(app_dir, package, version, level)
    linux.write_releases([archive, package], version, HOME / "releases.json")
    return [archive, package]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--level", type=int, default=LEVEL, help=f"of compression; less is quicker ({LEVEL})")
    level = parser.parse_args().level
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    HOME.mkdir(parents=True, exist_ok=True)
    make_environment()
    frozen, licences = freeze(), HOME / "licences"
    shutil.rmtree(licences, ignore_errors=True)
    without = write_licences(site_packages(), frozen, licences)
    print(f"bundle: {', '.join(without) or 'none'} bring no licence text of their own; LGPL-3.0.txt is there for Qt's.")
    if sys.platform.startswith("linux"):
        files = pack_linux(frozen, licences, version, level)
    else:
        shutil.copytree(licences, frozen / ("Contents/Resources/licences" if sys.platform == "darwin" else "licences"))
        name = f"microdesigner-{version}-{'macos' if sys.platform == 'darwin' else 'windows'}"
        files = [Path(shutil.make_archive(str(HOME / name), "zip", frozen.parent, frozen.name))]
    for path in files:
        print(f"bundle: {path} ({path.stat().st_size / 1e6:.0f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
