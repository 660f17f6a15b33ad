"""Phases by their names: which materials have donor and acceptor, and how quantities name all other phases.

GraSPI's letters D, A and M stand for the donor, the acceptor and the mixed phase of a material that has the first two.
Any other phase is named by itself: `volume_fraction_pore`, `straight_paths_pore_lower`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import ACCEPTOR, DONOR, MIXED, PHASE_NAMES

LEAST_PHASES, MOST_PHASES = 2, 8
LETTERS = ("D", "A", "M")
FACES = ("lower", "upper")
"""The film's first and last layer: of donor and acceptor the cathode's side and the anode's."""
FRACTION_PREFIXES = ("vol_frac_", "ABS_f_")
TORTUOSITY_FACTOR = "tortuosity_factor_"
ROUNDING = 1e-6
"""What rounding leaves of the difference of a sum of fractions from 1."""
Names = tuple[str, ...]


@dataclass(frozen=True)
class StraightPaths:
    """Straight paths of the phase `label` to the `upper` (last layer) or lower face of the film."""

    label: int
    upper: bool


_OF_GRASPI = {
    "tortuosity_D": StraightPaths(DONOR, upper=True), "CT_f_D_tort1": StraightPaths(DONOR, upper=True),
    "tortuosity_A": StraightPaths(ACCEPTOR, upper=False), "CT_f_A_tort1": StraightPaths(ACCEPTOR, upper=False),
}  # fmt: skip


def has_donor_and_acceptor(names: Sequence[str]) -> bool:
    """Whether a material of phases with these names is one that GraSPI describes."""
    return tuple(names[:MIXED]) == PHASE_NAMES[:MIXED]


@lru_cache(maxsize=256)
def phase_keys(names: Names) -> Names:
    """How the names of quantities end for each phase: GraSPI's letter, or the phase's own name as one word.

    Raises
    ------
    InputError
        When a name has no letter, or two phases could not be told apart.

    Examples
    --------
    >>> phase_keys(("donor", "acceptor", "mixed", "void")), phase_keys(("quartz", "closed pore"))
    (('D', 'A', 'M', 'void'), ('quartz', 'closed_pore'))
    """
    lettered = has_donor_and_acceptor(names)
    keys = tuple(
        LETTERS[label] if lettered and name in PHASE_NAMES[label : label + 1] else _word(name)
        for label, name in enumerate(names)
    )
    first: dict[str, str] = {}
    for name, key in zip(names, keys, strict=True):
        if (other := first.setdefault(key.casefold(), name)) != name or names.count(name) > 1:
            raise InputError(f"Targets cannot tell the phases '{other}' and '{name}' apart; rename one of them.")
    return keys


def own_labels(names: Names) -> list[int]:
    """Labels of the phases that are named by themselves, as far as they can be measured."""
    return [label for label, key in enumerate(phase_keys(names)[:MOST_PHASES]) if key not in LETTERS]


def fraction_name(names: Names, label: int) -> str:
    """Name of the volume fraction of a phase."""
    key = phase_keys(names)[label]
    return f"vol_frac_{key}" if key in LETTERS else f"volume_fraction_{key}"


def straight_paths_name(names: Names, label: int, upper: bool) -> str:
    """Name of the straight paths to a face of a phase that is named by itself."""
    return f"straight_paths_{phase_keys(names)[label]}_{FACES[upper]}"


def fraction_label(name: str, names: Names) -> int | None:
    """Label of the phase whose fraction a target names; None for other targets. GraSPI's letters stand for the labels
    0, 1, 2 whatever the phases are called, as models have them that were trained before phases had their own names."""
    for prefix in FRACTION_PREFIXES:
        if name.startswith(prefix):
            letters = LETTERS[: len(names)]
            return letters.index(letter) if (letter := name.removeprefix(prefix)) in letters else None
    return next((label for label in own_labels(names) if name == fraction_name(names, label)), None)


def tortuosity_factor_label(name: str, names: Names) -> int | None:
    """Label of the phase whose tortuosity factor a target names; None for other targets. GraSPI's letters stand for the
    labels as in `fraction_label`."""
    key = name.removeprefix(TORTUOSITY_FACTOR)
    if key == name:
        return None
    if key in (of_graspi := LETTERS[: len(names)]):
        return of_graspi.index(key)
    return next((label for label, own in enumerate(phase_keys(names)) if own == key), None)


def fraction_labels(targets: Mapping[str, float], names: Names) -> dict[int, float]:
    """The fractions among `targets`, by label."""
    labels = {name: fraction_label(name, names) for name in targets}
    return {label: targets[name] for name, label in labels.items() if label is not None}


def check_fraction_sum(fractions: Collection[float], phases: int | None = None) -> None:
    """Raise InputError where the fractions of different phases sum to more than 1, or those of all `phases` to less."""
    total = sum(fractions)
    if total > 1 + ROUNDING:
        raise InputError(f"The phase fractions sum to {total:.3g}, more than 1; lower one of them.")
    if len(fractions) == phases and total < 1 - ROUNDING:
        every = "two" if phases == LEAST_PHASES else f"all {phases}"
        raise InputError(f"The fractions of {every} phases must sum to 1, not {total:.3g}; leave one of them free.")


def straight_paths(name: str, names: Names) -> StraightPaths | None:
    """Which straight paths a target names; None for other targets."""
    if name in _OF_GRASPI or not name.startswith("straight_paths_"):
        return _OF_GRASPI.get(name)
    places = [(label, upper) for label in own_labels(names) for upper in (False, True)]
    return next((StraightPaths(*place) for place in places if name == straight_paths_name(names, *place)), None)


def meaning(name: str, names: Names) -> int | StraightPaths | None:
    """What a quantity is of the phases with these names: the fraction of a label, or straight paths; None for others.
    Quantities of two materials that mean the same speak of the same label, whatever it is called."""
    label = fraction_label(name, names)
    return straight_paths(name, names) if label is None else label


def with_letters(names: Names) -> Names:
    """The names by which the first phases are GraSPI's donor, acceptor and mixed phase."""
    return (*PHASE_NAMES[: len(names)], *names[len(PHASE_NAMES) :])


def check_phase_names(names: Names) -> None:
    """Raise InputError unless these are names of 2 to 8 phases that targets can tell apart."""
    if not LEAST_PHASES <= len(names) <= MOST_PHASES:
        raise InputError(
            f"A data set has {LEAST_PHASES} to {MOST_PHASES} phases, these are {len(names)}; map some of them together."
        )
    phase_keys(names)


def _word(name: str) -> str:
    word = re.sub(r"[\W_]+", "_", name).strip("_")
    if not word:
        raise InputError(f"The phase name '{name}' has neither letter nor digit; rename the phase.")
    return f"phase_{word}" if word in LETTERS else word
