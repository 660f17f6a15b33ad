"""Whatever is wrong with a file, the answer is one sentence that names it, and nothing half-written stays."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from tests.io.held import held

MOST_FLIPS = 800
STORE = ".ome.zarr"  # a folder of files
EXTENSIONS = [extension for name in io.FORMATS if (extension := io.FORMATS[name].extensions[0]) != STORE]


def written(path: Path) -> Path:
    labels = np.random.default_rng(2).integers(0, 3, (6, 5, 4)).astype(np.uint8)
    film = Microstructure(labels, provenance={"seed": 1})
    name = next((name for name, entry in io.FORMATS.items() if path.name == f"film{entry.extensions[0]}"), "vti")
    io.write(held(name, film), path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        io.read(path)
    message = str(caught.value)
    assert path.stem in message
    assert message.count("\n") == 0
    assert message.endswith(".")
    return message


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_missing_folder_and_empty_files(extension: str, tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / f"film{extension}")
    (tmp_path / f"folder{extension}").mkdir()
    assert "folder" in refusal(tmp_path / f"folder{extension}")
    path = written(tmp_path / f"film{extension}")
    path.write_bytes(b"")
    refusal(path)


def test_a_store_of_which_a_file_is_damaged_is_read_or_refused(tmp_path: Path) -> None:
    path = written(tmp_path / f"film{STORE}")
    for file in [entry for entry in path.rglob("*") if entry.is_file()]:
        content = file.read_bytes()
        for damaged in (b"", content[: len(content) // 2], np.random.default_rng(3).bytes(300)):
            file.write_bytes(damaged)
            with contextlib.suppress(InputError):  # any other error fails here
                io.read(path)
        for position in range(0, len(content), max(3, len(content) // 40)):
            flipped = bytearray(content)
            flipped[position] ^= 0x5A
            file.write_bytes(flipped)
            with contextlib.suppress(InputError):
                io.read(path)
        file.write_bytes(content)
    assert io.read(path).shape == (6, 5, 4)


def test_a_store_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / f"film{STORE}")
    (tmp_path / f"folder{STORE}").mkdir()
    refusal(tmp_path / f"folder{STORE}")
    path = written(tmp_path / f"film{STORE}")
    (path / "0" / ".zarray").unlink()
    refusal(path)


def test_a_store_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / f"film{STORE}")
    before = {entry: entry.read_bytes() for entry in path.rglob("*") if entry.is_file()}
    with pytest.raises(TypeError):
        io.write(Microstructure(np.zeros((2, 2, 1), np.uint8), provenance={"a": object()}), path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"film{STORE}"):
        written(tmp_path / "file" / f"film{STORE}")
    (tmp_path / "file").unlink()
    assert {entry: entry.read_bytes() for entry in tmp_path.rglob("*") if entry.is_file()} == before


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.85])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_truncated_files(extension: str, share: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / f"film{extension}")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refusal(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_flipped_bytes_never_end_in_another_error(extension: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"film{extension}")
    content = path.read_bytes()
    for position in range(0, len(content), max(3, len(content) // MOST_FLIPS)):
        damaged = bytearray(content)
        damaged[position] ^= 0x5A
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):  # any other error fails here; a flip may also leave the labels legible
            io.read(path)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_other_content_under_the_name(extension: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"film{extension}")
    path.write_bytes(np.random.default_rng(3).bytes(3000))
    refusal(path)


@pytest.mark.parametrize(
    ("extension", "change"),
    [
        (".vti", lambda content: content.replace(b'"0 6 0 5 0 4"', b'"0 60000 0 50000 0 40000"')),
        (".vti", lambda content: content.replace(b'"0 6 0 5 0 4"', b'"0 1000 0 1000 0 1000"')),
        (".vtk", lambda content: content.replace(b"DIMENSIONS 7 6 5", b"DIMENSIONS 70000 60000 50000")),
        (".vtk", lambda content: content.replace(b"DIMENSIONS 7 6 5", b"DIMENSIONS 700 600 500")),
        (".txt", lambda content: content.replace(b"6 5 4\n", b"900000 900000 900000\n")),
        (".txt", lambda content: content.replace(b"6 5 4\n", b"600 500 400\n")),
        (".nrrd", lambda content: content.replace(b"sizes: 6 5 4", b"sizes: 60000 50000 40000")),
        (".nrrd", lambda content: content.replace(b"sizes: 6 5 4", b"sizes: 600 500 400")),
        (".mhd", lambda content: content.replace(b"DimSize = 6 5 4", b"DimSize = 60000 50000 40000")),
        (".npy", lambda content: content.replace(b"(6, 5, 4), }           ", b"(60000, 50000, 40000), }")),
    ],
)
def test_huge_headers_take_no_memory(extension: str, change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path / f"film{extension}")
    content = path.read_bytes()
    assert change(content) != content
    path.write_bytes(change(content))
    refusal(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shape": [60000, 50000, 40000]}, "declares"),
        ({"shape": [6, 5, 3]}, "header declares"),
        ({"shape": [-6, -5, 4]}, "not a volume"),
        ({"shape": "6 5 4"}, "three whole numbers"),
        ({"voxel_nm": [1, 0, 1]}, "positive"),
        ({"voxel_nm": "thick"}, "voxel edges"),
        ({"type": "float32"}, "uint8"),
        ({"lateral": "open"}, "periodic or no-flux"),
        ({"phase_names": ["one"]}, "label 2"),
        ({"provenance": 3}, "record"),
    ],
)
def test_wrong_raw_headers(change: dict[str, object], words: str, tmp_path: Path) -> None:
    path = written(tmp_path / "film.raw")
    header = json.loads((tmp_path / "film.json").read_text())
    (tmp_path / "film.json").write_text(json.dumps(header | change))
    assert words in refusal(path)


def test_raw_without_header(tmp_path: Path) -> None:
    path = written(tmp_path / "film.raw")
    (tmp_path / "film.json").unlink()
    assert "film.json" in refusal(path)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.linspace(0, 1, 60).reshape(3, 4, 5), "segment"),
        (np.full((3, 4, 5), np.nan), "no numbers"),
        (np.full((3, 4, 5), 1000), "segment"),
        (np.arange(60, dtype=np.uint8).reshape(3, 4, 5), "segment"),
        (np.zeros((3, 4), np.uint8), "not a volume"),
        (np.zeros((3, 0, 4), np.uint8), "not a volume"),
        (np.zeros((3, 4, 5), np.complex128), "export numbers"),
    ],
)
def test_arrays_that_are_no_labels(values: np.ndarray, words: str, tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", values)
    assert words in refusal(tmp_path / "film.npy")


def test_whole_numbers_of_another_type_are_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.array([[[0.0, 1.0, 2.0]]]))
    assert io.read(tmp_path / "film.npy").phases.tolist() == [[[0, 1, 2]]]


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    refusal(tmp_path / "film.npy")


def test_vti_without_labels_and_with_entities(tmp_path: Path) -> None:
    path = written(tmp_path / "film.vti")
    content = path.read_bytes()
    path.write_bytes(content.replace(b'Name="phase" format', b'Name="phase" NumberOfComponents="3" format'))
    assert "no array" in refusal(path)
    path.write_bytes(content.replace(b"<VTKFile", b'<!DOCTYPE a [<!ENTITY b "c">]><VTKFile'))
    assert "entities" in refusal(path)


def test_unknown_extensions_name_the_known(tmp_path: Path) -> None:
    (tmp_path / "film.docx").touch()
    assert ".vti" in refusal(tmp_path / "film.docx")
    with pytest.raises(InputError, match="vti"):
        io.write(Microstructure(np.zeros((1, 1, 1), np.uint8)), tmp_path / "film.vti", format="bmp")


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_failed_writes_leave_the_old_file_and_nothing_else(extension: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"film{extension}")
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    unwritable = Microstructure(np.zeros((2, 2, 1), np.uint8), provenance={"a": object()})
    if extension in (".vti", ".tif", ".raw"):
        with pytest.raises(TypeError):
            io.write(unwritable, path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"film{extension}"):
        written(tmp_path / "file" / f"film{extension}")
    (tmp_path / "file").unlink()
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before
