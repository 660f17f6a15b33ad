"""Models from a collection: the file that the index names, or none."""

import io
import json
from pathlib import Path

import pytest

from microdesigner.cli.main import main
from microdesigner.core import places
from microdesigner.core.errors import InputError
from microdesigner.models.bundle import verify_bundle
from microdesigner.models.collection import INDEX_FILE, install_collected, read_collection, write_collection
from tests.fuzz.mutate import TIMES, mutate_json
from tests.tiny_model import tiny_folder  # noqa: F401


class Answer(io.BytesIO):
    """What a web server sends, and from where at last."""

    def __init__(self, content: bytes, address: str) -> None:
        super().__init__(content)
        self._address = address

    def geturl(self) -> str:
        """The address after redirections."""
        return self._address


@pytest.fixture
def place(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """A collection of one model, and no model installed."""
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))
    write_collection([tiny_folder], tmp_path / "collection")
    return tmp_path / "collection"


def test_a_model_is_installed_by_name(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "install", "tiny", "--from", str(place)]) == 0
    folder = Path(capsys.readouterr().out.strip())
    assert folder.name == "tiny"
    verify_bundle(folder)
    assert main(["models", "install", str(place / "tiny.zip"), "--name", "second"]) == 0
    assert Path(capsys.readouterr().out.strip()).name == "second"


def test_a_collection_on_the_web(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    leads_to = "https://elsewhere.example"

    def answer(address: str, timeout: float) -> io.BytesIO:
        asked.append(address)
        return Answer((place / address.rsplit("/", 1)[1]).read_bytes(), leads_to)

    monkeypatch.setattr(places.urllib.request, "urlopen", answer)
    assert install_collected("tiny", "https://models.example/v1/").name == "tiny"
    assert asked == [f"https://models.example/v1/{name}" for name in (INDEX_FILE, "tiny.zip")]
    leads_to = "http://elsewhere.example"
    with pytest.raises(InputError, match="leads to"):
        install_collected("tiny", "https://models.example/v1/")


@pytest.mark.parametrize("where", ["http://models.example", "ftp://models.example", "file:///etc", "nowhere"])
def test_other_places_are_refused(place: Path, where: str) -> None:
    with pytest.raises(InputError, match="https"):
        install_collected("tiny", where)


@pytest.mark.parametrize("change", [b"x", b""])
def test_a_file_other_than_the_index_says_is_refused(place: Path, tmp_path: Path, change: bytes) -> None:
    content = (place / "tiny.zip").read_bytes()
    (place / "tiny.zip").write_bytes(content + change if change else content[:-1] + b"\x01")
    with pytest.raises(InputError, match="not the file that its index names"):
        install_collected("tiny", str(place))
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "install", "other", "--from", str(place)]) == 2
    assert "it has tiny" in capsys.readouterr().err
    assert main(["models", "install", "other"]) == 2
    assert "--from" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["../tiny.zip", "/etc/passwd", "a/b.zip", ".hidden", ""])
def test_an_index_names_files_beside_itself_alone(place: Path, file: str) -> None:
    index = json.loads((place / INDEX_FILE).read_text())
    index["models"][0]["file"] = file
    (place / INDEX_FILE).write_text(json.dumps(index))
    with pytest.raises(InputError, match=r"models\[0\].file"):
        read_collection(str(place))


def test_a_damaged_index_is_refused_or_serves(place: Path) -> None:
    index = json.loads((place / INDEX_FILE).read_text())
    outcomes = {outcome(place, content) for content in mutate_json(index, 300 * TIMES)}
    assert outcomes == {"read", "refused"}


def outcome(place: Path, content: bytes) -> str:
    (place / INDEX_FILE).write_bytes(content)
    try:
        read_collection(str(place))
    except InputError:
        return "refused"
    return "read"
