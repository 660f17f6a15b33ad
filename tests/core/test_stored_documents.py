"""Requests, results and verifications from files: read whole, or refused in one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.result import read_result
from microdesigner.core.verification import Verification
from tests.fuzz.mutate import TIMES, mutate_json

REQUEST = Request({"vol_frac_D": 0.3, "vol_frac_M": 0.1}, count=2, size=(64, 64, 32)).to_json()
SPREAD = {"mean": 0.5, "std": 0.1, "q05": 0.4, "q50": 0.5, "q95": 0.6, "best": 0.45}
RESULT = {
    "schema": 1,
    "request": REQUEST,
    "model": {"name": "tiny", "sha256": "0"},
    "seconds": {"denoise": 1.0},
    "samples": [
        {
            "file": "sample-0000.vti",
            "seed": 1,
            "measured": {"vol_frac_D": 0.3, "tortuosity_D": None},
            "reasons": {"tortuosity_D": "nothing connects"},
            "process": {"phi": SPREAD, "chi": SPREAD, "log_time": SPREAD},
            "predicted": {"vol_frac_D": {"mean": 0.3, "std": 0.1}},
            "match": {"candidates": 1},
        }
    ],
}
VERIFICATION = Verification(
    "sample.vti", {"phi": 0.5}, {"vol_frac_D": 0.3}, {"vol_frac_D": 0.31, "t": None}, {"vol_frac_D": 0.3, "t": None}
).to_json()


def of_request(content: bytes, path: Path) -> None:
    request = Request.from_json(json.loads(content))
    assert Request.from_json(json.loads(json.dumps(request.to_json(), allow_nan=False))) == request


def of_result(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    for sample in read_result(path).samples:
        assert all(abs(value) <= 1e300 for value in sample.recipe.values())


def of_verification(content: bytes, path: Path) -> None:
    verification = Verification.from_json(json.loads(content))
    json.dumps(verification.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("document", "read"), [(REQUEST, of_request), (RESULT, of_result), (VERIFICATION, of_verification)]
)
def test_a_mutated_document_is_read_or_refused(
    document: dict[str, Any], read: Callable[[bytes, Path], None], tmp_path: Path
) -> None:
    outcomes = [outcome(read, content, tmp_path / "x.json") for content in mutate_json(document, 800 * TIMES)]
    assert outcomes.count("read") > 20
    assert outcomes.count("refused") > 20


def outcome(read: Callable[[bytes, Path], None], content: bytes, path: Path) -> str:
    try:
        read(content, path)
    except InputError as error:
        check_sentence(error)
        return "refused"
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):  # of json.loads in this test
        return "no JSON"
    return "read"


def check_sentence(error: InputError) -> None:
    assert str(error).isprintable()


@pytest.mark.parametrize("process", [{"phi": {}}, {"phi": {"std": 0.1}}])
def test_a_recipe_without_a_value_to_try_is_named(process: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(RESULT | {"samples": [RESULT["samples"][0] | {"process": process}]}))  # type: ignore[index,operator]
    with pytest.raises(InputError, match=r"samples\[0\].*best, q50, mean"):
        read_result(path)


def test_a_value_that_was_simulated_was_measured() -> None:
    with pytest.raises(InputError, match="not measured"):
        Verification.from_json(VERIFICATION | {"simulated": {"elsewhere": 1.0}})
