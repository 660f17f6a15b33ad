"""How phases name their quantities, which names cannot be told apart, and targets under such names."""

import numpy as np
import pytest

from microdesigner.core.conditions import in_conditions, known_targets
from microdesigner.core.descriptor_spec import SPECS, known_spec, spec_of
from microdesigner.core.errors import InputError
from microdesigner.core.phase_specs import own_quantities
from microdesigner.core.phases import (
    StraightPaths,
    check_phase_names,
    fraction_label,
    fraction_labels,
    phase_keys,
    straight_paths,
)
from microdesigner.core.property_specs import is_property
from microdesigner.core.request import Request
from microdesigner.core.support import Support

ROCK = ("quartz", "clay", "closed pore", "α-Al2O3")
FRACTIONS = ("volume_fraction_quartz", "volume_fraction_clay", "volume_fraction_closed_pore")


def test_only_donor_and_acceptor_have_letters() -> None:
    assert phase_keys(("donor", "acceptor")) == ("D", "A")
    assert phase_keys(("donor", "acceptor", "mixed")) == ("D", "A", "M")
    assert phase_keys(("donor", "acceptor", "void")) == ("D", "A", "void")
    assert phase_keys(("acceptor", "donor")) == ("acceptor", "donor"), "labels 0 and 1, in this order"
    assert phase_keys(("pore", "mixed")) == ("pore", "mixed")
    assert phase_keys(("D", "A")) == ("phase_D", "phase_A"), "else they would be taken for the donor's"
    assert phase_keys(ROCK) == ("quartz", "clay", "closed_pore", "α_Al2O3")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("pore", "pore"), "'pore' and 'pore' apart"),
        (("closed pore", "closed-pore"), "'closed pore' and 'closed-pore' apart"),
        (("Pore", "pore"), "'Pore' and 'pore' apart"),
        (("phase D", "D"), "'phase D' and 'D' apart"),
        (("pore", "--"), "'--' has neither letter nor digit"),
        (("pore",), "2 to 8 phases, these are 1"),
        (tuple(f"grain {n}" for n in range(9)), "2 to 8 phases, these are 9"),
    ],
)
def test_phases_that_targets_could_not_tell_apart_are_refused(names: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_phase_names(names)


def test_a_target_names_a_phase_and_a_face() -> None:
    assert fraction_labels({"volume_fraction_closed_pore": 0.2, "straight_paths_clay_upper": 0.3}, ROCK) == {2: 0.2}
    assert straight_paths("straight_paths_closed_pore_lower", ROCK) == StraightPaths(2, upper=False)
    assert straight_paths("straight_paths_clay_upper", ROCK) == StraightPaths(1, upper=True)
    assert straight_paths("straight_paths_sand_upper", ROCK) is None
    assert fraction_label("volume_fraction_donor", ("donor", "acceptor")) is None
    # as cards have them that were trained before phases had their own names
    assert (fraction_label("ABS_f_D", ROCK), fraction_label("vol_frac_A", ROCK)) == (0, 1)
    assert straight_paths("CT_f_A_tort1", ROCK) == StraightPaths(1, upper=False)


def test_every_quantity_of_a_phase_has_a_spec_that_calls_it_by_its_name() -> None:
    names = own_quantities(ROCK)
    assert len(names) == len(set(names))
    for name in names:
        spec = known_spec(name)
        assert spec is not None
        assert spec.name == name
        said = f"{spec.title} {spec.meaning}".casefold()
        assert any(word.casefold().replace("-", " ") in said.replace("_", " ") for word in ROCK), name
        assert not {"donor", "acceptor", "anode", "cathode", "electrodes"} & set(said.replace(",", " ").split()), name
    assert spec_of("volume_fraction_closed_pore").title == "Volume fraction of closed pore"
    assert spec_of("straight_paths_clay_lower").title == "Straight paths of clay to the lower face"
    assert spec_of("straight_paths_clay_lower").kind == "tortuosity"
    assert spec_of("mean_curvature_std_clay").title == "Clay mean curvature, spread"
    assert spec_of("mean_chord_x_YSZ").title == "YSZ mean chord along x", "not Ysz"
    assert is_property("permeability_z_closed_pore")
    assert not is_property("domain_size_clay")
    assert not [name for name in own_quantities(("donor", "acceptor", "mixed")) if name not in SPECS]


def test_the_fraction_left_over_is_a_target_and_fixes_another() -> None:
    assert known_targets([*FRACTIONS, "chi"], ROCK) == {*FRACTIONS, "volume_fraction_α_Al2O3", "chi"}
    given = {"volume_fraction_α_Al2O3": 0.3, "volume_fraction_clay": 0.2, "volume_fraction_quartz": 0.4}
    found = in_conditions(given, FRACTIONS, ROCK, None)
    assert found == {FRACTIONS[0]: 0.4, FRACTIONS[1]: 0.2, FRACTIONS[2]: pytest.approx(0.1)}
    with pytest.raises(InputError, match=r"sum to 1\.1, more than 1"):
        in_conditions(given | {"volume_fraction_quartz": 0.6}, FRACTIONS, ROCK, None)
    with pytest.raises(InputError, match="volume_fraction_α_Al2O3 alone does not fix the other fractions"):
        in_conditions({"volume_fraction_α_Al2O3": 0.3}, FRACTIONS, ROCK, None)
    assert known_targets(FRACTIONS[:2], ROCK) == {*FRACTIONS[:2]}, "two phases have no condition: neither follows"


def test_the_fraction_left_over_alone_takes_the_others_from_films_that_have_it() -> None:
    random = np.random.default_rng(0)
    films = random.dirichlet((4, 3, 2, 3), 400)
    support = Support(FRACTIONS, films[:, :3])
    for last in (0.1, 0.4):
        found = in_conditions({"volume_fraction_α_Al2O3": last}, FRACTIONS, ROCK, support)
        assert sum(found.values()) + last == pytest.approx(1)
        alike = films[np.abs(films[:, 3] - last) < 0.08].mean(0)
        assert [found[name] for name in FRACTIONS] == pytest.approx(alike[:3].tolist(), abs=0.06)


def test_a_fraction_that_is_drawn_goes_with_those_drawn_before() -> None:
    """Here the pores lack what the clay has more, so films of much clay have few of them."""
    clay = np.random.default_rng(1).uniform(0.05, 0.35, 400)
    last = np.random.default_rng(2).uniform(0.1, 0.3, 400)
    pores = 0.2 - 0.5 * clay
    support = Support(FRACTIONS, np.stack([1 - clay - pores - last, clay, pores], 1))
    for level in (0.1, 0.9):
        found = in_conditions({"volume_fraction_α_Al2O3": 0.2}, FRACTIONS, ROCK, support, level)
        # within what the 32 nearest of 400 films spread; drawn on its own it would be .1 off
        assert found[FRACTIONS[2]] == pytest.approx(0.2 - 0.5 * found[FRACTIONS[1]], abs=0.045)


def test_a_request_refuses_fractions_of_named_phases_that_cannot_be() -> None:
    with pytest.raises(InputError, match=r"sum to 1\.1, more than 1"):
        Request({"volume_fraction_quartz": 0.6, "volume_fraction_clay": 0.5})
    with pytest.raises(InputError, match="straight_paths_clay_upper must lie between 0 and 1"):
        Request({"straight_paths_clay_upper": 1.2})
