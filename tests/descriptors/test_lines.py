"""Lineal path, chord lengths and the profile against segments checked one by one."""

from itertools import groupby

import numpy as np
import pytest

from microdesigner.core.microstructure import Lateral
from microdesigner.descriptors.chord_length import chord_lengths, mean_chord
from microdesigner.descriptors.lineal_path import lineal_path
from microdesigner.descriptors.profile import depth_profile
from tests.descriptors.volumes import noise, stripes, volume


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_lineal_path_equals_trying_every_segment(axis: str, lateral: Lateral) -> None:
    labels = noise((5, 6, 7), 1, donors=0.8)
    labels[2, 3] = labels[:, 1, 1] = labels[1, :, 2] = 0  # lines without an end
    curve = lineal_path(volume(labels, 2.0, lateral), 0, axis)  # type: ignore[arg-type]
    rows = np.moveaxis(labels == 0, "xyz".index(axis), -1)
    length = rows.shape[-1]
    wraps = lateral == "periodic" and axis != "z"
    longer = np.concatenate([rows, rows], -1) if wraps else rows
    for steps in range(length):
        starts = length if wraps else length - steps
        inside = [longer[..., start : start + steps + 1].all(-1) for start in range(starts)]
        assert curve.value[steps] == pytest.approx(np.mean(inside))
        assert curve.position[steps] == 2 * steps


def test_chords_of_stripes() -> None:
    film = volume(stripes((24, 4, 16), 0, 8), 0.5)
    chords = chord_lengths(film, 0, "x")
    assert chords.position[chords.value > 0].tolist() == [2.0]
    assert mean_chord(film, 0, "x") == pytest.approx(2.0)
    assert mean_chord(film, 0, "z") is None
    assert len(chord_lengths(film, 0, "z").value) == 0


def test_chords_between_open_faces_are_runs_with_two_ends() -> None:
    labels = noise((6, 7, 30), 2)
    curve = chord_lengths(volume(labels), 0, "z")
    runs = []
    for row in (labels == 0).reshape(-1, 30):
        groups = [(inside, len(list(members))) for inside, members in groupby(row)]
        runs += [length for inside, length in groups[1:-1] if inside]
    assert curve.value == pytest.approx(np.bincount(runs, minlength=31)[1:] / len(runs))


def test_mean_chord_of_noise_is_one_over_the_other_fraction() -> None:
    labels = noise((40, 40, 40), 3, donors=0.6)
    for axis in ("x", "z"):
        assert mean_chord(volume(labels), 0, axis) == pytest.approx(1 / 0.4, rel=0.03)  # type: ignore[arg-type]


def test_profile_of_layers() -> None:
    labels = stripes((3, 5, 4), 2, 4)
    labels[0, 0, 3] = 0
    curve = depth_profile(volume(labels, (1.0, 1.0, 2.0)), 0)
    assert curve.position.tolist() == [1, 3, 5, 7]
    assert curve.value == pytest.approx([1, 1, 0, 1 / 15])
