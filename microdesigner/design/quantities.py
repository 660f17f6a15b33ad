"""What a study asks of films, measured: by the least work that gives it."""

from collections.abc import Collection, Mapping, Sequence

from microdesigner.core.descriptor_spec import OF_GRASPI
from microdesigner.core.errors import InputError
from microdesigner.core.material_constants import MaterialConstants
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import has_donor_and_acceptor
from microdesigner.core.property_specs import is_property
from microdesigner.descriptors import DescriptorSet, sample_values
from microdesigner.properties import describe

Values = dict[str, float | None]


def values_of(
    volume: Microstructure,
    known: Mapping[str, float | None],
    names: Collection[str],
    constants: MaterialConstants | None = None,
) -> Values:
    """The quantities `names` of a film.

    Parameters
    ----------
    volume : Microstructure
        The film.
    known : mapping
        What is known of it, as its recipe; all else is measured.
    names : collection of str
        Of `goals.quantities_of`.
    constants : MaterialConstants, optional
        What properties depend on.

    Returns
    -------
    dict
        Values by name; None where one does not exist.

    Raises
    ------
    InputError
        Where such films do not have a quantity.
    """
    values: Values = {name: known[name] for name in names if name in known}
    properties = [name for name in names if name not in values and is_property(name)]
    if properties:
        values |= describe(volume, "properties", constants, properties).values
    descriptors = [name for name in names if name not in values]
    if descriptors:
        values |= _described(volume, descriptors)
    if unknown := [name for name in names if name not in values]:
        raise InputError(f"Films of this model have no {unknown[0]}; ask for another quantity.")
    return {name: None if (value := values[name]) is None else float(value) for name in names}


def _described(volume: Microstructure, names: Sequence[str]) -> Values:
    found = dict(sample_values(volume, names).values) if not has_donor_and_acceptor(volume.phase_names) else {}
    if all(name in found for name in names):
        return found
    return found | dict(describe(volume, _set_of(names)).values)


def _set_of(names: Sequence[str]) -> DescriptorSet:
    return "graspi" if all(name.startswith(OF_GRASPI) for name in names) else "full"
