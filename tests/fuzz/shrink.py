"""From a mutation that fells a test to one that changes as little as possible and still fells it.

Delta debugging: A. Zeller, R. Hildebrandt, IEEE Trans. Softw. Eng. 28 (2002) 183.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

TRIES = 300
_LONGEST_COMPARED = 1 << 12  # bytes; comparing takes the square of it


@dataclass(frozen=True)
class Edit:
    """Bytes `start` to `end` of the original become `new`."""

    start: int
    end: int
    new: bytes


def shrunk(original: bytes, fallen: bytes, falls: Callable[[bytes], bool], tries: int = TRIES) -> bytes:
    """`original` with as few of the edits that make `fallen` of it as a search of so many `tries` finds, such that it
    `falls` still; `fallen` itself where it does not fall again."""
    edits = edits_between(original, fallen)
    if not falls(applied(original, edits)):
        return fallen
    parts, tries = 2, tries - 1
    while len(edits) > 1 and tries > 0:
        size = -(-len(edits) // parts)
        for start in range(0, len(edits), size):
            rest = [*edits[:start], *edits[start + size :]]
            tries -= 1
            if rest and falls(applied(original, rest)):
                edits, parts = rest, max(2, parts - 1)
                break
            if tries <= 0:
                break
        else:
            if size == 1:
                break
            parts = min(len(edits), 2 * parts)
    return applied(original, edits)


def edits_between(original: bytes, changed: bytes) -> list[Edit]:
    """What makes `changed` of `original`, byte by byte where both are of one length."""
    if len(original) == len(changed):
        return _byte_by_byte(0, original, changed)
    most = min(len(original), len(changed))
    first = next((n for n in range(most) if original[n] != changed[n]), most)
    last = next((n for n in range(most - first) if original[-1 - n] != changed[-1 - n]), most - first)
    before, after = original[first : len(original) - last], changed[first : len(changed) - last]
    if max(len(before), len(after)) > _LONGEST_COMPARED:
        return [Edit(first, first + len(before), after)]
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    edits = []
    for _, a, b, c, d in steps:
        if b - a == d - c:
            edits += _byte_by_byte(first + a, before[a:b], after[c:d])
        else:
            edits.append(Edit(first + a, first + b, after[c:d]))
    return edits


def _byte_by_byte(start: int, before: bytes, after: bytes) -> list[Edit]:
    pairs = enumerate(zip(before, after, strict=True), start)
    return [Edit(place, place + 1, bytes([new])) for place, (old, new) in pairs if old != new]


def applied(original: bytes, edits: Sequence[Edit]) -> bytes:
    """`original` with `edits`, which are in rising order."""
    parts, place = [], 0
    for edit in edits:
        parts += [original[place : edit.start], edit.new]
        place = edit.end
    return b"".join((*parts, original[place:]))
