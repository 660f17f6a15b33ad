"""Every reference volume against the values that GraSPI's C++ program prints for it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microdesigner import io
from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.descriptors import describe

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "graspi"
NAMES = sorted(path.stem for path in CASES.glob("*.json"))
IGNORED = {"CT_f_conn_D"}  # printed by mistake, says the data's README
STRAIGHT = {"CT_f_D_tort1", "CT_f_A_tort1", "CT_f_M_tort1_An", "CT_f_M_tort1_Ca"}


def load(name: str) -> tuple[Microstructure, dict[str, float | int | None]]:
    with np.load(CASES / f"{name}.npz") as case:
        layers = np.where(case["phase"] == 3, 2, case["phase"]).astype(np.uint8)  # [z, y, x]
        lateral: Lateral = "periodic" if case["periodic"] else "no-flux"
        voxel = (float(case["pixelsize"]),) * 3
        names = ("donor", "acceptor", "mixed")[: int(case["n_phases"])]
    if len(layers) == 1:  # 2-D: y is the film normal
        layers = layers.transpose(1, 0, 2)
    expected = json.loads((CASES / f"{name}.json").read_text())["expected"]
    return Microstructure(layers.transpose(2, 1, 0), voxel, lateral, names), expected


def agrees(name: str, value: float | int | None, expected: float | int | None) -> bool:
    if value is None:
        # GraSPI prints 0 for a share of straight paths where nothing is reached; here such a share has no value
        return expected is None or (name in STRAIGHT and expected == 0)
    if isinstance(expected, int):
        return isinstance(value, int) and value == expected
    return value == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_table_equals_graspi(name: str) -> None:
    microstructure, expected = load(name)
    report = describe(microstructure, "graspi")
    wrong = {
        key: (report.values[key], value)
        for key, value in expected.items()
        if key not in IGNORED and not agrees(key, report.values[key], value)
    }
    assert not wrong
    assert set(report.reasons) == {key for key, value in report.values.items() if value is None}


@pytest.mark.parametrize("name", NAMES)
def test_basic_equals_graspi(name: str) -> None:
    microstructure, expected = load(name)
    values = describe(microstructure).values
    assert agrees("ABS_f_D", values["ABS_f_D"], expected["ABS_f_D"])
    for phase in "DA":
        key = f"CT_f_{phase}_tort1"
        assert agrees(key, values[key], expected[key])
        if len(microstructure.phase_names) == 3:
            assert values[f"tortuosity_{phase}"] == values[key]
    if len(microstructure.phase_names) == 3:
        counts = np.bincount(microstructure.phases.ravel(), minlength=3) / microstructure.phases.size
        assert [values[f"vol_frac_{phase}"] for phase in "DAM"] == pytest.approx(list(counts), abs=1e-12)


@pytest.mark.parametrize("name", ["tf-10-2D_p0", "rnd2_24x20x16", "3ph_tf-10-2D_p0"])
@pytest.mark.skipif(not CASES.is_dir(), reason="the reference data are not beside this checkout")
def test_text_files_describe_alike(name: str, tmp_path: Path) -> None:
    with np.load(CASES / f"{name}.npz") as case:
        phase = case["phase"]  # GraSPI's own labels and order
    text = tmp_path / f"{name}.txt"
    lines = [
        " ".join(map(str, reversed(phase.shape))),
        *(" ".join(map(str, row)) for row in phase.reshape(-1, phase.shape[2])),
    ]
    text.write_text("\n".join(lines))
    microstructure, _ = load(name)
    film = replace(io.read(text), voxel_nm=microstructure.voxel_nm)  # which the format does not record
    assert describe(film, "graspi") == describe(microstructure, "graspi")
