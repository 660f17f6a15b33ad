"""`describe`: descriptors and properties of a volume by name, each with a value or the reason why not."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.material_constants import MaterialConstants
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.report import DescriptorReport, DescriptorSet
from microdesigner.descriptors.report import describe as describe_structure
from microdesigner.properties.listing import Property, properties_of

STAGE = "Properties"
_UNITS = 100  # of progress per property
_STEMS = re.compile(r"effective_diffusivity|permeability|\w+?(?=(_(x|y|z|xy|[DAM]|\d\d))*$)")


@dataclass(frozen=True)
class PropertiesDone:
    """The last event of `property_events`."""

    report: DescriptorReport


def describe(
    microstructure: Microstructure,
    which: DescriptorSet | Literal["properties"] = "basic",
    constants: MaterialConstants | None = None,
    only: Collection[str] = (),
) -> DescriptorReport:
    """Measure a volume.

    Parameters
    ----------
    microstructure : Microstructure
        The volume.
    which : {"basic", "graspi", "full", "properties"}
        "basic", "graspi" and "full" are the descriptors of `microdesigner.descriptors.describe`.

        "properties" is what the film does: effective_diffusivity_x, _y, _z and _xy of each phase alone (over its own),
        conductivity_x, _y, _z and _xy of all phases together, of donor and acceptor exciton_dissociation and that of
        the film, hole_collection, electron_collection (net shares), short_circuit_current (A/m²), stiffness_11 to _66
        (GPa) and permeability_z of each phase as pores (nm²). Assumptions and sources are in their modules.
    constants : MaterialConstants, optional
        What the properties depend on.
    only : collection of str
        Names of properties, or what several of them begin with; all by default.

    Returns
    -------
    DescriptorReport
        Values by name. One that does not exist is None with a reason. Where the voxel edges are unknown, so is what
        depends on them; ratios are given.

    Raises
    ------
    InputError
        For another `which`, or a name in `only` that no property has.

    Examples
    --------
    >>> import numpy as np
    >>> film = np.zeros((8, 8, 4), np.uint8)
    >>> film[4:] = 1  # acceptor beside donor
    >>> found = describe(Microstructure(film, phase_names=("donor", "acceptor")), "properties",
    ...                  only=["effective_diffusivity_z"])
    >>> {name: round(value, 3) for name, value in found.values.items()}
    {'effective_diffusivity_z_D': 0.5, 'effective_diffusivity_z_A': 0.5}
    """
    if which != "properties":
        if constants is not None or only:
            raise InputError(f"Constants and names choose among properties; the set {which!r} takes none.")
        return describe_structure(microstructure, which)
    for event in property_events(microstructure, constants, only):
        if isinstance(event, PropertiesDone):
            return event.report
    raise AssertionError("properties end with their report")


def property_events(
    microstructure: Microstructure, constants: MaterialConstants | None = None, only: Collection[str] = ()
) -> Iterator[Progress | PropertiesDone]:
    """Measure properties, telling how far it is; closing the generator cancels. Parameters as of `describe`."""
    chosen = _chosen(properties_of(microstructure, constants or MaterialConstants()), only)
    report = DescriptorReport({}, {})
    for done, part in enumerate(chosen):
        yield Progress(STAGE, done * _UNITS, len(chosen) * _UNITS)
        steps = part.compute()
        try:
            while True:
                share = next(steps)
                yield Progress(STAGE, int((done + share) * _UNITS), len(chosen) * _UNITS)
        except StopIteration as ending:
            found = ending.value
        report.values.update(found.values)
        report.reasons.update(found.reasons)
    kept = [name for name in report.values if not only or name.startswith(tuple(only))]
    yield PropertiesDone(
        DescriptorReport(
            {name: report.values[name] for name in kept},
            {name: report.reasons[name] for name in kept if name in report.reasons},
        )
    )


def _chosen(parts: list[Property], only: Collection[str]) -> list[Property]:
    names = [name for part in parts for name in part.names]
    for wanted in only:
        if not any(name.startswith(wanted) for name in names):
            stems = dict.fromkeys(found[0] for name in names if (found := _STEMS.match(name)))
            raise InputError(f"No property of this volume is called {wanted!r}; there are {', '.join(stems)}.")
    return [part for part in parts if not only or any(name.startswith(tuple(only)) for name in part.names)]
