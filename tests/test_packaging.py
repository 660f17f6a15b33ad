"""The set-up files say one thing: pins within the declared ranges, targets that exist, no trace of one machine."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from microdesigner.cli.main import VERBS
from microdesigner.core.request import Request

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "packaging" / "locks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


EXTRAS = PROJECT["optional-dependencies"]
OWN = "microdesigner["


def pins(lock: str) -> dict[str, str]:
    """Version of each library in a lock, PyTorch's beside it."""
    text = (LOCKS / lock).read_text(encoding="utf-8") + (LOCKS / "torch.txt").read_text(encoding="utf-8")
    return {canonicalize_name(name): pin for name, pin in re.findall(r"^([\w.-]+)==([\w.+]+)", text, re.MULTILINE)}


@pytest.mark.parametrize(
    "declared", [*PROJECT["dependencies"], *(entry for extra in EXTRAS.values() for entry in extra)]
)
def test_the_locks_pin_what_is_declared(declared: str) -> None:
    if declared.startswith(OWN):
        assert set(re.findall(r"\w+", declared.removeprefix(OWN))) == EXTRAS.keys() - {"dev"}
        return
    requirement = Requirement(declared)
    name = canonicalize_name(requirement.name)
    assert pins("developers.txt")[name] in requirement.specifier
    assert (name in pins("users.txt")) == (declared in PROJECT["dependencies"])


def test_users_and_developers_run_the_same_versions() -> None:
    assert pins("users.txt").items() <= pins("developers.txt").items()


@pytest.mark.parametrize("lock", ["users.txt", "developers.txt", "bundle.txt"])
def test_every_file_of_a_lock_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[^\s#])", (LOCKS / lock).read_text(encoding="utf-8"))
    assert len(entries) > 5
    for entry in entries[1:]:
        assert re.match(r"[\w.-]+==[0-9][0-9a-z.]*( ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry


def test_no_lock_ties_the_machine_to_one_kind_of_gpu() -> None:
    for path in LOCKS.glob("*.txt"):
        assert not re.search(r"^(nvidia|cuda|triton)", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_lock_can_build_the_package() -> None:
    assert {"hatchling", "editables"} <= pins("developers.txt").keys()


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


def test_the_page_of_the_package_index_leads_nowhere_that_it_lacks() -> None:
    """There, relative addresses lead to nothing."""
    text = (ROOT / PROJECT["readme"]).read_text(encoding="utf-8")
    addresses = re.findall(r"\]\(([^)]+)\)", text)
    assert addresses
    assert all(address.startswith("https://") for address in addresses)


def test_the_metadata_are_whole() -> None:
    for entry in ("authors", "keywords", "classifiers", "urls", "license", "license-files", "gui-scripts"):
        assert PROJECT[entry]
    supported = [entry.rsplit(" ", 1)[1] for entry in PROJECT["classifiers"] if "Python :: 3." in entry]
    assert f">={supported[0]}" == PROJECT["requires-python"]


def test_the_sdist_has_what_its_tests_need() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    for entry in ("tests", "docs", "examples", "packaging", "mkdocs.yml", "Makefile", "CHANGELOG.md", "CITATION.cff"):
        assert entry in build["targets"]["sdist"]["include"]
    wheel = build["targets"]["wheel"]
    assert {*wheel["only-include"]} == {"microdesigner", "docs", "resources", f"weights/{Request().model}"}, "one model"
    for entry in ("docs", "resources", "weights"):
        assert wheel["sources"][entry] == f"microdesigner/{entry}"


def test_the_recipe_for_bundles_names_what_is_there() -> None:
    text = (ROOT / "packaging" / "ci" / "bundles.yml").read_text(encoding="utf-8")
    recipe = yaml.safe_load(text)
    runs = [step["run"] for job in recipe["jobs"].values() for step in job["steps"] if "run" in step]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for run in runs:
        for path in re.findall(r"\b(?:packaging|tests)/[\w./-]+", run):
            assert (ROOT / path.rstrip("/")).exists(), path
        for target in re.findall(r"\bmake ([a-z-]+)", run):
            assert target in targets
    systems = {
        system for job in recipe["jobs"].values() for system in job.get("strategy", {}).get("matrix", {}).get("os", [])
    }
    assert {"windows", "macos"} <= {system.split("-")[0] for system in systems}


def test_the_manual_page_and_completions_name_every_command(tmp_path: Path) -> None:
    script = ROOT / "packaging" / "shell_files.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, cwd=tmp_path)
    page = gzip.decompress((tmp_path / "man" / "man1" / "microdesigner.1.gz").read_bytes()).decode()
    completions = (tmp_path / "bash-completion" / "completions" / "microdesigner").read_text(encoding="utf-8")
    for verb in VERBS:
        name = verb.__name__.rsplit(".", 1)[1]
        assert f'.SH "COMMAND {name.upper()}"' in page
        assert f"_shtab_microdesigner_{name}" in completions
    if shutil.which("groff"):
        typeset, plain = ["groff", "-man", "-Tutf8", "-ww"], os.environ | {"LC_ALL": "C.UTF-8"}
        done = subprocess.run(typeset, input=page, capture_output=True, text=True, check=True, env=plain)
        assert done.stderr == ""
        assert "--refinement" in done.stdout
