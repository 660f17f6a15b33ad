"""A model travels as one file, arrives whole or not at all, and never takes the place of another."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from microdesigner.cli.main import main
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.models.archive import export_bundle, import_bundle, install_bundle
from microdesigner.models.bundle import verify_bundle
from tests.conftest import FullDisk
from tests.fuzz.mutate import TIMES, mutate_bytes
from tests.tiny_model import tiny_folder  # noqa: F401


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_model_goes_out_and_comes_in_beside_the_first(tiny_folder: Path, tmp_path: Path, home: Path) -> None:  # noqa: F811
    export_bundle(tiny_folder, tmp_path / "tiny.zip")
    first, second = import_bundle(tmp_path / "tiny.zip"), import_bundle(tmp_path / "tiny.zip")
    assert (first.name, second.name) == ("tiny", "tiny-2")
    for folder in (first, second):
        verify_bundle(folder)
        assert ModelCard.read(folder / "model.json").name == folder.name
    assert sorted(path.name for path in home.iterdir()) == ["models"]


def test_the_commands_export_and_import(
    tiny_folder: Path,  # noqa: F811
    tmp_path: Path,
    home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["models", "export", str(tiny_folder), str(tmp_path / "tiny.zip")]) == 0
    assert main(["models", "import", str(tmp_path / "tiny.zip"), "--name", "other"]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "tiny.zip"), str(home / "models" / "other")]
    assert main(["models", "export", str(tiny_folder), str(tmp_path / "tiny.zip")]) == 2
    assert main(["models", "import"]) == 2


def test_an_installed_model_is_never_overwritten(tiny_folder: Path, home: Path) -> None:  # noqa: F811
    folder = install_bundle(tiny_folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert install_bundle(tiny_folder).name == "tiny-2"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("fault", ["changed", "missing", "no zip", "evil name", "truncated"])
def test_a_damaged_file_leaves_nothing_behind(tiny_folder: Path, tmp_path: Path, home: Path, fault: str) -> None:  # noqa: F811
    copy, path = tmp_path / "copy", tmp_path / "model.zip"
    shutil.copytree(tiny_folder, copy)
    if fault == "changed":
        content = bytearray((copy / "fp.safetensors").read_bytes())
        content[-1] ^= 1
        (copy / "fp.safetensors").write_bytes(content)
    elif fault == "missing":
        (copy / "ddpm.safetensors").unlink()
    elif fault == "evil name":
        card = json.loads((copy / "model.json").read_text())
        (copy / "model.json").write_text(json.dumps({**card, "name": "../../evil"}))
    with zipfile.ZipFile(path, "w") as file:
        for member in copy.iterdir():
            file.write(member, member.name)
    if fault == "no zip":
        path.write_text("nothing")
    elif fault == "truncated":
        path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError):
        import_bundle(path)
    assert list((home / "models").iterdir() if (home / "models").exists() else ()) == []
    assert not (tmp_path / "evil").exists()


def test_damaged_files_arrive_whole_or_not_at_all(tiny_folder: Path, tmp_path: Path, home: Path) -> None:  # noqa: F811
    """Mutated archives: installed because nothing that counts was hit, or refused in one sentence, nothing left."""
    path = tmp_path / "model.zip"
    export_bundle(tiny_folder, path)
    content = path.read_bytes()
    for number, damaged in enumerate(
        chain(mutate_bytes(content, 150 * TIMES), directory_mutations(content, 250 * TIMES))
    ):
        path.write_bytes(damaged)
        try:
            shutil.rmtree(import_bundle(path))
        except InputError as error:
            check_sentence(error, number)
        assert [entry.name for entry in (home / "models").iterdir() if entry.name != ".lock"] == []
        assert [entry.name for entry in home.iterdir()] == ["models"]


def directory_mutations(content: bytes, count: int) -> Iterator[bytes]:
    """Mutations of the directory at the end of a ZIP file, which says what lies where."""
    start = content.index(b"PK\x01\x02")
    return (content[:start] + damaged for damaged in mutate_bytes(content[start:], count, seed=1))


def check_sentence(error: InputError, number: int) -> None:
    assert str(error).isprintable(), number


def test_a_file_that_expands_without_end_is_refused(tiny_folder: Path, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(tiny_folder / "model.json", "model.json")
        for part in ("vae", "fp", "ddpm"):
            file.writestr(f"{part}.safetensors", bytes(20 << 20))
    with pytest.raises(InputError, match="expands to 60 MiB"):
        import_bundle(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused(tiny_folder: Path, tmp_path: Path) -> None:  # noqa: F811
    """Of two members of one name readers differ in which they take."""
    path = tmp_path / "model.zip"
    export_bundle(tiny_folder, path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("model.json", "{}")
    with pytest.raises(InputError, match="other files than a model's"):
        import_bundle(path)


def test_members_outside_the_folder_are_not_extracted(tiny_folder: Path, tmp_path: Path, home: Path) -> None:  # noqa: F811
    path = tmp_path / "model.zip"
    export_bundle(tiny_folder, path)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("../escaped", "x")
        file.writestr("extra.py", "x")
    assert sorted(entry.name for entry in import_bundle(path).iterdir()) == sorted(
        ["model.json", "vae.safetensors", "fp.safetensors", "ddpm.safetensors"]
    )
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "con", "LPT1.x", "a:b", "end.", "x" * 200, " "])
def test_a_name_that_cannot_be_a_folder_everywhere_is_refused(tiny_folder: Path, name: str) -> None:  # noqa: F811
    with pytest.raises(InputError, match="cannot be the name"):
        install_bundle(tiny_folder, name)


def test_many_writers_of_one_name_each_get_their_own_folder(tiny_folder: Path, home: Path) -> None:  # noqa: F811
    """Processes that install a model of one name at the same time: none fails, none is lost."""
    code = "import sys; from pathlib import Path; from microdesigner.models.archive import install_bundle;"
    code += "[print(install_bundle(Path(sys.argv[1]), 'same').name) for _ in range(2)]"
    command = [sys.executable, "-c", code, str(tiny_folder)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    names = [name for writer in writers for name in writer.communicate()[0].split()]
    assert sorted(names) == ["same", "same-2", "same-3", "same-4"]
    for name in names:
        verify_bundle(home / "models" / name)


def test_a_full_disk_is_one_sentence(tiny_folder: Path, home: Path, full_disk: FullDisk) -> None:  # noqa: F811
    with full_disk(1000), pytest.raises(MicrodesignerError, match="cannot be installed"):
        install_bundle(tiny_folder)
    assert [entry.name for entry in home.iterdir()] == ["models"]
    assert list((home / "models").iterdir()) == []
