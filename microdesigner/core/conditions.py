"""Targets in a model's own conditions: other names of one quantity, and the fraction of the phase that is left over."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.descriptor_spec import same_quantity
from microdesigner.core.errors import InputError
from microdesigner.core.phases import (
    LETTERS,
    Names,
    check_fraction_sum,
    fraction_label,
    fraction_name,
    meaning,
    straight_paths,
)
from microdesigner.core.support import Support

Table = NDArray[np.float64]
MIXED = "vol_frac_M"
NEIGHBOURS = 32
NOTHING = 1e-6
"""What rounding leaves of a fraction of 0."""


def known_targets(conditions: Sequence[str], phase_names: Names) -> set[str]:
    """Names by which a model with these conditions, of phases with these names, can be asked."""
    names = {name for condition in conditions for name in same_quantity(condition)}
    last = _left_over(conditions, phase_names)
    if last is not None and last < len(LETTERS) and "vol_frac_D" in names:
        names.add(f"vol_frac_{LETTERS[last]}")
    asked = {*_fraction_conditions(conditions, phase_names), last}
    return names | {fraction_name(phase_names, label) for label in asked if label is not None}


def targets_among(
    measured: Mapping[str, float | None], their_names: Names, names: Iterable[str], phase_names: Names
) -> dict[str, float]:
    """What was measured under the names of targets.

    Parameters
    ----------
    measured : mapping
        Values by name; None for what does not exist.
    their_names : tuple of str
        Names of the phases of the film that was measured; they are the model's by their labels, whatever they are
        called.
    names : iterable of str
        The targets.
    phase_names : tuple of str
        Names of the model's phases.

    Returns
    -------
    dict
        Those of the targets that were measured.
    """
    found: dict[str, float] = {}
    for name in names:
        meant = meaning(name, phase_names)
        alike = (other for other in measured if meant is not None and meaning(other, their_names) == meant)
        values = (measured.get(same) for same in (*same_quantity(name), *alike))
        if (value := next((value for value in values if value is not None), None)) is not None:
            found[name] = value
    return found


def in_conditions(
    targets: Mapping[str, float],
    conditions: Sequence[str],
    phase_names: Names,
    support: Support | None,
    level: float = 0.5,
) -> dict[str, float]:
    """Targets under the names of a model's conditions.

    Parameters
    ----------
    targets : mapping
        Values by any name of a quantity: vol_frac_D and ABS_f_D are one, as are tortuosity_D and CT_f_D_tort1.
    conditions : sequence of str
        Names of the model's conditions.
    phase_names : tuple of str
        Names of its phases. The fraction of the one phase without a condition is what the others leave: it fixes one of
        them where all others are given.
    support : Support or None
        The model's training films. Where the fraction of that phase leaves several others open, these are theirs.
    level : float
        Share of the training films with such a fraction that have a smaller one of the next phase; 0.5 is their
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
    given: dict[str, str] = {}
    for name, value in targets.items():
        own = _own_name(name, conditions, phase_names)
        if own in values:
            raise InputError(f"{given[own]} and {name} name one quantity; give one of them.")
        values[own], given[own] = value, name
    last = _left_over(conditions, phase_names)
    rest = next((name for name in values if last is not None and fraction_label(name, phase_names) == last), None)
    if last is None or rest is None:
        return values
    own_fractions = _fraction_conditions(conditions, phase_names)
    known = {last: values.pop(rest)} | {n: values[name] for n, name in own_fractions.items() if name in values}
    free = [label for label in own_fractions if label not in known]
    if not free:
        check_fraction_sum(known.values(), len(phase_names))
        return values
    for label in free[1:]:
        known[label] = values[own_fractions[label]] = _usual_fraction(label, known, own_fractions, rest, support, level)
    return values | {own_fractions[free[0]]: _remaining(known)}


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


def _fraction_conditions(conditions: Sequence[str], phase_names: Names) -> dict[int, str]:
    """The conditions that are fractions, by label in rising order."""
    labels = {label: name for name in conditions if (label := fraction_label(name, phase_names)) is not None}
    return dict(sorted(labels.items()))


def _left_over(conditions: Sequence[str], phase_names: Names) -> int | None:
    """The one phase whose fraction is no condition; None where there are none or several."""
    without = [n for n in range(len(phase_names)) if n not in _fraction_conditions(conditions, phase_names)]
    return without[0] if len(without) == 1 else None


def _own_name(name: str, conditions: Sequence[str], phase_names: Names) -> str:
    """The condition that asks for what the target `name` does; else the name itself."""
    if (own := next((other for other in same_quantity(name) if other in conditions), None)) is not None:
        return own
    if (label := fraction_label(name, phase_names)) is not None:
        return _fraction_conditions(conditions, phase_names).get(label, name)
    if (paths := straight_paths(name, phase_names)) is not None:
        return next((other for other in conditions if straight_paths(other, phase_names) == paths), name)
    return name


def _remaining(known: Mapping[int, float]) -> float:
    check_fraction_sum(known.values())
    return max(0.0, _without(1.0, known))


def _without(whole: float | Table, parts: Mapping[int, float | Table]) -> Any:
    for part in parts.values():
        whole = whole - part
    return whole


def _usual_fraction(
    label: int, known: Mapping[int, float], names: Mapping[int, str], rest: str, support: Support | None, level: float
) -> float:
    """Quantile `level` of the fraction of `label` over training films with about these fractions, by label, of which
    that called `rest` is none of the conditions `names`."""
    if support is None or not set(names.values()) <= set(support.names):
        others = " or ".join(name for name in names.values())
        raise InputError(f"{rest} alone does not fix the other fractions; give {others} with it.")
    columns = {n: support.points[:, support.names.index(name)] for n, name in names.items()}
    columns |= {next(iter(known)): _without(1.0, columns)}
    distance = np.sum([np.abs(columns[n] - value) for n, value in known.items()], axis=0)
    reach = max(float(np.sort(distance)[min(NEIGHBOURS, len(distance)) - 1]), 1e-9)
    weights = np.exp(-0.5 * (distance / reach) ** 2)
    order = np.argsort(columns[label])
    shares = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return round(min(float(np.interp(level, shares, columns[label][order])), _without(1.0, known)), 6)
