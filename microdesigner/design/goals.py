"""What a study is after: quantities to maximise or minimise, and bounds on others."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from microdesigner.core.card import ModelCard
from microdesigner.core.conditions import known_targets
from microdesigner.core.descriptor_spec import SPECS
from microdesigner.core.errors import InputError
from microdesigner.core.phase_specs import own_quantities
from microdesigner.core.phases import LETTERS, has_donor_and_acceptor, phase_keys
from microdesigner.core.property_specs import PROPERTY_SPECS

Sense = Literal["maximise", "minimise", "at least", "at most"]
MOST_OBJECTIVES = 4
"""The volume that a front of more objectives dominates takes too long to compute, and nobody sees such a front."""
OF_ANY_MATERIAL = ("domain_size", "interfacial_area", "isolated_voxels", "conductivity_", "stiffness_")
"""What names begin with that are of the film, and not of its donor or acceptor."""
_SENSES: dict[str, Sense] = {
    "maximise": "maximise", "maximize": "maximise", "minimise": "minimise", "minimize": "minimise",
    ">=": "at least", "<=": "at most",
}  # fmt: skip
_OBJECTIVE = re.compile(r"(maximi[sz]e|minimi[sz]e)\s+(\S+)")
_BOUND = re.compile(r"([^\W\d]\w*)\s*(>=|<=)\s*(\S+)")
_HOW = 'write "maximise NAME", "minimise NAME", "NAME >= VALUE" or "NAME <= VALUE", each in quotes'


@dataclass(frozen=True)
class Goal:
    """One wish: `sense` for the quantity `name`; `bound` for those that are "at least" or "at most" something.

    Examples
    --------
    >>> Goal("chi", "at most", 3.0).text, Goal("tortuosity_D", "maximise").text
    ('chi <= 3', 'maximise tortuosity_D')
    """

    name: str
    sense: Sense
    bound: float | None = None

    @property
    def is_objective(self) -> bool:
        """Whether it has no bound but a direction."""
        return self.bound is None

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is."""
        return 1.0 if self.sense in ("maximise", "at least") else -1.0

    @property
    def text(self) -> str:
        """As it is written."""
        if self.bound is None:
            return f"{self.sense} {self.name}"
        return f"{self.name} {'>=' if self.sense == 'at least' else '<='} {self.bound:.10g}"

    def short_by(self, value: float | None) -> float:
        """By how much `value` misses the bound, 0 where it does not; infinite where there is no value. Objectives are
        missed by nothing else."""
        if value is None:
            return float("inf")
        return 0.0 if self.bound is None else max(0.0, self.sign * (self.bound - value))


def parse_goals(texts: Sequence[str], known: Sequence[str] | None = None) -> tuple[Goal, ...]:
    """Goals from text such as "maximise effective_diffusivity_D" and "chi <= 3".

    Parameters
    ----------
    texts : sequence of str
        One goal each.
    known : sequence of str, optional
        Names of the quantities that films have; None takes every name.

    Raises
    ------
    InputError
        Naming the text that is no goal, the quantity that is not known, or goals that cannot be met together.

    Examples
    --------
    >>> [goal.text for goal in parse_goals(["maximize a", "b>=.5"], ["a", "b"])]
    ['maximise a', 'b >= 0.5']
    """
    goals = tuple(_goal(text, known) for text in texts)
    objectives = [goal for goal in goals if goal.is_objective]
    if not objectives:
        raise InputError(f"A study needs something to maximise or minimise; {_HOW}.")
    if len(objectives) > MOST_OBJECTIVES:
        raise InputError(f"A study takes up to {MOST_OBJECTIVES} objectives; give bounds on the others.")
    _check_compatible(goals)
    return goals


def _goal(text: str, known: Sequence[str] | None) -> Goal:
    stripped = text.strip()
    if found := _OBJECTIVE.fullmatch(stripped):
        sense, name, bound = _SENSES[found[1]], found[2], None
    elif found := _BOUND.fullmatch(stripped):
        name, sense, bound = found[1], _SENSES[found[2]], _number(found[3], text)
    else:
        raise InputError(f"'{text}' is no goal; {_HOW}.")
    if known is not None and name not in known:
        near = get_close_matches(name, known, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "'describe --set full' lists what films measure."
        raise InputError(f"No quantity is called '{name}'; {hint}")
    return Goal(name, sense, bound)


def _number(text: str, goal: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise InputError(f"'{goal}' has no number as its bound; {_HOW}.")
    return value


def _check_compatible(goals: Sequence[Goal]) -> None:
    seen: set[tuple[str, bool, Sense]] = set()
    for goal in goals:
        key = (goal.name, goal.is_objective, "maximise" if goal.is_objective else goal.sense)
        if key in seen:
            raise InputError(f"{goal.name} has two goals of one kind; keep one of them.")
        seen.add(key)
    for name, (low, high) in bounds(goals).items():
        if low > high:
            raise InputError(f"{name} cannot be at least {low:g} and at most {high:g}; change one of the bounds.")


def bounds(goals: Sequence[Goal]) -> Mapping[str, tuple[float, float]]:
    """Least and largest allowed value of each quantity that has a bound."""
    found: dict[str, tuple[float, float]] = {}
    for goal in goals:
        if goal.bound is not None:
            low, high = found.get(goal.name, (float("-inf"), float("inf")))
            found[goal.name] = (goal.bound, high) if goal.sense == "at least" else (low, goal.bound)
    return found


def quantities_of(card: ModelCard) -> list[str]:
    """Names of all that a film of a model can be asked for."""
    names = card.phase_names
    absent = tuple(f"_{letter}" for letter in LETTERS if letter not in phase_keys(names))
    of_graspi = has_donor_and_acceptor(names)
    measured = [
        name
        for name, spec in (SPECS | PROPERTY_SPECS).items()
        if spec.kind != "process" and not name.endswith(absent) and (of_graspi or name.startswith(OF_ANY_MATERIAL))
    ]
    known = known_targets([each.name for each in card.targets], names)
    return sorted({*measured, *own_quantities(names), *known, *(each.name for each in card.process)})
