"""Which samples of the history are asked for, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

COLUMNS = ("made", "model", "seed", "starred", "note")


@dataclass(frozen=True)
class Query:
    """Conditions that all must hold; the default asks for everything outside the trash, the newest first.

    Attributes
    ----------
    text : str
        Words, each of which note, tags or model contain, in upper or lower case.
    model : str or None
        Name of the model; "" finds opened files.
    starred : bool or None
        Whether starred.
    tags : tuple of str
        Tags that a sample has.
    since, until : datetime or None
        Between which it was made.
    measured : mapping of str to (float, float)
        Least and greatest value of descriptors.
    sort : str
        "made", "model", "seed", "starred", "note" or a descriptor; samples without the value come last.
    descending : bool
        Greatest or newest first.
    trash : bool
        Whether the trash is asked for instead.
    """

    text: str = ""
    model: str | None = None
    starred: bool | None = None
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    measured: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    sort: str = "made"
    descending: bool = True
    trash: bool = False

    def clauses(self) -> tuple[str, list[Any]]:
        """SQL from WHERE to ORDER BY, and its values."""
        conditions = ["deleted IS NOT NULL" if self.trash else "deleted IS NULL"]
        values: list[Any] = []
        for condition, value in self._conditions():
            conditions.append(condition)
            values += value if isinstance(value, list) else [value]
        order, order_values = self._order()
        return f"WHERE {' AND '.join(conditions)} ORDER BY {order}", values + order_values

    def _conditions(self) -> list[tuple[str, Any]]:
        holds = f"instr(folded(CAST({_TEXTS} AS BLOB)), ?) > 0"
        found: list[tuple[str, Any]] = [(holds, word) for word in self.text.casefold().split()]
        if self.model is not None:
            found.append(("model = ?", self.model))
        if self.starred is not None:
            found.append(("starred = ?", int(self.starred)))
        found += [("instr(tags, ?) > 0", f"\n{tag}\n") for tag in self.tags]
        if self.since is not None:
            found.append(("made >= ?", self.since.astimezone(UTC).isoformat()))
        if self.until is not None:
            found.append(("made <= ?", self.until.astimezone(UTC).isoformat()))
        found += [(f"{_VALUE} BETWEEN ? AND ?", [_path(name), *ends]) for name, ends in self.measured.items()]
        return found

    def _order(self) -> tuple[str, list[Any]]:
        way = "DESC" if self.descending else "ASC"
        if self.sort == "made":
            return f"number {way}", []
        if self.sort in COLUMNS:
            return f"{self.sort} {way}, number {way}", []
        return f"{_VALUE} IS NULL, {_VALUE} {way}, number {way}", [_path(self.sort)] * 2


_TEXTS = "note || char(10) || tags || char(10) || model"
_VALUE = "CASE WHEN json_valid(measured) THEN json_extract(measured, ?) END"


def _path(name: str) -> str:
    """The JSON path of a descriptor's value."""
    return '$."{}"'.format(name.replace('"', ""))
