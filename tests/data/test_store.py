"""The data set file from anywhere: what is damaged or of another layout is named, and nothing hangs."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.data.checks import checks_of, record_checks
from microdesigner.data.dataset_writing import Volume, new_dataset
from microdesigner.data.store import OWN, Description, VolumeDataset
from microdesigner.io import isolation
from tests.fuzz.mutate import TIMES, mutate_bytes, mutate_json

DESCRIPTION = Description(("donor", "acceptor"), "periodic", ("ABS_f_D", "chi"), ("log_time",), units={"log_time": "1"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    with new_dataset(tmp_path / "set.h5", DESCRIPTION) as add:
        for number in range(6):
            labels = {"ABS_f_D": 0.1 * number, "chi": 2.0 + number, "log_time": 1.0, "series": number, "seed": number}
            add(Volume(f"volume-{number}", random.integers(0, 2, (8, 8, 8)).astype(np.uint8), labels))
    record_checks(tmp_path / "set.h5")
    return tmp_path / "set.h5"


def read_all(path: Path) -> VolumeDataset:
    dataset = VolumeDataset(path)
    for number in range(len(dataset)):
        dataset.phases(number)
    dataset.columns((*dataset.description.conditions, *dataset.description.process))
    _ = dataset.held_out, dataset.shapes, dataset.fingerprint, checks_of(dataset)
    dataset.close()
    return dataset


def outcomes(path: Path, contents: Iterable[bytes]) -> tuple[int, list[str]]:
    """How many of the contents were read, and the sentences about the others."""
    sentences, read = [], 0
    for content in contents:
        path.write_bytes(content)
        try:
            read_all(path)
            read += 1
        except InputError as error:
            sentences.append(str(error))
    return read, sentences


def test_mutated_files_are_read_or_named(path: Path) -> None:
    assert read_all(path).description == DESCRIPTION
    read, sentences = outcomes(path, mutate_bytes(path.read_bytes(), 800 * TIMES))
    assert read > 3
    assert len(sentences) > 600 * TIMES
    assert all(str(path) in sentence and sentence.isprintable() for sentence in sentences)


def test_mutated_descriptions_are_read_or_named(path: Path) -> None:
    with h5py.File(path) as file:
        document = json.loads(file.attrs[OWN])
    sentences = []
    for content in mutate_json(document, 300 * TIMES):
        with h5py.File(path, "r+", libver="latest") as file:
            file.attrs[OWN] = np.void(content) if b"\0" in content else np.bytes_(content)
        try:
            read_all(path)
        except InputError as error:
            sentences.append(str(error))
    assert len(sentences) > 150 * TIMES
    assert all(str(path) in sentence and sentence.isprintable() for sentence in sentences)


def _set_label(value: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file["volume-3"].attrs["chi"] = value

    return change


def _replace(data: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file["volume-3"]
        if data is None:
            file.create_group("volume-3")
        else:
            file["volume-3"] = data

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set_label("three"), "label 'chi' of 'volume-3' is not a number"),
        (_set_label([1.0, 2.0]), "label 'chi' of 'volume-3' is not a number"),
        (_set_label(1j), "label 'chi' of 'volume-3' is not a number"),
        (_replace(None), "entry 'volume-3' is not a volume"),
        (_replace(np.zeros((8, 8), np.uint8)), "entry 'volume-3' is not a volume"),
        (_replace(np.zeros((8, 8, 8), np.float32)), "entry 'volume-3' is not a volume"),
        (_replace(np.full((8, 8, 8), 2, np.uint8)), "'volume-3' holds labels above 1"),
        (_replace(np.zeros((8, 8, 8), np.uint8)), "not every volume has the label 'ABS_f_D'"),
    ],
)
def test_what_is_no_volume_or_label_is_named(change: Callable[[h5py.File], None], words: str, path: Path) -> None:
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(InputError, match=words):
        read_all(path)


def test_a_small_file_that_promises_much_is_refused_before_it_is_read(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["volume-0"]
        file.create_dataset("volume-0", (1024, 1024, 1024), np.uint8, chunks=(8, 8, 8), fillvalue=1)
    with pytest.raises(InputError, match="entry 'volume-0' is not a volume"):
        read_all(path)


def test_files_of_version_0_1_0_are_read_and_a_heap_in_circles_does_not_hang(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(path, "r+") as file:
        text = bytes(file.attrs[OWN]).decode()
        del file.attrs[OWN]
        file.attrs[OWN] = text  # of variable length
    assert read_all(path).description == DESCRIPTION
    script = path.with_name("script.py")  # without a guard of __main__, and with another h5py beside it
    script.write_text("import sys\nfrom pathlib import Path\nfrom microdesigner.data.store import VolumeDataset\n"
                      "print(VolumeDataset(Path(sys.argv[1])).description.lateral)\n")  # fmt: skip
    command = [sys.executable, str(script), str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.stdout, ended.stderr) == (f"{DESCRIPTION.lateral}\n", "")
    path.with_name("h5py.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(path.parent)
    assert read_all(path).description == DESCRIPTION
    content = path.read_bytes()
    heap = content.index(b"GCOL")
    path.write_bytes(content[: heap + 16] + bytes(4096 - 16) + content[heap + 4096 :])  # objects of size nought
    monkeypatch.setattr(isolation, "LEAST_SECONDS", 1.0)
    with pytest.raises(InputError, match="microdesigner"):
        VolumeDataset(path)


def test_the_label_of_the_interphase_thickness_of_version_0_1_0_is_read_and_the_training_goes_on(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        for number, volume in enumerate(file.values()):
            volume.attrs["skin_voxels"] = 1.5 + number
    dataset = read_all(path)
    assert dataset.table["interphase_voxels"].tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]
    assert "skin_voxels" not in dataset.table
    with h5py.File(path) as file:
        rows = [dict(volume.attrs) for volume in file.values()]
    labels = ["ABS_f_D", "chi", "log_time", "seed", "series", "skin_voxels"]
    digest = hashlib.sha256(json.dumps([dataset.names, [8, 8, 8], ["donor", "acceptor"], *labels]).encode())
    for label in labels:
        digest.update(np.array([float(row[label]) for row in rows]).tobytes())
    assert dataset.fingerprint == digest.hexdigest()  # as that version recorded it in a run
