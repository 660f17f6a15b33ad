"""Which labels of a data set a model learns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from microdesigner.core.errors import InputError
from microdesigner.data.store import Description, VolumeDataset


@dataclass(frozen=True)
class Labels:
    """Names of the conditions and of the processing parameters; None takes those that the data set names."""

    conditions: tuple[str, ...] | None = None
    process: tuple[str, ...] | None = None

    def chosen(self, dataset: VolumeDataset) -> Description:
        """The data set's description with these labels; raises InputError when a volume lacks one or none is left."""
        description = dataset.description
        if self.conditions is not None:
            description = replace(description, conditions=_known(self.conditions, dataset))
        if self.process is not None:
            description = replace(description, process=_known(self.process, dataset))
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
    return tuple(names)
