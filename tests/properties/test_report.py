"""Properties by name: what exists, why others do not, constants, progress."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

import microdesigner
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.material_constants import CONSTANTS, DiffusionLengths, OwnConstants, PerPhase, constants_text
from microdesigner.core.microstructure import Microstructure
from microdesigner.properties import MaterialConstants, PropertiesDone, describe, property_events, read_constants
from microdesigner.properties.listing import properties_of
from tests.descriptors.volumes import noise, stripes, volume

FILM = volume(stripes((6, 4, 8), 0, 6))


def three_phases() -> Microstructure:
    labels = np.zeros((6, 4, 8), np.uint8)
    labels[2] = labels[5] = 2
    labels[3:5] = 1
    return Microstructure(labels)


def test_columns_do_what_can_be_told_by_hand() -> None:
    constants = MaterialConstants(selective_contacts=True, carrier_lifetime=1.0)
    found = microdesigner.describe(FILM, "properties", constants).values
    assert found["effective_diffusivity_z_D"] == pytest.approx(0.5)
    assert found["effective_diffusivity_x_A"] is None
    assert found["conductivity_z"] == pytest.approx((0.2 + 0.03) / 2)
    assert found["conductivity_x"] == pytest.approx(2 / (1 / 0.2 + 1 / 0.03))
    assert found["exciton_dissociation"] == pytest.approx(found["exciton_dissociation_D"])
    assert found["hole_collection"] == pytest.approx(1, abs=1e-4)
    assert found["permeability_z_D"] == pytest.approx(3**2 / 12 * (1 + 2 / 9) / 2, rel=1e-3)
    assert found["stiffness_44"] > found["stiffness_55"], "layers slide along x"
    share = found["exciton_dissociation"]
    assert share == pytest.approx(20 / 3 * np.tanh(3 / 20), rel=2e-3)
    assert found["short_circuit_current"] == pytest.approx(1.602176634e-19 * 2.7e27 * 8e-9 * share, rel=1e-3)


def test_every_value_has_a_title_a_unit_and_a_source_and_none_is_missing_without_a_reason() -> None:
    report = describe(three_phases(), "properties")
    for name, value in report.values.items():
        assert spec_of(name).source != "model card", name
        assert (value is None) == (name in report.reasons)
    expected = {"effective_diffusivity_z_M", "exciton_dissociation_A", "stiffness_66", "permeability_z_M"}
    assert expected <= set(report.values)


def test_without_voxel_edges_ratios_are_given_and_what_needs_nm_says_so() -> None:
    unknown = Microstructure(FILM.phases, None, "periodic", FILM.phase_names)
    report, known = describe(unknown, "properties"), describe(FILM, "properties")
    for name, value in report.values.items():
        if name.startswith(("effective", "conductivity", "stiffness")):
            assert value == pytest.approx(known.values[name])
        else:
            assert value is None
            assert "voxel edges" in report.reasons[name]


def test_a_fourth_phase_has_no_constants_but_the_others_stay() -> None:
    labels = np.array(FILM.phases)
    labels[:, :2] = 3
    film = Microstructure(labels, phase_names=("donor", "acceptor", "mixed", "void"))
    report = describe(film, "properties")
    assert report.reasons["conductivity_z"] == "the material constants have no conductivity of void"
    assert report.reasons["stiffness_33"] == "the material constants have no Young's modulus of void"
    own = MaterialConstants(phases={"void": OwnConstants(0.0, 0.0, 0.0)})
    known = describe(film, "properties", own, ["conductivity_z", "stiffness_33"]).values
    assert None not in known.values()
    assert report.values["effective_diffusivity_z_D"] == pytest.approx(0.25)
    assert report.values["exciton_dissociation_D"] is not None


def test_names_choose_and_unknown_ones_are_refused() -> None:
    report = describe(FILM, "properties", only=["exciton_dissociation_D", "effective_diffusivity_xy_D"])
    assert list(report.values) == ["effective_diffusivity_xy_D", "exciton_dissociation_D"]
    with pytest.raises(InputError, match=r"'speed'.* conductivity, exciton"):
        describe(FILM, "properties", only=["speed"])
    with pytest.raises(InputError, match="'full' takes none"):
        describe(FILM, "full", MaterialConstants())
    assert microdesigner.describe(FILM).values["ABS_f_D"] == 0.5


def test_progress_rises_to_the_report() -> None:
    *told, last = property_events(FILM)
    shares = [event.done / event.total for event in told if isinstance(event, Progress)]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.1
    assert 0.8 < shares[-1] <= 1
    assert isinstance(last, PropertiesDone)


def test_each_property_can_be_stopped_between_any_two_of_its_solvers_steps() -> None:
    film = volume(noise((12, 10, 8), 0, 0.6))
    for part in properties_of(film, MaterialConstants()):
        steps = len(list(part.compute()))
        if part.names[0] not in ("effective_diffusivity_z_M", "exciton_dissociation"):  # known from its parts
            assert steps >= 5, part.names


def test_constants_come_from_a_file_that_names_what_differs(tmp_path: Path) -> None:
    file = tmp_path / "constants.json"
    file.write_text('{"exciton_diffusion_length": {"D": 5, "A": 20}}', encoding="utf-8")
    constants = read_constants(file)
    assert constants.exciton_diffusion_length == DiffusionLengths(5.0, 20.0)
    assert constants.built_in_voltage == MaterialConstants().built_in_voltage
    file.write_text(constants_text(constants), encoding="utf-8")
    assert read_constants(file) == constants
    found = describe(FILM, "properties", constants, ["exciton"]).values
    assert found["exciton_dissociation_D"] < found["exciton_dissociation"] < found["exciton_dissociation_A"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"speed": 1}', "speed"),
        ('{"generation_rate": -1}', "generation_rate"),
        ('{"exciton_diffusion_length": {"D": 5}}', "lacks 'A'"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_file_is_named_with_its_entry(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "constants.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_constants(file)


def test_every_constant_has_a_unit_a_meaning_and_a_source() -> None:
    assert list(CONSTANTS) == [field.name for field in msgspec.structs.fields(MaterialConstants)]
    assert all(spec.unit and spec.meaning and spec.source for spec in CONSTANTS.values())


def test_nothing_stiff_has_no_stiffness() -> None:
    soft = MaterialConstants(youngs_modulus=PerPhase(0.0, 0.0, 1.0))
    report = describe(FILM, "properties", soft, ["stiffness"])
    assert set(report.values.values()) == {None}
    assert "stiff" in report.reasons["stiffness_11"]
