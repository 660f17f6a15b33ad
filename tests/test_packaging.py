"""The set-up files say one thing: pins within the declared ranges, targets that exist, no trace of one machine."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "packaging" / "requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> dict[str, str]:
    lines = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): pin for name, pin in (line.split("==") for line in lines)}


@pytest.mark.parametrize("declared", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
def test_the_lock_pins_what_is_declared(declared: str) -> None:
    requirement = Requirement(declared)
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_lock_can_build_the_package() -> None:
    assert {"hatchling", "editables"} <= pins().keys()


def test_the_lock_holds_plain_versions_only() -> None:
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", pin) for pin in pins().values())


def test_the_installed_program_has_this_version() -> None:
    assert version("microdesigner") == PROJECT["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    (released,) = re.findall(rf"^## {re.escape(PROJECT['version'])} \((\d{{4}}-\d\d-\d\d)\)$", changes, re.MULTILINE)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'\nversion: {PROJECT["version"]}\ndate-released: "{released}"\n' in citation


def test_ci_runs_every_check() -> None:
    assert "make check" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    for step in ("ruff check .", "ruff format --check .", "mypy", "lint-imports", "packaging/test.sh"):
        assert step in recipe[1]


@pytest.mark.parametrize("declared", PROJECT["dependencies"])
def test_every_library_has_a_lower_bound_that_can_be_tried(declared: str) -> None:
    assert re.match(r"[\w-]+>=[\w.]+", declared)


@pytest.mark.parametrize(
    "script",
    [
        "packaging/run.sh",
        "packaging/test.sh",
        "packaging/test_lowest.sh",
        "packaging/gpu_train.sh",
        "packaging/gpu_join.sh",
        ".ci/run",
    ],
)
def test_scripts_are_strict_and_executable(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")


def test_the_make_targets() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("setup", "run", "test", "check", "format", "clean", "fuzz", "mutate", "test-lowest"):
        assert re.search(rf"^{target}:", text, re.MULTILINE)
