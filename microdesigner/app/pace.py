"""What the parts of a film take, as films of the past have shown."""

from dataclasses import dataclass, field

from microdesigner.core.descriptor_spec import is_further, spec_of
from microdesigner.core.request import Request

NEWEST = 0.5
"""Weight of the newest film in what is known."""
BELIEVED, SHORTEST = 2.0, 0.01
"""How far a film may differ from those before it to be learned from as it is; seconds (and rounds) that are nothing."""


@dataclass(frozen=True)
class Pace:
    """Seconds that the parts of one film take: a denoiser evaluation, the first correction that follows one, each of
    the others, the refinement up to the first of its `rounds` (which are counted), each round, and all from the last
    decoding to the film's values."""

    step: float
    opening: float
    correction: float
    first: float
    round: float
    rounds: float
    finish: float

    def scaled(self, factor: float) -> "Pace":
        """The same work on a machine that is `factor` times as slow."""
        return Pace(**{name: each if name == "rounds" else each * factor for name, each in vars(self).items()})


@dataclass(frozen=True)
class Work:
    """What decides how long a film takes: the model, its size in voxels, and what is refined."""

    model: str
    size: tuple[int, int, int] | None
    refines: bool
    targets: tuple[str, ...]

    @classmethod
    def of(cls, request: Request) -> "Work":
        """What each film of a request takes."""
        return cls(request.model, request.size, request.refinement_strength > 0, tuple(sorted(request.targets)))

    @property
    def shaped(self) -> bool:
        """Whether straight paths, area or tortuosity factors are asked for, which take rounds of refinement."""
        return any(spec_of(name).kind == "tortuosity" or is_further(name) for name in self.targets)


@dataclass
class PaceMemory:
    """What films of the past took, by what decides that."""

    known: dict[Work, Pace] = field(default_factory=dict)

    def learn(self, work: Work, new: Pace, expected: Pace) -> None:
        """Take the pace of one more film, of which `expected` was expected: one that was slow for once, as the first is
        after a start, teaches little."""
        old = self.known.pop(work, expected)  # the newest stands last
        pairs = zip(vars(old).values(), vars(new).values(), strict=True)
        self.known[work] = Pace(*(was + NEWEST * (_near(now, was) - was) for was, now in pairs))

    def expected(self, work: Work) -> Pace | None:
        """The pace of such films; that of the newest ones that differ in what they were asked for where there are none,
        if they are refined alike."""
        if work in self.known:
            return self.known[work]
        alike = (
            pace
            for other, pace in reversed(self.known.items())
            if (other.model, other.size, other.refines, other.shaped)
            == (work.model, work.size, work.refines, work.shaped)
        )
        return next(alike, None)


def _near(value: float, usual: float) -> float:
    """`value` where it is not far from what is usual, else as far as is believed."""
    return min(max(value, usual / BELIEVED), max(usual, SHORTEST) * BELIEVED)
