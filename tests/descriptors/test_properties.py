"""What must hold for any volume: symmetries, small films counted by hand, values that do not exist."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES, Lateral, Microstructure
from microdesigner.descriptors import describe, fractions_and_tortuosities
from microdesigner.descriptors.graspi import Value

DONOR, ACCEPTOR, MIXED = np.uint8(0), np.uint8(1), np.uint8(2)


def blobs(shape: tuple[int, int, int], phases: int, seed: int) -> np.ndarray:
    """Smooth random labels: noise averaged over each voxel's neighbours, cut at equal shares."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    for axis in range(3):
        noise = noise + np.roll(noise, 1, axis) + np.roll(noise, -1, axis)
    cuts = np.quantile(noise, np.arange(1, phases) / phases)
    return np.digitize(noise, cuts).astype(np.uint8)


def assert_alike(values: dict[str, Value], expected: dict[str, Value]) -> None:
    """Equal, but for what comes from 32-bit transforms, from smoothing or an iterative solution."""
    absent = {name for name, value in expected.items() if value is None}
    assert {name for name, value in values.items() if value is None} == absent
    rounded = ("domain_size", "tortuosity_factor", "effective", "mean_curvature", "gaussian_curvature")
    iterated = {name for name in expected if name.startswith(rounded)} - absent
    assert {name: values[name] for name in iterated} == pytest.approx({name: expected[name] for name in iterated}, 1e-5)
    exact = expected.keys() - iterated - absent
    assert {name: values[name] for name in exact} == pytest.approx({name: expected[name] for name in exact}, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("phases", [2, 3])
def test_lateral_shift_changes_nothing_if_periodic(phases: int, seed: int) -> None:
    labels = blobs((11, 9, 8), phases, seed)
    names = ("donor", "acceptor", "mixed")[:phases]
    here = describe(Microstructure(labels, phase_names=names), "full").values
    there = describe(Microstructure(np.roll(labels, (4, -2), (0, 1)), phase_names=names), "full").values
    assert_alike(there, here)


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_swapping_x_and_y_changes_nothing(lateral: Lateral) -> None:
    volume = Microstructure(blobs((11, 9, 8), 3, 4), lateral=lateral)
    turned = replace(volume, phases=volume.phases.transpose(1, 0, 2))
    values, swapped = describe(volume, "full").values, {"x": "y", "y": "x", "z": "z"}
    for axis, phase in itertools.product("xyz", "DAM"):
        values[f"mean_chord_{axis}_{phase}"] = describe(volume, "full").values[f"mean_chord_{swapped[axis]}_{phase}"]
    assert_alike(describe(turned, "full").values, values)


def test_memory_order_does_not_matter_and_input_is_left_alone() -> None:
    labels = blobs((10, 12, 14), 3, 5)
    before = labels.copy()
    expected = fractions_and_tortuosities(labels, periodic=True)
    assert fractions_and_tortuosities(np.asfortranarray(labels), periodic=True) == expected
    assert fractions_and_tortuosities(np.repeat(labels, 2, axis=2)[:, :, ::2], periodic=True) == expected
    assert (labels == before).all()


def test_turning_the_film_over_swaps_donor_and_acceptor() -> None:
    labels = blobs((9, 9, 20), 2, 6)
    here = fractions_and_tortuosities(labels, periodic=False)
    there = fractions_and_tortuosities((1 - labels)[:, :, ::-1], periodic=False)
    assert there["tortuosity_D"] == here["tortuosity_A"]
    assert there["tortuosity_A"] == here["tortuosity_D"]


def test_one_sideways_step_counts_only_where_the_film_is_tall_enough() -> None:
    # a donor column that shifts once by a face: excess √2-1 counts where (√2-1) nz < h
    labels = np.full((5, 5, 10), ACCEPTOR)
    labels[2, 2, 5:] = DONOR
    labels[2, 3, :5] = DONOR
    # heights 0..4 are straight; of heights 5..9 those above 4.14 count
    assert fractions_and_tortuosities(labels, periodic=False)["tortuosity_D"] == 1
    labels[2, 2, 6:] = DONOR
    labels[2, 2, 5], labels[2, 3, 5] = ACCEPTOR, DONOR
    # now height 4 is reached with the step: 4 < 4.14 does not count
    assert fractions_and_tortuosities(labels, periodic=False)["tortuosity_D"] == pytest.approx(9 / 10)


def test_paths_and_parts_cross_the_sides_only_if_periodic() -> None:
    labels = np.full((4, 4, 2), ACCEPTOR)
    labels[0, 0, 1] = DONOR  # at the anode, in the corner
    labels[3, 3, 0] = DONOR  # beneath the opposite corner
    table = describe(Microstructure(labels, lateral="periodic", phase_names=("donor", "acceptor")), "graspi").values
    assert (table["STAT_CC_D"], table["CT_f_conn_D_An"]) == (1, 1)
    table = describe(Microstructure(labels, lateral="no-flux", phase_names=("donor", "acceptor")), "graspi").values
    assert (table["STAT_CC_D"], table["CT_f_conn_D_An"]) == (2, 0.5)


def test_missing_values_are_none_with_a_reason() -> None:
    labels = np.full((4, 4, 4), ACCEPTOR)
    report = describe(Microstructure(labels), "full")
    assert report.values["tortuosity_D"] is None
    assert report.reasons["tortuosity_D"] == "no donor voxel touches the anode"
    assert report.reasons["DISS_f10_D"] == "the volume has no donor voxel"
    assert report.values["tortuosity_A"] == 1
    assert not any(value is not None and np.isnan(value) for value in report.values.values())


def test_names_follow_the_number_of_phases() -> None:
    labels = blobs((6, 6, 6), 2, 8)
    assert set(describe(Microstructure(labels, phase_names=("donor", "acceptor"))).values) == {
        "ABS_f_D",
        "CT_f_D_tort1",
        "CT_f_A_tort1",
    }
    assert {"vol_frac_M", "ABS_f_D"} < set(describe(Microstructure(labels)).values)


def test_further_phases_are_obstacles() -> None:
    labels = np.full((3, 3, 4), DONOR)
    labels[:, :, 2] = 3
    values = describe(Microstructure(labels, phase_names=(*PHASE_NAMES, "void"))).values
    assert values["vol_frac_D"] == 0.75
    assert values["tortuosity_D"] == 1  # of the layer that still touches the anode


def test_specific_surface_of_a_layer_stack() -> None:
    labels = np.full((3, 5, 4), ACCEPTOR)
    labels[:, :, :2] = DONOR
    volume = Microstructure(labels, (1.0, 2.0, 0.5), phase_names=("donor", "acceptor"))
    # one plane across a film of 4 * 0.5 nm
    values = describe(volume, "full").values
    assert values["specific_surface_DA"] == pytest.approx(1 / 2)
    assert values["interfacial_area"] == pytest.approx(1 / 3)  # two phases: their own, if it faced all directions alike


def test_interfacial_area_counts_the_interfaces_of_all_phases() -> None:
    layers = np.zeros((4, 4, 6), np.uint8)
    layers[..., 2:4], layers[..., 4:] = 2, 1  # donor, mixed, acceptor
    values = describe(Microstructure(layers, (2.0, 2.0, 2.0)), "full").values
    parts = [values[f"specific_surface_isotropic_{pair}"] for pair in ("DA", "DM", "AM")]
    assert values["interfacial_area"] == pytest.approx(sum(float(part or 0) for part in parts))
    assert values["interfacial_area"] == pytest.approx(2 / 3 * 2 / 12)
    unknown = describe(Microstructure(layers, None), "full")
    assert unknown.values["interfacial_area"] is None
    assert "edge" in unknown.reasons["interfacial_area"]


def test_distances_scale_with_cubic_voxels_and_are_refused_for_others() -> None:
    labels = np.full((2, 2, 8), ACCEPTOR)
    labels[:, :, :6] = DONOR  # distances 0.5 ... 5.5 voxels from the interface
    names = ("donor", "acceptor")
    assert describe(Microstructure(labels, (4.0,) * 3, phase_names=names), "graspi").values[
        "DISS_f10_D"
    ] == pytest.approx(2 / 6)
    report = describe(Microstructure(labels, (1.0, 1.0, 2.0), phase_names=names), "graspi")
    assert report.values["DISS_f10_D"] is None
    assert "cubic" in report.reasons["DISS_f10_D"]


def test_unknown_set_is_an_input_error() -> None:
    with pytest.raises(InputError, match="basic, graspi, full"):
        describe(Microstructure(np.zeros((2, 2, 2), np.uint8)), "everything")  # type: ignore[arg-type]


@pytest.mark.parametrize("phases", [2, 3])
def test_values_are_plain_numbers(phases: int) -> None:
    labels = np.random.default_rng(0).integers(0, phases, (12, 12, 12)).astype(np.uint8)
    names = ("donor", "acceptor", "mixed")[:phases]
    report = describe(Microstructure(labels, (1.0, 1.0, 1.0), phase_names=names), "full")
    assert {type(value) for value in report.values.values()} <= {float, int, type(None)}
