"""What Linux users download: an AppDir, the same as tar.zst, and a package for Debian and Ubuntu."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME, IDENTITY = "microdesigner", "org.microdesigner.microdesigner"
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
# what a bundle must not bring: libraries of graphics driver and X server, and what these need in their own version
DEPENDS = (
    "libc6 (>= 2.34), libstdc++6 (>= 12), libgcc-s1, libgl1, libegl1, libx11-6, libx11-xcb1, libxcb1, libxcb-glx0, "
    "libxcb-randr0, libxcb-sync1, libxcb-shm0, libxcb-xfixes0, libxcb-dri3-0, libxext6, libdrm2, zlib1g, "
    "libzstd1, libexpat1, fontconfig-config"
)
CONTROL = """Package: microdesigner
Version: {version}
Architecture: {architecture}
Maintainer: microdesigner developers <maintainers@microdesigner.invalid>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: shared-mime-info, desktop-file-utils, hicolor-icon-theme
Suggests: ffmpeg
Section: science
Priority: optional
Homepage: https://doi.org/10.1039/d5dd00159e
Description: design 3-D multiphase microstructures
 A conditional latent diffusion model draws volumes that have the phase
 fractions and transport paths asked for; each is measured voxel by voxel, and
 a posterior tells the recipe that would make it. Nothing else is needed: the
 Python that runs it is inside. ffmpeg, where installed, encodes MP4 movies.
"""


def make_app_dir(frozen: Path, licences: Path, extras: Path, folder: Path) -> None:
    """The AppDir `folder` of the `frozen` program; `extras` holds its manual page and completions."""
    share = folder / "usr" / "share"
    shutil.copytree(frozen, folder / "usr" / "lib" / NAME, symlinks=True)
    shutil.copytree(licences, share / "doc" / NAME / "licences")
    shutil.copytree(extras, share, dirs_exist_ok=True)
    for source, target in (
        (HERE / "linux" / f"{IDENTITY}.desktop", share / "applications"),
        (HERE / "linux" / f"{IDENTITY}.metainfo.xml", share / "metainfo"),
        (HERE / "linux" / f"{IDENTITY}.mime.xml", share / "mime" / "packages" / f"{IDENTITY}.xml"),
        (ROOT / "resources" / "icon.svg", share / "icons" / "hicolor" / "scalable" / "apps" / f"{IDENTITY}.svg"),
        (ROOT / "CHANGELOG.md", share / "doc" / NAME),
    ):
        place = target if target.suffix else target / source.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
    (folder / "usr" / "bin").mkdir()
    (folder / "usr" / "bin" / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
    # what AppImage's runtime and its tools look for at the top
    (folder / "AppRun").symlink_to(f"usr/lib/{NAME}/{NAME}")
    shutil.copyfile(HERE / "linux" / f"{IDENTITY}.desktop", folder / f"{IDENTITY}.desktop")
    shutil.copyfile(ROOT / "resources" / "icon.svg", folder / f"{IDENTITY}.svg")
    for script in ("add-to-menu.sh", "remove-from-menu.sh"):
        shutil.copy(HERE / "linux" / script, folder / script)


def make_archive(app_dir: Path, target: Path, level: int) -> None:
    """The AppDir as `target`, a tar.zst, whose files belong to root and carry no one's name."""
    tar = (
        "tar",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--sort=name",
        "-C",
        str(app_dir.parent),
        "-c",
        app_dir.name,
    )
    with subprocess.Popen(tar, stdout=subprocess.PIPE) as packing:
        zstd = ("zstd", f"-{level}", "--long=27", "-T0", "-q", "-f", "-o", str(target))
        subprocess.run(zstd, stdin=packing.stdout, check=True)
    if packing.returncode:
        raise SystemExit(f"tar failed with exit code {packing.returncode}.")


def make_debian_package(app_dir: Path, target: Path, version: str, level: int) -> None:
    """The AppDir's usr as a package."""
    tree = target.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)
    subprocess.run(["cp", "-al", str(app_dir / "usr"), str(tree / "usr")], check=True)
    kilobytes = sum(path.lstat().st_size for path in tree.rglob("*")) >> 10
    control = CONTROL.format(version=version, architecture=ARCHITECTURE, kilobytes=kilobytes, depends=DEPENDS)
    (tree / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    for script in ("postinst", "postrm"):
        shutil.copy(HERE / "linux" / script, tree / "DEBIAN" / script)
        (tree / "DEBIAN" / script).chmod(0o755)
    pack = ("dpkg-deb", "--root-owner-group", "-Zzstd", f"-z{level}", "--build", str(tree), str(target))
    subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)


def write_releases(files: list[Path], version: str, target: Path) -> None:
    """`releases.json`, which "Check for updates" asks for beside the downloads."""
    entries = {path.name: hashlib.file_digest(path.open("rb"), "sha256").hexdigest() for path in files}
    document = {"program": "microdesigner releases", "version": version, "files": entries}
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
