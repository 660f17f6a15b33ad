"""What the user wants, in the one form that window, command line, Python and result files share."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args

from microdesigner.core.descriptor_spec import is_logarithmic, known_spec, same_quantity
from microdesigner.core.documents import convert_document, read_document
from microdesigner.core.errors import InputError
from microdesigner.core.given import Given
from microdesigner.core.phases import LETTERS, check_fraction_sum
from microdesigner.core.quantity import size_words

Sampler = Literal["sa-solver", "dpm-solver++", "ancestral"]
Match = Literal["none", "fractions", "all"]
MAX_COUNT = 100_000
TRAINING_STEPS = 1000
DEFAULT_REFINEMENT = 1.0
LARGEST = 1e300
SMALLEST_EDGE_NM, LARGEST_EDGE_NM = 0.01, 10_000.0
RENAMED = {"guidance": "refinement_strength"}
"""Entries of request documents by their names before version 0.2.0."""


@dataclass(frozen=True)
class Request:
    """A generation request.

    Parameters
    ----------
    targets
        Any subset of the model's conditions, in the units of `core.descriptor_spec`; the rest is free.
    model
        Name of an installed model, or the folder of a bundle.
    count, seed
        Number of volumes. Volume i uses seed + i, so any one of a batch can be made again alone.
    steps, sampler
        Denoiser evaluations for each volume, and the sampler that takes them: "sa-solver" adds noise at each step,
        which makes the most realistic films; "dpm-solver++" is its deterministic form, "ancestral" the paper's, for
        1000 steps.
    candidates
        Volumes drawn at most for each one that is returned, until one is within a per cent of the targets; the best is
        returned.
    match
        "none", "fractions" (the phase fractions become exact) or "all" (matching, with several candidates).
    refinement_strength
        Share 0..1 of each miss that refinement by measuring mends; 0 is the denoiser alone.
    size
        Voxels along x, y, z; None for the model's own.
    voxel_nm
        Edges of a voxel along x, y, z in nm; None for the model's own. Others scale the whole film: the model knows
        its structure in voxels.
    given
        The part of the film that is known, of a volume of `size`; None to generate all of it.

    Raises
    ------
    InputError
        When a value is impossible whatever the model.

    Examples
    --------
    >>> request = Request(targets={"vol_frac_D": 0.4}, count=4, seed=7, match="fractions")
    >>> Request.from_json(request.to_json()) == request
    True
    >>> Request(targets={"vol_frac_D": 1.4})
    Traceback (most recent call last):
    microdesigner.core.errors.InputError: The target vol_frac_D must lie between 0 and 1; got 1.4.
    """

    targets: dict[str, float] = field(default_factory=dict)
    model: str = "ch-3phase"
    count: int = 1
    seed: int = 0
    steps: int = 20
    sampler: Sampler = "sa-solver"
    candidates: int = 1
    match: Match = "none"
    refinement_strength: float = DEFAULT_REFINEMENT
    size: tuple[int, int, int] | None = None
    voxel_nm: tuple[float, float, float] | None = None
    given: Given | None = None

    def __post_init__(self) -> None:
        for name, low, high in (
            ("count", 1, MAX_COUNT),
            ("steps", 1, TRAINING_STEPS),
            ("candidates", 1, 256),
            ("seed", 0, 2**62),
        ):
            _check_whole(name, getattr(self, name), low, high)
        _check_refinement(self.refinement_strength)
        _check_values(vars(self))
        if self.size is not None:
            _check_size(self.size)
        if self.voxel_nm is not None:
            _check_voxel(self.voxel_nm)
        _check_fractions(self.targets)
        if self.given is not None:
            _check_given(self.given, self)
            object.__setattr__(self, "size", self.given.shape)

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dictionary that `from_json` reads back equal."""
        document = asdict(replace(self, given=None))
        document["size"] = list(self.size) if self.size else None
        voxel = document.pop("voxel_nm")
        del document["given"]
        document |= {"voxel_nm": list(voxel)} if voxel else {}
        return document | ({"given": self.given.to_json()} if self.given else {})

    @property
    def strength(self) -> float:
        """Time, falling from 1 to 0, at which denoising begins: 1 from pure noise, less where a film is varied."""
        return self.given.start if self.given else 1.0

    @property
    def evaluations(self) -> int:
        """Denoiser evaluations for each volume: `steps` of a film that is made anew, fewer of a variation; as many for
        all films between two, which then differ in their blend alone."""
        return max(1, round(self.steps * (self.given.strength if self.given else 1.0)))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a request document, of older versions too (see `renamed_entries`); raises InputError naming the entry
        that is unknown, of another type or impossible."""
        if not isinstance(document, Mapping):
            raise InputError("A request must be a JSON object with entries such as targets, count and seed.")
        entries = renamed_entries(document)
        known = {entry.name for entry in fields(cls)}
        if unknown := sorted(set(entries) - known):
            raise InputError(f"The request has the unknown entry '{unknown[0]}'; known are {', '.join(sorted(known))}.")
        _check_values(entries)
        return convert_document(entries, cls, "the request", "a request", "give another value")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The request saved as JSON in `path`; raises InputError naming the file."""
        return cls.from_json(read_entries(path))


def read_entries(path: Path) -> dict[str, Any]:
    """The entries of the request saved as JSON in `path`, those it has; raises InputError naming the file where they
    are none of a request."""
    document = read_document(path, dict[str, Any], "a request", "name a request saved as JSON")
    try:
        Request.from_json(document)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return document


def renamed_entries(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with the entries of older versions under their present names: `guidance` is `refinement_strength`.

    Raises InputError when both names of an entry are given.
    """
    entries = dict(document)
    for old, new in RENAMED.items():
        if old in entries and new in entries:
            raise InputError(f"The request has both {new} and {old}, its name in older versions; remove {old}.")
        if old in entries:
            entries[new] = entries.pop(old)
    return entries


def _check_fractions(targets: Mapping[str, float]) -> None:
    """What can be said of the targeted phase fractions whatever the model."""
    given = [name for name in targets if (spec := known_spec(name)) is not None and spec.kind == "fraction"]
    quantities = {same_quantity(name)[0] for name in given}
    if len(quantities) < len(given):
        raise InputError("vol_frac_D and ABS_f_D name one quantity; give one of them.")
    lettered = quantities == {f"vol_frac_{letter}" for letter in LETTERS}
    check_fraction_sum([targets[name] for name in given], len(LETTERS) if lettered else None)


def _check_values(entries: Mapping[str, Any]) -> None:
    """Choices and targets, whose sentences name what may stand there and which target it is."""
    for name, choices in (("sampler", get_args(Sampler)), ("match", get_args(Match))):
        _check_choice(name, entries.get(name, choices[0]), choices)
    if isinstance(targets := entries.get("targets"), Mapping):
        for name, value in targets.items():
            _check_target(name, value)


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} must be a whole number; got {value!r}.")
    if not low <= value <= high:
        raise InputError(f"{name} must lie between {low} and {high}; got {value}.")


def _check_refinement(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError(f"refinement_strength must lie between 0 and 1; got {value!r}.")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")


def _check_size(size: object) -> None:
    if not isinstance(size, tuple) or len(size) != 3:
        raise InputError(f"size needs three whole numbers, voxels along x, y and z; got {size!r}.")
    for value in size:
        _check_whole("size", value, 1, 4096)


def _check_given(given: Given, request: Request) -> None:
    """A known part fits the film, is whole, and the sampler can take it in."""
    if request.size is not None and request.size != given.shape:
        own, size = (size_words(edges) for edges in (given.shape, request.size))
        raise InputError(f"The given part belongs to a film of {own} voxels, not to one of {size}; ask for its size.")
    if request.sampler == "ancestral":
        raise InputError("A film with a given part needs the sampler sa-solver or dpm-solver++, not ancestral.")
    given.known_labels  # noqa: B018 - raises where the entries are damaged
    if given.other:
        given.ends  # noqa: B018


def _check_voxel(edges: object) -> None:
    numbers = isinstance(edges, tuple) and len(edges) == 3
    if not numbers or not all(
        isinstance(edge, int | float) and not isinstance(edge, bool) and SMALLEST_EDGE_NM <= edge <= LARGEST_EDGE_NM
        for edge in edges  # type: ignore[attr-defined]
    ):
        raise InputError(
            f"voxel_nm needs three edges of a voxel, each {SMALLEST_EDGE_NM:g} to {LARGEST_EDGE_NM:g} nm; "
            f"got {edges!r}."
        )


def _check_target(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        raise InputError(f"The target {name} must be a number; got {value!r}.")
    spec = known_spec(name)
    if spec is not None and not spec.low <= value <= spec.high:
        raise InputError(f"The target {name} must lie between {spec.low:g} and {spec.high:g}; got {value:g}.")
    if is_logarithmic(name) and value <= 0:
        raise InputError(f"The target {name} must be above 0; got {value:g}.")
