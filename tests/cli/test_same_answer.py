"""Files of other programs: every command and the window give the same answer, or put the same question."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microdesigner.app.volume_open import Choices, open_volume
from microdesigner.app.workers.messages import Answer
from microdesigner.app.workers.opening import OpenTask, Question
from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.data.store import VolumeDataset
from tests.foreign_files import ANSWERS, BY_CONVENTION, CASES, FILES, REFUSED, answers, edges, is_right

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the reference data are not beside this checkout")
TOLD = 2  # exit code for what the user can mend


def said(capsys: pytest.CaptureFixture[str], *words: Any) -> str:
    """The sentence with which a command refuses."""
    capsys.readouterr()
    assert main([str(word) for word in words]) == TOLD
    output = capsys.readouterr()
    assert not output.out
    return output.err.rpartition("microdesigner: ")[2].strip()


def asked_in_the_window(path: Path) -> str:
    """The question that the dialog puts, or the refusal."""
    try:
        (answer,) = [event.value for event in OpenTask(path, Choices()).events() if isinstance(event, Answer)]
    except InputError as error:
        return str(error)
    assert isinstance(answer, Question)
    return answer.sentence


@pytest.mark.parametrize("name", [*ANSWERS, *REFUSED])
def test_the_same_question_or_refusal_everywhere(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = FILES / name, tmp_path / "out"
    sentence = said(capsys, "describe", "--json", path)
    assert (REFUSED.get(name) or ANSWERS[name].split()[0]) in sentence
    assert said(capsys, "convert", path, f"{out}.vti") == sentence
    assert said(capsys, "dataset", "import", path, "--out", f"{out}.h5", "--workers", "1") == sentence
    assert not list(tmp_path.iterdir())
    assert asked_in_the_window(path) == sentence


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_the_same_volume_everywhere(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, options = FILES / name, ANSWERS.get(name, "").split()
    known = edges(name)
    assert main(["describe", "--json", str(path), *options]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert main(["convert", str(path), str(tmp_path / "film.npy"), *options]) == 0
    assert ("taken as nm" in capsys.readouterr().err) == (name in BY_CONVENTION)
    phases = np.load(tmp_path / "film.npy")
    assert is_right(name, phases)
    assert told["shape"] == list(phases.shape)
    assert told["labels"] == {str(label): int(n) for label, n in enumerate(np.bincount(phases.ravel())) if n}
    assert told["voxel_nm"] == (None if known is None else pytest.approx(known, rel=1e-6))
    opened = open_volume(path, Choices(answers(name))).sample.microstructure
    np.testing.assert_array_equal(opened.phases, phases)
    assert opened.voxel_nm == (None if known is None else pytest.approx(known, rel=1e-6))


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_a_data_set_holds_the_same_volume(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a data set needs beyond, edges and the cathode's face, is asked for after what the values mean."""
    told = None if name in BY_CONVENTION else edges(name)
    own_names = name == "n05_slicer.seg.nrrd"  # of its segments, so that there are no electrodes to ask for
    condition = "volume_fraction_Segment_1" if own_names else "ABS_f_D"
    words = ["dataset", "import", FILES / name, "--out", tmp_path / "set.h5", "--workers", 1, "--condition", condition]
    words += ANSWERS.get(name, "").split()
    if told is None:
        assert "--voxel" in said(capsys, *words)
        words += ["--voxel", 2, 3, 5, "nm"]
    if name != "g02_2d_nz0.txt" and not own_names:  # GraSPI's files begin at the cathode
        assert "--cathode z-" in said(capsys, *words)
    assert main([str(word) for word in (*words, "--cathode", "z-")]) == 0
    dataset = VolumeDataset(tmp_path / "set.h5")
    (phases,) = (dataset.phases(index) for index in range(len(dataset)))
    assert is_right(name, phases)
    assert dataset.description.voxel_nm == pytest.approx(told or (2, 3, 5), rel=1e-6)
    dataset.close()
