"""What is written about a stored result: under its picture, in its tooltip and in the name of its file."""

import re
from collections.abc import Sequence
from html import escape

from microdesigner.app.store.history_query import COLUMNS
from microdesigner.app.store.history_rows import Entry
from microdesigner.app.value_words import symbol_html
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.file_names import is_reserved

MOST_VALUES = 2
_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")


def values(entry: Entry, first: str = "") -> list[tuple[str, str]]:
    """Symbol and measured value of the quantities that tell most about a result: `first`, then those asked for."""
    names = dict.fromkeys([first, *entry.request.targets, *entry.measured])
    shown = [(name, value) for name in names if (value := entry.measured.get(name)) is not None]
    return [
        (spec_of(name).symbol, f"{value:.{min(spec_of(name).decimals, 3)}f}") for name, value in shown[:MOST_VALUES]
    ]


def origin(entry: Entry) -> str:
    """Model and seed, or that it came from a file."""
    return f"{entry.request.model}, seed {entry.request.seed}" if entry.request.model else "opened from a file"


def short_caption(entry: Entry) -> tuple[str, str]:
    """One line, as rich and as plain text: the value that tells most, with star and mark of a note."""
    symbol, value = values(entry)[0] if values(entry) else ("seed", str(entry.request.seed))
    before, after = "★ " if entry.starred else "", " ✎" if entry.note else ""
    return f"{before}{symbol_html(symbol)}&nbsp;{value}{after}", f"{before}{symbol} {value}{after}"


def rich_caption(entry: Entry, sort: str) -> tuple[str, str]:
    """Two lines of rich text: measured values, that of a quantity one sorts by first; note or tags, or the origin."""
    first = "" if sort in COLUMNS else sort
    text = "&nbsp;&nbsp; ".join(f"{symbol_html(symbol)}&nbsp;{value}" for symbol, value in values(entry, first))
    below = f"{entry.made:%Y-%m-%d %H:%M}" if sort == "made" and not (entry.note or entry.tags) else ""
    return text or "not measured", escape(entry.note or ", ".join(entry.tags) or below or origin(entry))


def describe(entry: Entry) -> str:
    """When it was made, what was asked for and measured, its tags and its note."""
    lines = [f"{entry.made:%Y-%m-%d %H:%M:%S}, {origin(entry)}"]
    for name, target in entry.request.targets.items():
        spec, value = spec_of(name), entry.measured.get(name)
        measured = "" if value is None else f", measured {spec.written(value)}"
        lines.append(f"{spec.title}: {spec.written(target)}{measured}")
    if entry.given:
        lines.append("A part of another film is kept in it.")
    if entry.tags:
        lines.append(f"Tags: {', '.join(entry.tags)}")
    return "\n".join([*lines, *([entry.note] if entry.note else [])])


def file_stem(entry: Entry) -> str:
    """A name without suffix that no other entry has, and that every system takes."""
    model = _NOT_IN_NAMES.sub("_", entry.request.model).strip("._") or "volume"
    model = f"model-{model}" if is_reserved(model) else model
    return f"{model}-seed{entry.request.seed}-{entry.number}"


def measured_names(entries: Sequence[Entry]) -> list[str]:
    """Every quantity that one of the results measures, those with a meaning of their own first, by title."""
    names = {name for entry in entries for name in entry.measured}
    return sorted(names, key=lambda name: (spec_of(name).kind == "other", spec_of(name).title))
