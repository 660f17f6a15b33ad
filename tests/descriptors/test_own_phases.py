"""What is measured of phases with names of their own, on volumes whose values are known."""

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.material_constants import MaterialConstants, OwnConstants, constants_table
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import MOST_PHASES
from microdesigner.descriptors import describe, fractions_and_tortuosities, sample_values
from microdesigner.descriptors.phase_bits import pack_phases
from microdesigner.descriptors.surface import interfacial_area
from microdesigner.descriptors.tortuosity_histogram import tortuosity_histogram
from microdesigner.properties import describe as describe_properties

NAMES = ("quartz", "clay", "pore", "organic")


def layers(*thick: int) -> Microstructure:
    """Flat layers of the labels 0, 1, 2 and so on, from below."""
    column = np.repeat(np.arange(len(thick)), thick).astype(np.uint8)
    return Microstructure(np.tile(column, (4, 6, 1)), (2.0, 2.0, 2.0), "periodic", NAMES[: len(thick)])


def test_layers_of_four_phases() -> None:
    report = describe(layers(2, 3, 1, 4))
    fractions = {f"volume_fraction_{name}": share for name, share in zip(NAMES, (0.2, 0.3, 0.1, 0.4), strict=True)}
    assert {name: report.values[name] for name in fractions} == pytest.approx(fractions)
    assert report.values["straight_paths_quartz_lower"] == report.values["straight_paths_organic_upper"] == 1
    assert report.values["straight_paths_quartz_upper"] is None
    assert report.reasons["straight_paths_quartz_upper"] == "no quartz voxel touches the upper face"
    assert len(report.values) == 12


def test_straight_paths_to_a_face_are_those_of_donor_and_acceptor_to_their_electrodes() -> None:
    labels = np.random.default_rng(1).integers(0, 3, (12, 10, 8)).astype(np.uint8)
    named = describe(Microstructure(labels, lateral="periodic", phase_names=NAMES[:3])).values
    letters = fractions_and_tortuosities(labels, periodic=True)
    upside_down = fractions_and_tortuosities(labels[:, :, ::-1], periodic=True)
    assert named["straight_paths_quartz_upper"] == letters["tortuosity_D"]
    assert named["straight_paths_quartz_lower"] == upside_down["tortuosity_D"]
    assert named["straight_paths_clay_lower"] == letters["tortuosity_A"]
    assert named["volume_fraction_pore"] == letters["vol_frac_M"]
    swapped = describe(Microstructure(2 - labels, lateral="periodic", phase_names=NAMES[2::-1])).values
    assert swapped == named, "a phase is measured by its name, not by its label"


def test_the_full_set_speaks_of_the_phases_by_their_names_alone() -> None:
    film = layers(2, 3, 1, 4)
    report = describe(film, "full")
    assert report.values["specific_surface_quartz__clay"] == pytest.approx(1 / 20)  # one plane in a film of 20 nm
    assert report.values["specific_surface_quartz__pore"] == 0
    assert report.values["interfacial_area"] == pytest.approx(3 * 2 / 3 / 20)
    assert interfacial_area(film, pack_phases(film.phases)) == report.values["interfacial_area"]
    assert report.values["mean_chord_z_pore"] == pytest.approx(1.8)  # 2 φ / P_L, two interfaces at nine inner faces
    assert report.values["connected_lower_quartz"] == 1
    assert report.values["connected_upper_quartz"] == 0
    assert report.values["composition_tilt_organic"] == pytest.approx(4 / 5)  # of the upper five layers
    said = " ".join([*report.values, *report.reasons.values()])
    assert not [word for word in ("donor", "acceptor", "anode", "cathode", "mixed", "_D", "_A", "_M") if word in said]
    with pytest.raises(InputError, match="not of quartz and clay and pore and organic"):
        describe(film, "graspi")


def test_graspi_s_names_are_given_where_they_are_asked_for() -> None:
    """Models that were trained before phases had names of their own ask for them."""
    labels = np.random.default_rng(2).integers(0, 2, (8, 8, 8)).astype(np.uint8)
    asked = ("ABS_f_D", "CT_f_A_tort1", "vol_frac_A", "DISS_f10_D")
    named = sample_values(Microstructure(labels, (1.0,) * 3, phase_names=NAMES[:2]), asked).values
    letters = sample_values(Microstructure(labels, (1.0,) * 3, phase_names=("donor", "acceptor")), asked).values
    assert {name: named[name] for name in asked} == {name: letters[name] for name in asked}
    assert "volume_fraction_quartz" in named


def test_a_void_beside_donor_and_acceptor_has_its_own_name() -> None:
    film = Microstructure(layers(2, 3, 5).phases, (1.0,) * 3, phase_names=("donor", "acceptor", "void"))
    values = describe(film, "graspi").values
    assert values["volume_fraction_void"] == 0.5
    assert values["ABS_f_D"] == values["vol_frac_D"] == 0.2
    assert not [name for name in values if name.endswith("_M")], "a void is no mixed phase"


def test_eight_phases_are_measured_and_further_ones_are_obstacles() -> None:
    labels = np.tile(np.repeat(np.arange(MOST_PHASES + 1), 2).astype(np.uint8), (3, 3, 1))
    names = tuple(f"grain {number}" for number in range(MOST_PHASES + 1))
    film = Microstructure(labels, (1.0,) * 3, phase_names=names)
    values = describe(film).values
    assert values["volume_fraction_grain_7"] == pytest.approx(1 / 9)
    assert "volume_fraction_grain_8" not in values


def test_ways_of_phases_with_their_own_names_lead_to_the_lower_face() -> None:
    labels = np.ones((3, 3, 8), np.uint8)
    labels[1, 1, :5] = 0  # from below, not to the top
    film = Microstructure(labels, phase_names=NAMES[:2])
    assert tortuosity_histogram(film, 0).value.sum() == pytest.approx(1)
    assert not len(tortuosity_histogram(Microstructure(labels, phase_names=("donor", "acceptor")), 0).value)


def test_properties_are_those_of_any_phase_and_no_charges() -> None:
    film = layers(2, 3, 5)
    report = describe_properties(film, "properties", only=["effective_diffusivity_x", "conductivity_z"])
    assert report.values["effective_diffusivity_x_pore"] == pytest.approx(0.5, abs=1e-4)
    assert report.reasons["conductivity_z"] == "the material constants have no conductivity of quartz"
    own = {name: OwnConstants(conductivity=value) for name, value in zip(NAMES, (1.0, 2.0, 4.0), strict=False)}
    constants = MaterialConstants(phases=own)
    known = describe_properties(film, "properties", constants, ["conductivity_z", "stiffness_11"])
    assert known.values["conductivity_z"] == pytest.approx(1 / (0.2 / 1 + 0.3 / 2 + 0.5 / 4), rel=1e-3), "a series"
    assert known.reasons["stiffness_11"] == "the material constants have no Young's modulus of quartz"
    assert constants_table(constants)["conductivity of clay"] == {"value": 2.0, "unit": "W/(m K)", "source": "given"}
    with pytest.raises(InputError, match="there are effective_diffusivity, conductivity, stiffness, permeability"):
        describe_properties(film, "properties", only=["short_circuit_current"])
