"""Properties against published values, in the code, on the command line and in the manual."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from microdesigner.cli.main import main
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.evaluation import property_checks
from microdesigner.evaluation.property_checks import CHECKS, FILE, Checked, PropertyCheck, rows

MANUAL = Path(__file__).parents[2] / "docs" / "properties.md"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.name}: {check.structure}")
def test_each_property_is_what_is_published_of_it(check: PropertyCheck) -> None:
    found = Checked(check, check.compute())
    assert found.holds, f"{found.value} for {check.reference}"
    assert (check.allowed is None) == bool(check.note), "what may differ freely says why"
    assert check.allowed is None or check.allowed <= 0.05


def test_a_current_without_recombination_is_above_that_of_a_device_model_by_what_recombines() -> None:
    (check,) = (check for check in CHECKS if check.allowed is None)
    assert 0.08 < Checked(check, check.compute()).difference < 0.14


def test_every_kind_of_property_is_among_them() -> None:
    stems = {check.name.split("_")[0] for check in CHECKS}
    assert stems == {"conductivity", "effective", "exciton", "hole", "short", "stiffness", "permeability"}
    assert all(spec_of(check.name).source != "model card" for check in CHECKS if check.name != "stiffness")


def test_the_manual_shows_the_same_table() -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    for check, row in zip(CHECKS, rows([Checked(check, check.reference) for check in CHECKS])[2:], strict=True):
        published = row.split(" | ")[:3]
        assert " | ".join(published) in manual, check.structure
        assert check.source in manual


def test_the_command_prints_the_table_and_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check = replace(CHECKS[2], compute=lambda: CHECKS[2].reference * 1.005)
    monkeypatch.setattr(property_checks, "CHECKS", (check,))
    assert main(["evaluate", "--properties", "--out", str(tmp_path / "out")]) == 0
    assert "| +0.5 % |" in capsys.readouterr().out
    (entry,) = json.loads((tmp_path / "out" / FILE).read_text(encoding="utf-8"))
    assert entry["source"] == check.source
    assert entry["holds"] is True
    monkeypatch.setattr(property_checks, "CHECKS", (replace(check, reference=0.5),))
    assert main(["evaluate", "--properties"]) == 1
    assert check.structure in capsys.readouterr().err


def test_an_evaluation_of_a_model_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate"]) == 2
    assert "--out" in capsys.readouterr().err
