"""What a study can ask of films: what they measure, and the recipe that the model reads from them."""

from collections.abc import Collection, Mapping, Sequence

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors import DescriptorSet, describe

_OF_GRASPI = ("ABS_", "CT_", "DISS_", "norm_STAT", "STAT_")
Values = dict[str, float | None]


def values_of(volume: Microstructure, known: Mapping[str, float | None], names: Collection[str]) -> Values:
    """The quantities `names` of a film.

    Parameters
    ----------
    volume : Microstructure
        The film.
    known : mapping
        What is known of it, as its recipe; all else is measured, by the least set of descriptors that has it.
    names : collection of str
        Of `goals.quantities_of`.

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
    missing = [name for name in names if name not in values]
    if missing:
        found = describe(volume, _set_of(missing)).values
        if unknown := [name for name in missing if name not in found]:
            raise InputError(f"Films of this model have no {unknown[0]}; ask for another quantity.")
        values |= {name: found[name] for name in missing}
    return {name: None if (value := values[name]) is None else float(value) for name in names}


def _set_of(names: Sequence[str]) -> DescriptorSet:
    return "graspi" if all(name.startswith(_OF_GRASPI) for name in names) else "full"
