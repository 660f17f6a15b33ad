"""The targets a user has set, kept possible at every moment, and the request they make."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from microdesigner.app.kept_part import KeptPart
from microdesigner.core.card import ModelCard, Parameter
from microdesigner.core.descriptor_spec import same_quantity, spec_of
from microdesigner.core.phases import LEAST_PHASES, fraction_label
from microdesigner.core.request import Match, Request, Sampler
from microdesigner.core.verdict import RequestVerdict, Size, judge_request, scaled, times_larger

Edges = tuple[float, float, float]
Quality = Literal["draft", "standard", "paper"]
QUALITIES: dict[Quality, tuple[int, Sampler]] = {
    "draft": (8, "sa-solver"),
    "standard": (20, "sa-solver"),
    "paper": (1000, "ancestral"),
}


@dataclass(frozen=True)
class Options:
    """How to generate, as against what."""

    seed: int = 0
    count: int = 1
    candidates: int = 1
    match: Match = "none"
    quality: Quality = "standard"
    seed_locked: bool = True  # else each generation takes a new one
    live: bool = False  # whether a draft follows each change of a target
    size: Size | None = None  # voxels; None: the model's own
    voxel_nm: Edges | None = None  # of a voxel along x, y, z; None: the model's own
    kept: KeptPart | None = None  # what stays of films while the rest is generated; None: all is generated


@dataclass(frozen=True)
class TargetState:
    """Every condition's value and which of them are set; the others are free."""

    values: dict[str, float] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()


class Targets:
    """Targets for one model, for films of voxels with edges `voxel_nm` (None: its own). Phase fractions never sum to
    more than one: raising one lowers the others."""

    def __init__(self, card: ModelCard, shared: TargetState | None = None, voxel_nm: Edges | None = None) -> None:
        self.card, self.voxel_nm = card, voxel_nm
        larger = times_larger(card, voxel_nm)
        self.parameters: dict[str, Parameter] = {
            parameter.name: _in_larger_film(parameter, larger) for parameter in card.targets
        }
        values = {name: median(parameter) for name, parameter in self.parameters.items()}
        if card.support is not None:
            values = card.support.nearest(values)
        refined = frozenset(name for name in values if spec_of(name).kind in ("fraction", "tortuosity"))
        # the others mostly follow from these, so asking for both at first would ask for what cannot be
        self.state = TargetState(values, refined or frozenset(values))
        if shared is not None:
            self.adopt(shared)

    @property
    def fractions(self) -> tuple[str, ...]:
        """Conditions that are phase fractions."""
        return tuple(name for name in self.parameters if spec_of(name).kind == "fraction")

    @property
    def dependent_phase(self) -> str | None:
        """The phase whose fraction follows from the others; None when the conditions do not leave exactly one."""
        names = self.card.phase_names
        known = {fraction_label(name, names) for name in self.fractions}
        missing = [name for label, name in enumerate(names) if label not in known]
        return missing[0] if len(missing) == 1 else None

    @property
    def dependent_value(self) -> float | None:
        """Fraction of the dependent phase; None while another fraction is free."""
        if any(name not in self.state.fixed for name in self.fractions):
            return None
        return max(0.0, 1.0 - sum(self.state.values[name] for name in self.fractions))

    def limits(self, name: str) -> tuple[float, float]:
        """What a slider may reach: the possible range of a fraction or tortuosity, else the trained range."""
        spec, parameter = spec_of(name), self.parameters[name]
        return (spec.low, spec.high) if spec.kind in ("fraction", "tortuosity") else (parameter.low, parameter.high)

    def set_value(self, name: str, value: float) -> None:
        """Set one condition; set fractions are lowered where the sum would exceed one."""
        low, high = self.limits(name)
        values = {**self.state.values, name: min(high, max(low, value))}
        self.state = TargetState(self._balanced(values, name, self.state.fixed | {name}), self.state.fixed | {name})

    def set_fixed(self, name: str, fixed: bool) -> None:
        """Ask for a condition's value, or leave it free."""
        chosen = self.state.fixed | {name} if fixed else self.state.fixed - {name}
        self.state = TargetState(self._balanced(dict(self.state.values), name, chosen), chosen)

    def ask_only(self, targets: Mapping[str, float]) -> None:
        """Ask for `targets` in the model's own conditions, and leave the rest free."""
        conditions = self.card.conditioned_on(targets)
        values = {**self.state.values, **{name: value for name, value in conditions.items() if name in self.parameters}}
        self.state = TargetState(values, frozenset(conditions) & frozenset(self.parameters))

    def in_voxels(self, voxel_nm: Edges | None) -> TargetState:
        """The state for voxels of other edges: what is asked for stays, free lengths grow with the film."""
        larger = times_larger(self.card, voxel_nm) / times_larger(self.card, self.voxel_nm)
        free = {name: value for name, value in self.state.values.items() if name not in self.state.fixed}
        return TargetState(self.state.values | scaled(free, larger), self.state.fixed)

    def adopt(self, state: TargetState) -> None:
        """Take over every condition of `state` that this model has too, by whatever name of the quantity."""
        for name in self.parameters:
            theirs = next((other for other in same_quantity(name) if other in state.values), None)
            if theirs is not None:
                self.set_value(name, state.values[theirs])
                self.set_fixed(name, theirs in state.fixed)

    def judged(self, size: Size | None = None) -> RequestVerdict:
        """What is known of the targets before the run, for a film of `size` voxels (None: the model's own)."""
        return judge_request(self.card, self.targets(), size, self.voxel_nm)

    def use_nearest(self, size: Size | None = None) -> None:
        """Move to the nearest targets that the training data support in a film of `size` voxels."""
        self.state = TargetState({**self.state.values, **self.judged(size).nearest}, self.state.fixed)

    def targets(self) -> dict[str, float]:
        """What a request asks for."""
        return {name: round(self.state.values[name], 6) for name in self.parameters if name in self.state.fixed}

    def request(self, options: Options) -> Request:
        """The request these targets and options make; raises InputError where nothing, or all, of a film is kept."""
        steps, sampler = QUALITIES[options.quality]
        given = options.kept.given(options.size or self.card.shape) if options.kept else None
        return Request(
            targets=self.targets(), model=self.card.name, count=options.count, seed=options.seed, steps=steps,
            sampler=sampler, candidates=options.candidates, match=options.match, size=options.size,
            voxel_nm=options.voxel_nm, given=given,
        )  # fmt: skip

    def _balanced(self, values: dict[str, float], moved: str, fixed: frozenset[str]) -> dict[str, float]:
        if moved not in self.fractions:
            return values
        others = [name for name in self.fractions if name != moved and name in fixed]
        room = 1.0 - values[moved]
        total = sum(values[name] for name in others)
        if total > room:
            for name in others:
                values[name] *= room / total
        return values


def _in_larger_film(parameter: Parameter, larger: float) -> Parameter:
    """The range of a target in films that are `larger` times as large."""
    low, high = (scaled({parameter.name: end}, larger)[parameter.name] for end in (parameter.low, parameter.high))
    return replace(parameter, low=low, high=high)


def median(parameter: Parameter) -> float:
    """Middle of the training data by the histogram, or of the range."""
    counts = parameter.histogram
    total, seen = sum(counts), 0
    width = (parameter.high - parameter.low) / max(1, len(counts))
    for index, count in enumerate(counts):
        if count and seen + count >= total / 2:
            return round(parameter.low + width * (index + (total / 2 - seen) / count), 3)
        seen += count
    return round((parameter.low + parameter.high) / 2, 3)


def comparison(request: Request, measured: Mapping[str, float | None]) -> dict[str, tuple[float | None, float | None]]:
    """Target and measured value of everything measured or asked for, with what the targets imply."""
    targets = with_implied(request.targets, measured)
    names = [*measured, *(name for name in request.targets if name not in measured)]
    return {name: (targets.get(name), measured.get(name)) for name in names}


def with_implied(targets: Mapping[str, float], measured: Collection[str]) -> dict[str, float]:
    """`targets` and, where they fix all fractions that are `measured` but one, that which these leave."""
    fractions = [name for name in measured if spec_of(name).kind == "fraction"]
    free = [name for name in fractions if name not in targets]
    if len(free) != 1 or len(fractions) < LEAST_PHASES:
        return dict(targets)
    return {**targets, free[0]: 1 - sum(targets[name] for name in fractions if name in targets)}
