"""Documents of known form: what is wrong is said in one sentence that names file, entry and remedy."""

import json
from pathlib import Path

import numpy as np
import pytest
from msgspec import Struct

from microdesigner.core.documents import (
    Line,
    Number,
    convert_document,
    document_text,
    parse_document,
    plain_number,
    read_document,
)
from microdesigner.core.errors import LONGEST_MESSAGE, InputError, MicrodesignerError


class Point(Struct):
    x: Number
    name: Line = "p"


class Track(Struct):
    points: list[Point]
    version: int = 1


def parsed(text: str | bytes) -> Track:
    return parse_document(text, Track, "track.json", "a track", "export it again")


def test_a_document_is_read_into_types() -> None:
    assert parsed('{"points": [{"x": 1, "name": "a"}], "later": 3}') == Track([Point(1.0, "a")])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["track.json", "truncated"]),
        ("", ["track.json"]),
        (b"\xff\xfe", ["track.json"]),
        ('{"points": 3}', ["'points'", "track.json", "expected array"]),
        ('{"version": 2}', ["lacks 'points'"]),
        ('{"points": [{"x": "1"}]}', ["'points[0].x'", "expected float"]),
        ('{"points": [{"x": NaN}]}', ["track.json"]),
        ('{"points": [{"x": 1e999}]}', ["'points[0].x'", "out of range"]),
        ('{"points": [{"x": 1' + "0" * 400 + "}]}", ["'points[0].x'"]),
        ('{"points": [{"x": 1, "name": "a\\nb"}]}', ["'points[0].name'"]),
        ('{"points": [], "other": ' + "[" * 5000 + "]" * 5000 + "}", ["nested too deeply"]),
    ],
)  # fmt: skip
def test_a_mistake_names_entry_and_remedy(text: str | bytes, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        parsed(text)
    message = str(caught.value)
    assert all(word in message for word in [*words, "export it again"]), message
    assert message.isprintable()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400, True, None])
def test_a_number_is_finite(value: object) -> None:
    with pytest.raises(InputError, match="'x' of here"):
        convert_document({"x": value}, Point, "here", "a point", "correct it")


def test_a_file_is_read_or_named(tmp_path: Path) -> None:
    path = tmp_path / "track.json"
    for words in ("no such file",):
        with pytest.raises(InputError, match=words):
            read_document(path, Track, "a track", "export it again")
    path.write_text('{"points": []}')
    assert read_document(path, Track, "a track", "export it again") == Track([])
    with pytest.raises(InputError, match="too large"):
        read_document(path, Track, "a track", "export it again", largest=13)
    with pytest.raises(InputError, match="directory"):
        read_document(tmp_path, Track, "a track", "export it again")


def test_what_is_written_is_json_whatever_the_numbers() -> None:
    text = document_text({"a": float("nan"), "points": [Point(1.5)]})
    assert '"a": null' in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("kind", [MicrodesignerError, InputError])
def test_a_message_is_one_line_of_bounded_length(kind: type[MicrodesignerError]) -> None:
    message = str(kind("The file a\x00\x1b[2J\nb\u202e is wrong" + "x" * 5000 + "; export it again."))
    assert message.startswith("The file a [2J b  is wrong")
    assert message.endswith("; export it again.")
    assert message.isprintable()
    assert len(message) <= LONGEST_MESSAGE


def test_numbers_of_numpy_are_numbers() -> None:
    document = {"a": np.float32(0.5), "b": np.float64(0.25), "c": [np.int64(3), np.bool_(True)], "d": np.float32("nan")}
    assert json.loads(document_text(document)) == {"a": 0.5, "b": 0.25, "c": [3, True], "d": None}
    assert json.loads(json.dumps({"a": np.float32(0.5), "b": np.int64(3)}, default=plain_number)) == {"a": 0.5, "b": 3}
    with pytest.raises(NotImplementedError, match="Path"):
        document_text({"path": Path()})
