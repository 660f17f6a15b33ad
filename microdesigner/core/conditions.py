"""Targets in a model's own conditions: other names of one quantity, and an acceptor fraction that implies others."""

from collections.abc import Mapping, Sequence

import numpy as np

from microdesigner.core.descriptor_spec import same_quantity
from microdesigner.core.errors import InputError
from microdesigner.core.support import Support

ACCEPTOR, DONOR, MIXED = "vol_frac_A", "vol_frac_D", "vol_frac_M"
FRACTION_PREFIXES = ("vol_frac_", "ABS_f_")
NEIGHBOURS = 32
NOTHING = 1e-6
"""What rounding leaves of a fraction of 0."""


def known_targets(conditions: Sequence[str]) -> set[str]:
    """Names by which a model with these conditions can be asked."""
    names = {name for condition in conditions for name in same_quantity(condition)}
    return names | ({ACCEPTOR} if DONOR in names else set())


def fraction_label(name: str, phases: int) -> int | None:
    """Label of the phase whose fraction a target names, whatever its phases are called: `vol_frac_D` and `ABS_f_D`
    speak of label 0; None for other targets."""
    labels = {f"{prefix}{letter}": label for prefix in FRACTION_PREFIXES for label, letter in enumerate("DAM"[:phases])}
    return labels.get(name)


def fraction_labels(targets: Mapping[str, float], phases: int) -> dict[int, float]:
    """The fractions among `targets`, by label."""
    labels = {name: fraction_label(name, phases) for name in targets}
    return {label: targets[name] for name, label in labels.items() if label is not None}


def in_conditions(
    targets: Mapping[str, float], conditions: Sequence[str], phases: int, support: Support | None, level: float = 0.5
) -> dict[str, float]:
    """Targets under the names of a model's conditions.

    Parameters
    ----------
    targets : mapping
        Values by any name of a quantity: vol_frac_D and ABS_f_D are one, as are tortuosity_D and CT_f_D_tort1.
    conditions : sequence of str
        Names of the model's conditions.
    phases : int
        Number of its phases. Of two the acceptor fraction is what the donor leaves; of three it fixes one of the other
        two where the second is given.
    support : Support or None
        The model's training films. Where an acceptor fraction of three phases is given alone, the mixed fraction is
        theirs.
    level : float
        Share of the training films with such an acceptor fraction that have a smaller mixed fraction; 0.5 is their
        median.

    Returns
    -------
    dict
        Names that are no condition stay, for the caller to refuse.

    Raises
    ------
    InputError
        When one quantity is given twice, or the fractions leave nothing for a phase.
    """
    values: dict[str, float] = {}
    for name, value in targets.items():
        own = next((other for other in same_quantity(name) if other in conditions), name)
        if own in values:
            raise InputError(f"{' and '.join(same_quantity(name))} name one quantity; give one of them.")
        values[own] = value
    donor = next((name for name in same_quantity(DONOR) if name in conditions), None)
    acceptor = None if ACCEPTOR in conditions or donor is None else values.pop(ACCEPTOR, None)
    if acceptor is None or donor is None or (donor in values and MIXED in values):
        return values
    if phases == 2:
        if abs(values.setdefault(donor, 1 - acceptor) + acceptor - 1) > 1e-6:
            raise InputError("The fractions of two phases must sum to 1; give one of them.")
        return values
    if donor in values:
        return values | {MIXED: _remaining(acceptor, values[donor])}
    mixed = values.get(MIXED)
    if mixed is None:
        mixed = _usual_mixed_fraction(acceptor, donor, support, level)
    return values | {MIXED: mixed, donor: _remaining(acceptor, mixed)}


def check_mixed_phase(model: str, targets: Mapping[str, float], least: Mapping[str, float]) -> None:
    """Raise InputError where the mixed fraction is to be 0 and no training film was without that phase: what such a
    model makes then holds shards of it.

    Parameters
    ----------
    model : str
        Name of the model.
    targets : mapping
        Targets under the names of its conditions.
    least : mapping
        The least value of each condition that it was trained on.
    """
    if targets.get(MIXED, 1.0) < NOTHING < least.get(MIXED, 0.0):
        raise InputError(
            f"The model {model} makes films with a mixed phase, at least about {least[MIXED]:.2g} of it; for films of "
            "donor and acceptor alone use a two-phase model such as ch-2phase, or raise the mixed fraction."
        )


def _remaining(one: float, other: float) -> float:
    if one + other > 1 + 1e-9:
        raise InputError(f"The phase fractions sum to {one + other:.3g}, more than 1; lower one of them.")
    return max(0.0, 1 - one - other)


def _usual_mixed_fraction(acceptor: float, donor: str, support: Support | None, level: float) -> float:
    """Quantile `level` of the mixed fraction over training films with about this acceptor fraction."""
    if support is None or MIXED not in support.names or donor not in support.names:
        raise InputError(
            "vol_frac_A alone does not fix the other two fractions; give vol_frac_D or vol_frac_M with it."
        )
    donors, mixed = (support.points[:, support.names.index(name)] for name in (donor, MIXED))
    distance = np.abs(1 - donors - mixed - acceptor)
    reach = max(float(np.sort(distance)[min(NEIGHBOURS, len(distance)) - 1]), 1e-9)
    weights = np.exp(-0.5 * (distance / reach) ** 2)
    order = np.argsort(mixed)
    shares = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return round(min(float(np.interp(level, shares, mixed[order])), 1 - acceptor), 6)
