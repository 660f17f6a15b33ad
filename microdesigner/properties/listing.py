"""Which properties a volume has: their names, in the order in which they are shown, and who computes them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from microdesigner.core.material_constants import MaterialConstants, OfPhase
from microdesigner.core.microstructure import MIXED, Microstructure
from microdesigner.core.phases import LETTERS, MOST_PHASES, has_donor_and_acceptor, phase_keys
from microdesigner.core.steps import Steps
from microdesigner.descriptors.graspi import EDGE_UNKNOWN
from microdesigner.properties.conduction import effective_conductivity
from microdesigner.properties.elasticity import effective_stiffness
from microdesigner.properties.hexahedra import COMPONENTS
from microdesigner.properties.permeability import permeability
from microdesigner.properties.photocurrent import Photogeneration
from microdesigner.properties.values import Values

AXES = "xyz"
_CHARGES = ("hole_collection", "electron_collection", "short_circuit_current")
_PAIRS = np.triu_indices(COMPONENTS)
_STIFFNESS = tuple(f"stiffness_{row + 1}{column + 1}" for row, column in zip(*_PAIRS, strict=True))
_WORDS: dict[OfPhase, str] = {
    "conductivity": "conductivity", "youngs_modulus": "Young's modulus", "poisson_ratio": "Poisson's ratio"
}  # fmt: skip
NO_WRAP = "the component xy needs a film that wraps (periodic sides)"


@dataclass(frozen=True)
class Property:
    """Values that are computed together, by their `names`."""

    names: tuple[str, ...]
    compute: Callable[[], Steps[Values]]


def properties_of(microstructure: Microstructure, constants: MaterialConstants) -> list[Property]:
    """The properties of a volume.

    Parameters
    ----------
    microstructure : Microstructure
        The volume; what it lacks is found when a property is computed.
    constants : MaterialConstants
        What they depend on.

    Returns
    -------
    list of Property
        In the order in which they are shown.
    """
    keys = phase_keys(microstructure.phase_names)[:MOST_PHASES]
    light = Photogeneration(microstructure, constants)
    return [
        *(
            Property(
                _components("effective_diffusivity", axis, f"_{key}"),
                partial(_diffusivity, microstructure, label, axis),
            )
            for label, key in enumerate(keys)
            for axis in range(3)
        ),
        *(
            Property(_components("conductivity", axis), partial(_conductivity, microstructure, constants, axis))
            for axis in range(3)
        ),
        *(_of_light(light) if has_donor_and_acceptor(microstructure.phase_names) else ()),
        Property(_STIFFNESS, partial(_stiffness, microstructure, constants)),
        *(
            Property((f"permeability_z_{key}",), partial(_permeability, microstructure, label))
            for label, key in enumerate(keys)
        ),
    ]


def _of_light(light: Photogeneration) -> list[Property]:
    return [
        *(
            Property((f"exciton_dissociation_{letter}",), partial(_dissociation, light, label))
            for label, letter in enumerate(LETTERS[:MIXED])
        ),
        Property(("exciton_dissociation",), partial(_all_dissociation, light)),
        Property(_CHARGES, partial(_charges, light)),
    ]


def _components(stem: str, axis: int, ending: str = "") -> tuple[str, ...]:
    along = (f"{stem}_{AXES[axis]}{ending}",)
    return (*along, f"{stem}_xy{ending}") if axis == 0 else along


def _diffusivity(microstructure: Microstructure, label: int, axis: int) -> Steps[Values]:
    names = _components("effective_diffusivity", axis, f"_{phase_keys(microstructure.phase_names)[label]}")
    name = microstructure.phase_names[label]
    yield 0.0
    if not (microstructure.phases == label).any():
        return Values().lack(names, f"the volume has no {name} voxel")
    alone = np.arange(len(microstructure.phase_names)) == label
    return (yield from _found(microstructure, names, tuple(alone.astype(float)), axis, f"the {name} phase"))


def _conductivity(microstructure: Microstructure, constants: MaterialConstants, axis: int) -> Steps[Values]:
    names = _components("conductivity", axis)
    yield 0.0
    each, unknown = _constants_of(microstructure, constants, "conductivity")
    if unknown:
        return Values().lack(names, unknown)
    return (yield from _found(microstructure, names, each, axis, "phases that conduct"))


def _found(
    microstructure: Microstructure, names: tuple[str, ...], each: tuple[float, ...], axis: int, what: str
) -> Steps[Values]:
    along, xy = yield from effective_conductivity(microstructure, each, axis)
    if along is None:
        return Values().lack(names, f"no path over voxel faces leads along {AXES[axis]} through {what}")
    if len(names) > 1 and xy is None:
        return Values({names[0]: along}).lack(names[1:], NO_WRAP)
    return Values(dict(zip(names, (along, xy), strict=False)))


def _dissociation(light: Photogeneration, label: int) -> Steps[Values]:
    names = (f"exciton_dissociation_{LETTERS[label]}",)
    yield 0.0
    if light.microstructure.voxel_nm is None:
        return Values().lack(names, EDGE_UNKNOWN)
    found = yield from light.excitons(label)
    if found is None:
        return Values().lack(names, f"the volume has no {light.microstructure.phase_names[label]} voxel")
    return Values({names[0]: found.share})


def _all_dissociation(light: Photogeneration) -> Steps[Values]:
    names = ("exciton_dissociation",)
    if light.microstructure.voxel_nm is None:
        return Values().lack(names, EDGE_UNKNOWN)
    share = yield from light.share()
    return Values({names[0]: share})


def _charges(light: Photogeneration) -> Steps[Values]:
    if light.microstructure.voxel_nm is None:
        return Values().lack(_CHARGES, EDGE_UNKNOWN)
    found = yield from light.photocurrent()
    if found is None:
        return Values().lack(_CHARGES, "no exciton meets an interface, so no charges are born")
    return Values(dict(zip(_CHARGES, (found.holes.net, found.electrons.net, found.current), strict=True)))


def _stiffness(microstructure: Microstructure, constants: MaterialConstants) -> Steps[Values]:
    each, unknown = _constants_of(microstructure, constants, "youngs_modulus")
    others, further = _constants_of(microstructure, constants, "poisson_ratio")
    if unknown or further:
        return Values().lack(_STIFFNESS, unknown or further)
    moduli, ratios = np.array(each), np.array(others)
    first, second = moduli * ratios / ((1 + ratios) * (1 - 2 * ratios)), moduli / (2 * (1 + ratios))
    phases = np.ascontiguousarray(microstructure.phases.T)
    if not second[phases].any():
        return Values().lack(_STIFFNESS, "no phase of the volume is stiff")
    stiffness = yield from effective_stiffness(
        first.astype(np.float32)[phases], second.astype(np.float32)[phases], microstructure.spacing
    )
    return Values(dict(zip(_STIFFNESS, stiffness[_PAIRS].tolist(), strict=True)))


def _permeability(microstructure: Microstructure, label: int) -> Steps[Values]:
    names = (f"permeability_z_{phase_keys(microstructure.phase_names)[label]}",)
    if microstructure.voxel_nm is None:
        return Values().lack(names, EDGE_UNKNOWN)
    found = yield from permeability(microstructure, label)
    if found is None:
        name = microstructure.phase_names[label]
        if (microstructure.phases == label).all():
            return Values().lack(names, f"the {name} phase fills the volume and no wall holds the fluid")
        return Values().lack(names, f"no path over voxel faces leads along z through the {name} phase")
    return Values({names[0]: found})


def _constants_of(
    microstructure: Microstructure, constants: MaterialConstants, constant: OfPhase
) -> tuple[tuple[float, ...], str]:
    """A constant of every phase, 0 of those that the volume does not hold, or why there are none."""
    names, present = microstructure.phase_names, set(np.unique(microstructure.phases).tolist())
    found = [constants.of_phase(constant, names, label) if label in present else 0.0 for label in range(len(names))]
    if None in found:
        return (), f"the material constants have no {_WORDS[constant]} of {names[found.index(None)]}"
    return tuple(value for value in found if value is not None), ""
