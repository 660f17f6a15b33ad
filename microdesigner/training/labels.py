"""Which labels of a data set a model learns."""

from collections.abc import Sequence
from dataclasses import replace

from microdesigner.core.errors import InputError
from microdesigner.data.store import Description, VolumeDataset


def with_labels(dataset: VolumeDataset, conditions: Sequence[str] | None, process: Sequence[str] | None) -> Description:
    """The data set's description with these conditions and processing parameters, None taking its own.

    Raises InputError when a volume lacks one, one is named twice, or no condition is left.
    """
    description = dataset.description
    if conditions is not None:
        description = replace(description, conditions=_known(conditions, dataset))
    if process is not None:
        description = replace(description, process=_known(process, dataset))
    if not description.conditions:
        raise InputError("A model needs at least one condition to learn; choose one.")
    both = sorted(set(description.conditions) & set(description.process))
    if both:
        raise InputError(f"{both[0]} is chosen as condition and as processing parameter; keep one of them.")
    return description


def _known(names: Sequence[str], dataset: VolumeDataset) -> tuple[str, ...]:
    missing = [name for name in names if name not in dataset.table]
    if missing:
        raise InputError(
            f"Not every volume of {dataset.path} has the label '{missing[0]}'; choose among {', '.join(dataset.table)}."
        )
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise InputError(f"The label {twice[0]} is chosen twice; keep one of them.")
    return tuple(names)
