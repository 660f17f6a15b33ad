"""Many stored films written into one folder: volumes, a table of values, reports. It runs in a worker process."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from microdesigner.app.csv_export import csv_text
from microdesigner.app.export_files import COMPANIONS
from microdesigner.app.html_report import report_html
from microdesigner.app.store.history import History
from microdesigner.app.store.history_rows import Entry
from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.result import Sample
from microdesigner.io.mixed_phase import USUAL_DONOR_SHARE, without_mixed

STAGE = "export"
TABLE = "films.csv"


@dataclass(frozen=True)
class FilmExport:
    """What to write where.

    Attributes
    ----------
    history, folder : Path
        Where the films are stored, and where the files go.
    films : sequence of (Entry, str)
        Entries of the history, each with the name of its files without suffix.
    format : str
        Name of a format of volumes in `io.registry.FORMATS`; "" for no volumes.
    table : bool
        Whether a table of all films is written.
    picture : callable or None
        Draws the PNG in the report of a film; None for no reports.
    donor_share : float
        Share of mixed voxels that become donor where `format` holds no mixed phase.
    """

    history: Path
    folder: Path
    films: Sequence[tuple[Entry, str]]
    format: str = ""
    table: bool = False
    picture: Callable[[Microstructure], bytes] | None = None
    donor_share: float = USUAL_DONOR_SHARE

    def names(self) -> list[str]:
        """Names of all files that will be written."""
        suffixes = [*self._volume_suffixes(), *([".html"] if self.picture else [])]
        names = [f"{stem}{suffix}" for _, stem in self.films for suffix in suffixes]
        return [*names, *([TABLE] if self.table else [])]

    def existing(self) -> list[str]:
        """Names of those that are there already."""
        there = {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()
        return [name for name in self.names() if name in there]

    def write(self, entry: Entry, stem: str, sample: Sample) -> None:
        """Write the volume and the report of a film."""
        from microdesigner.io import registry, volumes

        if self.format:
            path, film = self.folder / f"{stem}{self._volume_suffixes()[0]}", sample.microstructure
            if not registry.named_format(self.format).holds_mixed:
                film = without_mixed(film, self.donor_share, sample.seed)
            volumes.write(film, path, self.format)
        if self.picture is not None:
            picture = self.picture(sample.microstructure)
            history = History(self.history)
            page = report_html(history.request_of(entry), sample, picture, {}, history.verification(entry))
            write_text_atomic(self.folder / f"{stem}.html", page)

    def _volume_suffixes(self) -> tuple[str, ...]:
        from microdesigner.io import registry

        if not self.format:
            return ()
        suffix = registry.named_format(self.format).extensions[0]
        return suffix, *COMPANIONS.get(suffix, ())


@dataclass(frozen=True)
class Exported:
    """How many films were written, and a sentence about each that could not be read."""

    films: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Values:
    """A line of the table."""

    entry: Entry
    stem: str
    measured: dict[str, float | None]
    recipe: dict[str, float]


def export_films(plan: FilmExport) -> Iterator[Progress | Exported]:
    """Write film by film; one that cannot be read is left out.

    Raises
    ------
    InputError
        For a folder that cannot be written or a volume that the format cannot hold.
    """
    history = History(plan.history)
    lines: list[_Values] = []
    problems: list[str] = []
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        for done, (entry, stem) in enumerate(plan.films):
            yield Progress(STAGE, done, len(plan.films))
            try:
                sample = history.load(entry)
            except InputError as error:
                problems.append(str(error))
                continue
            plan.write(entry, stem, sample)
            lines.append(_Values(entry, stem, sample.measured, sample.recipe))
        if plan.table:
            write_text_atomic(plan.folder / TABLE, _table(lines))
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{plan.folder} cannot be written ({reason}); choose another folder.") from None
    yield Progress(STAGE, len(plan.films), len(plan.films))
    yield Exported(len(lines), tuple(problems))


def _table(lines: Sequence[_Values]) -> str:
    """One line a film: what it is, its targets, what it measures, its recipe."""
    targets = list(dict.fromkeys(name for line in lines for name in line.entry.request.targets))
    measured = list(dict.fromkeys(name for line in lines for name in line.measured))
    recipe = list(dict.fromkeys(name for line in lines for name in line.recipe))
    header = ["film", "made", "model", "seed", "starred", "tags", "note"]
    header += [f"target {name}" for name in targets] + measured + [f"recipe {name}" for name in recipe]
    rows = (
        [
            line.stem, line.entry.made.isoformat(timespec="seconds"), line.entry.request.model, line.entry.request.seed,
            int(line.entry.starred), ", ".join(line.entry.tags), line.entry.note,
            *(line.entry.request.targets.get(name) for name in targets),
            *(line.measured.get(name) for name in measured), *(line.recipe.get(name) for name in recipe),
        ]
        for line in lines
    )  # fmt: skip
    return csv_text(header, rows)
