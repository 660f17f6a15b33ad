"""The model card: everything about a model that can be known without loading its weights."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import msgspec
import numpy as np
from msgspec import Meta, Struct

from microdesigner.core.card_entries import (
    MAX_SUPPORT_POINTS,
    AccuracyEntry,
    Edge,
    LatentEntry,
    Length,
    MeasuredFilmsEntry,
    Parameter,
    Parameters,
    PartEntry,
    PartName,
    ResponseEntry,
    Row,
    Rows,
    SizeResponseEntry,
    TrainingEntry,
    check_width,
)
from microdesigner.core.conditions import in_conditions
from microdesigner.core.descriptor_spec import DOMAIN_SIZE, further_names, spec_of
from microdesigner.core.documents import Line, convert_document, parse_document, read_limited
from microdesigner.core.domain_sizes import DomainSizes, SizeResponse
from microdesigner.core.errors import InputError
from microdesigner.core.further_targets import FurtherTargets
from microdesigner.core.microstructure import Lateral
from microdesigner.core.paths import shipped, user_data
from microdesigner.core.quantity import unit_words
from microdesigner.core.response import ResponseSurface
from microdesigner.core.support import Support

__all__ = [
    "CARD_FILE",
    "DENOISER_MULTIPLE",
    "PARTS",
    "SCHEMA",
    "ModelCard",
    "Parameter",
    "PartName",
    "installed_cards",
]

SCHEMA = 1
CARD_FILE = "model.json"
DENOISER_MULTIPLE = 4
REMEDY = "copy the model again"
SIZE_BINS = 20
"""Bins of the histogram of domain sizes, areas and tortuosity factors."""
CONTROLLED = 0.95
"""Squared Pearson correlation from which a condition counts as controlled."""
PARTS: tuple[PartName, ...] = ("vae", "fp", "ddpm")
_RENAMED = {
    "phase_names": "phases",
    "support_points": "support",
    "domain_size_nm": "domain_sizes",
    "films_entry": "measured_films",
    "response_entry": "response",
}


class ModelCard(Struct, frozen=True, kw_only=True, rename=_RENAMED, dict=True):
    """A bundle's model.json, made by `read` or `from_json`.

    Attributes
    ----------
    name, title
        By what requests and commands call the model, and what people read.
    phase_names
        Names of the labels 0, 1, ...
    shape, voxel_nm, lateral
        Voxels along x, y, z that the model was trained on, their edges in nm, and the lateral boundary of the training
        data, which generated volumes have too.
    conditions, process
        What the model is conditioned on, and the recipe's parameters (none when the training data had none).
    support_points, held_out
        Samples of the films of training and of validation: a row per film with the value of each condition.
    domain_size_nm, size_response
        Domain size in nm of each row of `support_points` where the denoiser is conditioned on it, and how it follows.
    response_entry
        What films of a recipe measure on average.
    films_entry
        Films of the model, with what they measure beside its conditions.
    latent, architecture, parts
        Shape of the latent, what each network is built from (read by `models.bundle`), hash and size of each file.
    fixed_size, needs_all_targets
        Whether the model serves its own size alone, and whether every condition must be given.
    training, accuracy
        What it was trained on, and how well generated films met held-out targets.
    """

    schema: Literal[1]
    name: Line
    title: Annotated[str, Meta(max_length=1000)] = ""
    phase_names: Annotated[tuple[Line, ...], Meta(min_length=2, max_length=255)]
    shape: tuple[Edge, Edge, Edge]
    voxel_nm: tuple[Length, Length, Length] = (1.0, 1.0, 1.0)
    lateral: Lateral = "periodic"
    conditions: Parameters
    process: Parameters
    support_points: Annotated[tuple[Row, ...], Meta(max_length=MAX_SUPPORT_POINTS)] | None = None
    held_out: Rows | None = None
    domain_size_nm: tuple[Length, ...] | None = None
    size_response: SizeResponseEntry = SizeResponseEntry()
    response_entry: ResponseEntry | None = None
    films_entry: MeasuredFilmsEntry | None = None
    latent: LatentEntry
    architecture: dict[str, Any] = {}
    parts: dict[PartName, PartEntry]
    fixed_size: bool = False
    needs_all_targets: bool = False
    training: TrainingEntry = TrainingEntry()
    accuracy: dict[str, AccuracyEntry] = {}
    _document: Any = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read and check model.json; raises InputError naming the file and the entry."""
        content = read_limited(path, "a model card", REMEDY)
        return cls.from_json(parse_document(content, dict[str, Any], str(path), "a model card", REMEDY), str(path))

    @classmethod
    def from_json(cls, document: Mapping[str, Any], source: str = "the model card") -> Self:
        """Check a card's document; raises InputError naming `source` and the entry."""
        if document.get("schema") != SCHEMA:
            raise InputError(f"{source} is not a model card of schema {SCHEMA}; use a model made for this version.")
        card = convert_document(dict(document), cls, source, "a model card", REMEDY)
        msgspec.structs.force_setattr(card, "_document", dict(document))
        return card

    def to_json(self) -> dict[str, Any]:
        """The whole card as it was read, with entries that this version does not know."""
        return dict(self._document)

    def with_entries(self, entries: Mapping[str, Any], source: str = "the model card") -> Self:
        """The card with top-level `entries` of its document added or replaced, checked again."""
        return self.from_json({**self._document, **entries}, source)

    def __post_init__(self) -> None:
        names = [parameter.name for parameter in (*self.conditions, *self.process)]
        if len(set(names)) < len(names):
            raise ValueError("conditions and process name a parameter twice")
        for key, rows in (("support", self.support_points), ("held_out", self.held_out)):
            check_width(rows or (), len(self.conditions), key, "condition")
        if self.domain_size_nm and len(self.domain_size_nm) != len(self.support_points or ()):
            raise ValueError("domain_sizes needs one domain size per row of support")
        if self.films_entry and self.films_entry.asked != (*names[: len(self.conditions)], DOMAIN_SIZE):
            raise ValueError("measured_films needs the conditions in their order and the domain size")
        if self.films_entry and not (self.domain_size_nm and self.support_points):
            raise ValueError("measured_films needs support and domain_sizes")
        if self.response_entry and not set(self.response_entry.inputs) <= set(names):
            raise ValueError("response has an input that is neither a condition nor of the recipe")

    @property
    def middle(self) -> dict[str, float]:
        """The targets in the middle of every condition's trained range."""
        return {condition.name: (condition.low + condition.high) / 2 for condition in self.conditions}

    @property
    def support(self) -> Support | None:
        """The sample of training conditions, where the card holds one."""
        if not self.support_points:
            return None
        names = tuple(condition.name for condition in self.conditions)
        return Support(names, np.asarray(self.support_points, dtype=np.float64))

    @property
    def domain_sizes(self) -> DomainSizes | None:
        """Domain sizes of the sample of training films, where the denoiser is conditioned on one."""
        support = self.support
        if not self.domain_size_nm or support is None:
            return None
        entry = self.size_response
        sizes = np.asarray(self.domain_size_nm, dtype=np.float64)
        return DomainSizes(support, sizes, SizeResponse(entry.offset, entry.slope, entry.error_std))

    @cached_property  # a fit, asked for with every move of a slider and every film
    def further_targets(self) -> FurtherTargets | None:
        """What films measure beside the conditions, where the card holds enough of them."""
        if (films := self.known_films) is None or (entry := self.films_entry) is None:
            return None
        rows = np.asarray(entry.rows, dtype=np.float64)
        asked, measured = rows[:, : len(entry.asked)], rows[:, len(entry.asked) :]
        values = dict(zip(entry.measured, measured.T, strict=True))
        return FurtherTargets.of(films, Support(entry.asked, asked), values, self.phase_names)

    @property
    def known_films(self) -> Support | None:
        """The sample of training films by conditions and, where it is one to the denoiser, the domain size in nm."""
        if (support := self.support) is None or not self.domain_size_nm:
            return support
        return Support((*support.names, DOMAIN_SIZE), np.column_stack([support.points, self.domain_size_nm]))

    @property
    def further_names(self) -> tuple[str, ...]:
        """What its films can be refined to beside its conditions and the domain size."""
        conditions = {condition.name for condition in self.conditions}
        return tuple(name for name in further_names(self.phase_names) if name not in conditions)

    @property
    def targets(self) -> Parameters:
        """What can be asked for: the conditions, the domain size in nm where the denoiser is conditioned on one, and
        what is reached by way of these."""
        if not self.domain_size_nm or not self.support_points:
            return self.conditions
        return (*self.conditions, _range_of(DOMAIN_SIZE, self.domain_size_nm), *self._further_ranges())

    def _further_ranges(self) -> Iterator[Parameter]:
        if self.further_targets is not None and (entry := self.films_entry):
            for column, name in enumerate(entry.measured, len(entry.asked)):
                yield _range_of(name, [row[column] for row in entry.rows])

    @property
    def response(self) -> ResponseSurface | None:
        """What films of a recipe measure on average, where the card holds it."""
        return ResponseSurface.from_json(msgspec.structs.asdict(self.response_entry)) if self.response_entry else None

    @property
    def sha256(self) -> str:
        """Hash of the weights and of what the card has the denoiser told: together they and a request make a volume."""
        entries = [self.parts[part].sha256 for part in PARTS]
        if self.domain_sizes is not None:
            entries += [json.dumps(self._document.get(key)) for key in ("support", "domain_sizes", "size_response")]
        if films := self._document.get("measured_films"):
            entries.append(json.dumps(films))
        return hashlib.sha256("".join(entries).encode()).hexdigest()

    @property
    def size_multiple(self) -> int:
        """Voxels of which each edge of a film is a multiple: the denoiser halves the latent twice."""
        return DENOISER_MULTIPLE * self.latent.factor

    def conditioned_on(self, targets: Mapping[str, float], level: float = 0.5) -> dict[str, float]:
        """`targets` in the model's own conditions, see `in_conditions`: other names of one quantity become the model's,
        the fraction without a condition those that it implies or that training films have (quantile `level`)."""
        names = [condition.name for condition in self.conditions]
        return in_conditions(targets, names, self.phase_names, self.support, level)

    def agreement(self, name: str) -> float | None:
        """Squared Pearson correlation of measured with asked values of a target, over the evaluations that asked for
        every condition, or for it where it is none; None where none was recorded."""
        conditions = {condition.name for condition in self.conditions}
        recorded = (
            entry.control[name].get("squared_pearson")
            for entry in self.accuracy.values()
            if name in entry.control and (entry.control.keys() == conditions or name not in conditions)
        )
        known = [value for value in recorded if value is not None]
        return max(known) if known else None


def _range_of(name: str, values: Sequence[float]) -> Parameter:
    """A target in the range of films that measure `values`."""
    counts, edges = np.histogram(values, SIZE_BINS)
    unit = unit_words(spec_of(name).unit) or None
    return Parameter(name, float(edges[0]), float(edges[-1]), tuple(counts.tolist()), unit)


def installed_cards() -> list[Path]:
    """The card of every installed bundle, the user's own before the shipped ones: of one name the first counts."""
    roots = (user_data() / "models", shipped("weights"))
    return [path for root in roots for path in sorted(root.glob(f"*/{CARD_FILE}"))]
