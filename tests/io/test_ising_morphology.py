"""Morphologies of Ising_OPV and Excimontec, and what becomes of a mixed phase, which these programs do not know."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import DONOR, MIXED, Microstructure
from microdesigner.io.mixed_phase import without_mixed

HEADS = {
    "3.2": "Ising_OPV v3.2 - {} format\n2\n1\n3\n5.7\n5.7\n0.5\n",
    "4.0": "Ising_OPV v4.0.0-rc.1 - {} format\n2\n1\n3\n1\n1\n0\n2\n6.09\n6.15\n0.5\n0.5\n",
    "walls": "Ising_OPV v4.0.2 - {} format\n2\n1\n3\n0\n1\n0\n2\n-1\n-1\n0.5\n0.5\n",
}
BODIES = {"compressed": "12\n22\n11\n21\n", "uncompressed": "0,0,0,1\n0,0,1,1\n0,0,2,2\n1,0,0,2\n1,0,1,1\n1,0,2,2\n"}
FILM = [[[0, 0, 1]], [[1, 0, 1]]]


@pytest.mark.parametrize("packing", BODIES)
@pytest.mark.parametrize("head", HEADS)
def test_files_of_the_programs_are_read(head: str, packing: str, tmp_path: Path) -> None:
    path = tmp_path / "morphology_0.txt"
    path.write_bytes((HEADS[head].format(packing) + BODIES[packing]).replace("\n", "\r\n").encode())  # as on Windows
    film = io.read(path)
    assert film.phases.tolist() == FILM
    assert film.lateral == ("no-flux" if head == "walls" else "periodic")
    assert film.voxel_nm is None
    assert film.phase_names == ("donor", "acceptor")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("v4.0.2", "v2.0"), "3.2 or later"), (("2\n1\n3", "2\n1"), "sites"), (("\n0\n2\n-1", "\n0\n0\n-1"), "types"),
        (("12\n", "11\n"), "5 sites"), (("12\n", "32\n"), "type 3"), (("12\n", "1x\n"), "runs"),
        (("12\n", "02\n"), "runs"),
        (("1,0,0,2\n", ""), "list"), (("1,0,0,2", "0,0,0,2"), "list"), (("1,0,0,2", "9,0,0,2"), "list"),
        (("1,0,0,2", "1,0,0,a"), "list"), (("1,0,0,2", "-1,0,0,2"), "list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    path = tmp_path / "morphology.txt"
    packing = "uncompressed" if "," in change[0] else "compressed"
    text = HEADS["walls"].format(packing) + BODIES[packing]
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    with pytest.raises(InputError, match=rf"morphology\.txt .*{words}"):
        io.read(path)


def test_more_than_two_site_types_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "morphology.txt"
    path.write_text(
        "Ising_OPV v4.0.2 - compressed format\n1\n1\n3\n1\n1\n0\n3\n-1\n-1\n-1\n0.3\n0.3\n0.4\n11\n21\n31\n"
    )
    with pytest.raises(InputError, match="--map 1=0 2=1 3=2"):
        io.read(path)
    assert io.read(path, io.ImportOptions(mapping=((1, 1), (2, 0), (3, 2)))).phases.ravel().tolist() == [1, 0, 2]


@pytest.fixture
def film() -> Microstructure:
    phases = np.random.default_rng(4).integers(0, 3, (12, 10, 8)).astype(np.uint8)
    return Microstructure(phases, (2.0, 2.0, 2.0), provenance={"seed": 4})


def test_a_mixed_phase_and_bricks_are_refused_with_the_remedy(film: Microstructure, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"film\.ising\.txt .*--mixed"):
        io.write(film, tmp_path / "film.ising.txt")
    bricks = Microstructure(np.zeros((3, 3, 3), np.uint8), (2.0, 2.0, 5.0))
    with pytest.raises(InputError, match=r"film\.ising\.txt .*2×2×5 nm"):
        io.write(bricks, tmp_path / "film.ising.txt")
    assert not list(tmp_path.iterdir())


def test_mixed_voxels_alone_become_donor_or_acceptor_in_the_share_asked_for(film: Microstructure) -> None:
    mixed = film.phases == MIXED
    two = without_mixed(film, 0.3, seed=1)
    assert (two.phases[mixed] == DONOR).sum() == round(0.3 * mixed.sum())
    assert two.phases.max() == 1
    np.testing.assert_array_equal(two.phases[~mixed], film.phases[~mixed])
    assert two.phase_names == ("donor", "acceptor")
    assert two.provenance == {"seed": 4, "without_mixed": {"donor_share_of_mixed": 0.3, "seed": 1}}
    np.testing.assert_array_equal(two.phases, without_mixed(film, 0.3, seed=1).phases)
    assert (two.phases != without_mixed(film, 0.3, seed=2).phases).any()
    assert film.phases.max() == MIXED
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match="between 0 and 1"):
            without_mixed(film, share)


def test_the_command_writes_it(film: Microstructure, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    io.write(film, tmp_path / "film.vti")
    words = ["convert", str(tmp_path / "film.vti"), str(tmp_path / "film.ising.txt")]
    assert main(words) == 2
    assert "--mixed" in capsys.readouterr().err
    assert main([*words, "--mixed", "0.5", "--seed", "3"]) == 0
    np.testing.assert_array_equal(io.read(words[2]).phases, without_mixed(film, 0.5, 3).phases)
    assert main([*words, "--map", "0=0", "1=1", "2=1"]) == 0
    np.testing.assert_array_equal(io.read(words[2]).phases, np.minimum(film.phases, 1))
