"""Commands and programs that are copied make the same request."""

import ast
import shlex

import pytest

from microdesigner.app.request_export import as_command, as_python
from microdesigner.cli.main import build_parser
from microdesigner.cli.request_options import build_request
from microdesigner.core.request import Request

EVIL = 'm"); __import__("os").abort(); ("\\'
REQUESTS = [
    Request({"vol_frac_D": 1 / 3, "tortuosity_A": 0.6125000001}, seed=2**62),
    Request({EVIL: 0.1 + 0.2, "a\nb": 1e-300}, model=EVIL),
    Request(),
    Request({"vol_frac_D": 0.35, "tortuosity_A": 0.6125}, "a model", 3, 17, 8, candidates=4, match="all"),
    Request({"vol_frac_M": 0.2}, steps=1000, sampler="ancestral", match="fractions", size=(64, 64, 32)),
    Request({"vol_frac_M": 0.2}, candidates=1, match="all"),
    Request({"vol_frac_M": 0.2}, voxel_nm=(2.5, 2.5, 0.1)),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_command_makes_the_same_request(request_: Request) -> None:
    words = shlex.split(as_command(request_))
    assert words[:2] == ["microdesigner", "generate"]
    assert build_request(build_parser().parse_args(words[1:])) == request_


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_program_makes_the_same_request(request_: Request) -> None:
    (line,) = [line for line in as_python(request_).splitlines() if line.startswith("request = ")]
    assert eval(line.removeprefix("request = "), {"Request": Request}) == request_


def test_a_name_from_a_file_never_becomes_code() -> None:
    tree = ast.parse(as_python(Request({EVIL: 0.5}, model=EVIL)))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert called == {"Engine.load", "Request", "engine.generate", "print"}
