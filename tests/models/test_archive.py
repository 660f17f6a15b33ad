"""A model travels as one file, arrives whole or not at all, and never takes the place of another."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from microdesigner.cli.main import main
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.models.archive import export_bundle, import_bundle, install_bundle
from microdesigner.models.bundle import verify_bundle
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
