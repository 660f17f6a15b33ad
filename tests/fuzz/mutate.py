"""Seeded mutations of bytes and of JSON documents: what damaged disks, other programs and attackers leave in a file.

The same seed gives the same mutations in every run, so that a failure is found again by its seed and number.
"""

import copy
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.fuzz.tally import count_rows, told

HUGE_INTEGERS = (2**31, 2**63, -(2**63) - 1, 10**400)
ODD_NUMBERS = (0, -1, 1e308, -1e308, 1e-320, 0.1, float("nan"), float("inf"), float("-inf"), *HUGE_INTEGERS)
ODD_TEXTS = ("", "\x00", "nan", "../../etc/passwd", "\x1b[2J", "=1+1", "<script>", "1e999", "ä" * 300, "\ud800", "a\nb")
ODD_VALUES = (None, True, False, [], {}, [[]], {"": None}, [None] * 3, *ODD_NUMBERS, *ODD_TEXTS)
NESTING = 3000  # beyond what a recursive reader survives

TIMES = int(os.environ.get("MICRODESIGNER_FUZZ_TIMES", "1"))
"""Multiplies the number of mutations, for runs longer than that of the tests."""
SEED = os.environ.get("MICRODESIGNER_FUZZ_SEED", "")
"""Gives other mutations than those of the tests."""

Bytes = Callable[[random.Random, bytes], bytes]


def flip_bits(random_: random.Random, content: bytes) -> bytes:
    """Flip 1 to 16 bits anywhere."""
    changed = bytearray(content)
    for _ in range(random_.randint(1, 16) if changed else 0):
        changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def truncate(random_: random.Random, content: bytes) -> bytes:
    """Keep a part from the beginning, as a write cut short."""
    return content[: random_.randrange(len(content) + 1)]


def insert_bytes(random_: random.Random, content: bytes) -> bytes:
    """Insert 1 to 64 random bytes."""
    place = random_.randrange(len(content) + 1)
    return content[:place] + random_.randbytes(random_.randint(1, 64)) + content[place:]


def remove_bytes(random_: random.Random, content: bytes) -> bytes:
    """Remove 1 to 64 bytes, which moves all that follow."""
    place = random_.randrange(len(content) + 1)
    return content[:place] + content[place + random_.randint(1, 64) :]


def zero_block(random_: random.Random, content: bytes) -> bytes:
    """Set a block of up to 4096 bytes to zero, as a sector that was never written."""
    place = random_.randrange(len(content) + 1)
    block = min(random_.randint(1, 4096), len(content) - place)
    return content[:place] + bytes(block) + content[place + block :]


def repeat_block(random_: random.Random, content: bytes) -> bytes:
    """Repeat a block of up to 1024 bytes in its place."""
    place = random_.randrange(len(content) + 1)
    end = place + random_.randint(1, 1024)
    return content[:end] + content[place:]


def swap_blocks(random_: random.Random, content: bytes) -> bytes:
    """Exchange two parts of the content."""
    first, second = sorted(random_.randrange(len(content) + 1) for _ in range(2))
    return content[second:] + content[first:second] + content[:first]


def odd_length_field(random_: random.Random, content: bytes) -> bytes:
    """Overwrite 4 or 8 bytes by a very large, negative or zero whole number, as a wrong length in a header."""
    width = random_.choice((4, 8))
    if len(content) < width:
        return flip_bits(random_, content)
    place = random_.randrange(len(content) - width + 1)
    field = random_.choice((b"\xff" * width, b"\x00" * width, b"\x7f" + b"\xff" * (width - 1), b"\x00" * 3 + b"\x80"))
    return content[:place] + field[:width] + content[place + len(field[:width]) :]


BYTE_MUTATORS: tuple[Bytes, ...] = (
    flip_bits, truncate, insert_bytes, remove_bytes, zero_block, repeat_block, swap_blocks, odd_length_field,
)  # fmt: skip


def mutate_bytes(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """`count` mutations of `content`, each by one of `BYTE_MUTATORS`, after those that felled this test before."""
    return told(_mutated_bytes(content, count, seed), content)


def _mutated_bytes(content: bytes, count: int, seed: int) -> Iterator[bytes]:
    for number in range(count):
        random_ = _random(seed, number)
        yield random_.choice(BYTE_MUTATORS)(random_, content)


def mutate_json(document: Any, count: int, seed: int = 0) -> Iterator[bytes]:
    """`count` mutations of the file that holds the JSON `document`.

    Mostly the document's structure is changed in one to three places (an entry gone, doubled, renamed, or of another
    value or type, NaN, infinite, huge or deeply nested), and it is JSON still; one in five is a mutation of bytes.
    Those that felled this test before come first.
    """
    return told(_mutated_json(document, count, seed), json.dumps(document).encode())


def _mutated_json(document: Any, count: int, seed: int) -> Iterator[bytes]:
    content = json.dumps(document).encode()
    for number in range(count):
        random_ = _random(seed, number)
        if random_.random() < 0.2:
            yield random_.choice(BYTE_MUTATORS)(random_, content)
            continue
        changed = copy.deepcopy(document)
        for _ in range(random_.randint(1, 3)):
            changed = _changed(random_, changed)
        text = json.dumps(changed)
        nested = "[" * NESTING + "]" * NESTING if random_.random() < 0.5 else '{"a":' * NESTING + "1" + "}" * NESTING
        yield text.replace(f'"{_NESTED}"', nested).encode("utf-8", "surrogatepass")


def mutate_rows(database: Path, count: int, seed: int = 0) -> Iterator[tuple[str, str, Any]]:
    """Write an odd value into one cell of the SQLite file `database`, `count` times on top of each other.

    Yields table, column and value of each change, after it is committed.
    """
    return count_rows(_mutated_rows(database, count, seed))


def _mutated_rows(database: Path, count: int, seed: int) -> Iterator[tuple[str, str, Any]]:
    for number in range(count):
        random_ = _random(seed, number)
        connection = sqlite3.connect(database)
        try:
            with connection:
                cells = _cells(connection)
                if not cells:  # all rows were left out, or replaced by each other
                    return
                table, column, row = random_.choice(cells)
                value = _odd_cell(random_)
                try:
                    connection.execute(f'UPDATE OR REPLACE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, row))
                except sqlite3.Error:
                    continue
        finally:
            connection.close()
        yield table, column, value


_NESTED = "deeply nested"


def _random(seed: int, number: int) -> random.Random:
    return random.Random(f"{SEED}{seed}/{number}")


def _changed(random_: random.Random, document: Any) -> Any:
    """`document` with one place in it changed."""
    places = [*_places(document)]
    container, key = random_.choice(places) if places else (None, None)
    if container is None or random_.random() < 0.02:
        return _odd_value(random_)
    what = random_.randrange(6)
    if what == 0:
        del container[key]
    elif what == 1 and isinstance(container, dict):
        container[f"{key}{random_.choice(('x', ' ', chr(0), 'É'))}"] = container.pop(key)
    elif what == 1 or (what == 2 and isinstance(container, list)):
        container.insert(key, copy.deepcopy(container[key]))
    elif what == 2:
        container[random_.choice(("extra", "", "__class__"))] = _odd_value(random_)
    elif what == 3 and random_.random() < 0.3:
        container[key] = _NESTED
    elif what == 4:
        container[key] = _of_another_type(random_, container[key])
    else:
        container[key] = _odd_value(random_)
    return document


def _odd_value(random_: random.Random) -> Any:
    return copy.deepcopy(random_.choice(ODD_VALUES))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in `value` with each of its keys or numbers."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _of_another_type(random_: random.Random, value: Any) -> Any:
    return random_.choice((str(value), [value], {"value": value}, None, not value, random_.choice(ODD_NUMBERS)))


def _cells(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    cells = []
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"):
        if table.startswith("sqlite_"):
            continue
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        rows = [row[0] for row in connection.execute(f'SELECT rowid FROM "{table}" LIMIT 20')]
        cells += [(table, column, row) for column in columns for row in rows]
    return cells


def _odd_cell(random_: random.Random) -> Any:
    """A value that SQLite stores in any column."""
    value = random_.choice((*ODD_NUMBERS, *ODD_TEXTS, None, b"\xff\xfe", b"", "{", "[]", '{"measured": 3}'))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return "?" if value == "\ud800" else value
