"""The files of other programs in `../shared/data/files`: what is right for each, and what must be answered before.

`python -m tests.foreign_files` prints what every file is met with: right, asked (and then right with which options), or
refused with which words.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.cli.file_options import add_file_options, file_options
from microdesigner.core.errors import InputError
from microdesigner.io import ImportOptions

FILES = Path(__file__).resolve().parents[2] / "shared" / "data" / "files"
EXPECTED: dict[str, Any] = json.loads((FILES / "expected.json").read_text()) if FILES.is_dir() else {}
GREY = ("i01_imod_signed.mrc", "i06_grey_append.tif", "i07_msb_true.mhd")
CLASSES = "i04_ilastik_prob.h5"
CASES = sorted({*EXPECTED, *GREY, CLASSES})
# what only the user can say, as the commands take it; the first word names the question that must be put before
ANSWERS = {
    "t11_1_2.tif": "--map 1=0 2=1",
    "p04_11.npy": "--map 1=0 2=1",
    "t11_0_2.tif": "--map 0=0 2=1",
    "t11_0_127_255.tif": "--map 0=0 127=1 255=2",
    "h01_dream3d_as.h5": "--map 1=0 2=1 3=2",
    "w01_plain.raw": "--raw 14 10 8 uint8",
    CLASSES: "--map 1=0 2=1",
    **dict.fromkeys(GREY, "--segment otsu"),
}
REFUSED = {"l05_wrong_dims.vtk": "count points", "l05_cd_then_pd.vtk": "--array"}
BY_CONVENTION = ("h01_dream3d_as.h5",)  # its spacing has no unit: taken as nm, and told


def answers(name: str) -> ImportOptions:
    """The answers for one file as the commands understand them."""
    parser = argparse.ArgumentParser()
    add_file_options(parser)
    return file_options(parser.parse_args(ANSWERS.get(name, "").split()))


def is_right(name: str, phases: NDArray[np.uint8]) -> bool:
    """Whether these are the labels of a file: those of the reference, or for grey volumes the bright share."""
    if name in GREY or name == CLASSES:
        return phases.shape == (64, 48, 32) and (name == CLASSES or abs(float(phases.mean()) - 0.630) < 0.01)
    wanted = EXPECTED[name]["expect"].removeprefix("refuse-or-")
    if wanted == "2d":
        return phases.shape == (14, 1, 8) and np.bincount(phases.ravel()).tolist() == [36, 76]
    reference = np.load(FILES / "L.npy")
    return np.array_equal(phases, reference > 0 if wanted.startswith("B") else reference)


def edges(name: str) -> tuple[float, float, float] | None:
    """Voxel edges that are right for a file; None: unknown."""
    if name in EXPECTED:
        known = EXPECTED[name]["voxel_nm"]
        return tuple(known) if known else None
    return (1.0, 1.0, 1.0) if name == "i01_imod_signed.mrc" else None


def _row(name: str) -> str:
    from microdesigner.io.volumes import described

    try:
        _, volume = described(FILES / name)
        met = "right"
    except InputError as error:
        sentence = str(error).removeprefix(f"{FILES}/").replace("|", "/")
        if name in REFUSED:
            return f"| {name} | refused | {sentence} |"
        _, volume = described(FILES / name, answers(name))
        met = f"asked, then right with `{ANSWERS[name]}`"
        met += f" | {sentence}"
    else:
        met += " | " + (
            " × ".join(f"{edge:g}" for edge in volume.voxel_nm) + " nm" if volume.voxel_nm else "edges unknown"
        )
    return f"| {name} | {met if is_right(name, volume.phases) else 'WRONG'} |"


if __name__ == "__main__":
    print("| file | met with | voxel edges | words |\n|---|---|---|---|")
    print("\n".join(map(_row, CASES)))
