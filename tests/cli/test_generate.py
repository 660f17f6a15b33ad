"""`generate` from the command line: what it writes, what it prints, what it refuses."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from microdesigner.cli.main import main
from microdesigner.cli.request_options import build_request
from microdesigner.core.events import GenerationEvent
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.io.volumes import read

TARGETS = ("--target", "vol_frac_D=0.35", "vol_frac_M=0.2")


@pytest.fixture
def call(tiny_folder: Path, tmp_path: Path) -> Any:
    def run(*options: str) -> int:
        return main(["generate", "--model", str(tiny_folder), "--steps", "2", "--out", str(tmp_path / "out"), *options])

    return run


def result_of(tmp_path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((tmp_path / "out" / "result.json").read_text())
    return document


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> None:
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert all(word in answer.err for word in words), answer.err


def test_files_and_result(call: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--count", "2", "--seed", "7", "--match", "fractions", "--format", "vti,tiff")
    assert call(*TARGETS, *options, "--json") == 0
    document = result_of(tmp_path)
    assert json.loads(capsys.readouterr().out) == document
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "result.json",
        "result.jsonl",
        "sample-0000.tif",
        "sample-0000.vti",
        "sample-0001.tif",
        "sample-0001.vti",
    ]
    assert document["schema"] == 1
    assert Request.from_json(document["request"]).seed == 7
    assert set(document["model"]) == {"name", "sha256"}
    assert [sample["seed"] for sample in document["samples"]] == [7, 8]
    assert document["samples"][0]["measured"]["vol_frac_D"] == pytest.approx(0.35, abs=1e-5)
    assert set(document["samples"][0]["process"]["phi"]) == {"mean", "std", "q05", "q50", "q95", "interval_share"}


def test_a_volume_carries_its_entry(call: Any, tmp_path: Path) -> None:
    assert call(*TARGETS) == 0
    document, volume = result_of(tmp_path), read(tmp_path / "out" / "sample-0000.vti")
    assert volume.provenance["sample"] == document["samples"][0]
    assert volume.provenance["request"] == document["request"]


def test_pictures(call: Any, tmp_path: Path) -> None:
    assert call(*TARGETS, "--picture") == 0
    assert (tmp_path / "out" / "sample-0000.png").read_bytes().startswith(b"\x89PNG")


def test_plain_output_names_the_files(call: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*TARGETS) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "sample-0000.vti" in lines[0]
    assert "vol_frac_D" in lines[0]
    assert lines[-1].endswith("result.json")


def test_a_request_file_with_an_option(call: Any, tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(json.dumps(Request({"vol_frac_D": 0.4}, count=3, seed=5).to_json()))
    assert call(str(tmp_path / "request.json"), "--count", "1") == 0
    request = result_of(tmp_path)["request"]
    assert (request["targets"], request["count"], request["seed"]) == ({"vol_frac_D": 0.4}, 1, 5)


def test_matching_all_draws_candidates() -> None:
    assert parsed("--match", "all").candidates == 8
    assert parsed("--match", "all", "--candidates", "3").candidates == 3
    assert parsed("--sampler", "ancestral").steps == 1000
    assert parsed("--target", "a=1", "--target", "b=2e-1", "c=.5").targets == {"a": 1.0, "b": 0.2, "c": 0.5}


def parsed(*options: str) -> Request:
    from microdesigner.cli.main import build_parser

    return build_request(build_parser().parse_args(["generate", *options]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--target", "vol_frac_D=0.9", "vol_frac_M=0.3"), ("sum", "1.2")),
        (("--target", "porosity=0.3"), ("porosity", "vol_frac_D")),
        (("--target", "vol_frac_D=much"), ("vol_frac_D", "much")),
        (("--target", "vol_frac_D"), ("NAME=VALUE",)),
        (("--target", "vol_frac_D=nan"), ("vol_frac_D",)),
        (("--target", "vol_frac_D=-0.1"), ("vol_frac_D", "0 and 1")),
        (("--target", "vol_frac_D=0.1", "vol_frac_D=0.2"), ("twice",)),
        (("--count", "0"), ("count",)),
        (("--count", "1.5"), ("--count",)),
        (("--seed", "-1"), ("seed",)),
        (("--steps", "0"), ("steps",)),
        (("--sampler", "dice"), ("sampler", "ancestral")),
        (("--match", "some"), ("match", "fractions")),
        (("--candidates", "1000"), ("candidates", "256")),
        (("--size", "64", "64"), ("--size",)),
        (("--size", "64", "64", "50"), ("multiple",)),
        (("--size", "4096", "4096", "4096"), ("too large",)),
        (("--format", "docx"), ("docx", "vti")),
        (("--format", ","), ("--format",)),
        (("--model", "no-such-model"), ("no-such-model",)),
        (("no-such-request.json",), ("no-such-request.json",)),
    ],
)
def test_bad_requests(call: Any, options: tuple[str, ...], words: tuple[str, ...], capsys: Any) -> None:
    assert call(*options) == 2
    refusal(capsys, *words)


def test_a_refusal_spares_an_earlier_result(call: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "result.json").write_text("of an earlier run")
    assert call("--target", "porosity=0.3") == 2
    assert (tmp_path / "out" / "result.json").read_text() == "of an earlier run"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "JSON"),
        ("[1, 2]", "object"),
        ('{"targets": 3}', "targets"),
        ('{"tragets": {}}', "tragets"),
        ('{"count": "4"}', "count"),
        ('{"size": [64, 64]}', "size"),
        ('{"targets": {"vol_frac_D": "half"}}', "vol_frac_D"),
        ('{"targets": {"vol_frac_D": NaN}}', "JSON"),
        ('{"candidates": null, "match": "all"}', "candidates"),
        ("\x00\xff", "request.json"),
    ],
)
def test_bad_request_files(text: str, word: str, call: Any, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "request.json").write_text(text, encoding="latin-1")
    assert call(str(tmp_path / "request.json")) == 2
    refusal(capsys, "request.json", word)


@pytest.mark.parametrize(
    ("file", "content", "word"),
    [
        ("model.json", b"{", "model.json"),
        ("model.json", b'{"schema": 99}', "schema"),
        ("ddpm.safetensors", b"nonsense", "ddpm.safetensors"),
        ("vae.safetensors", None, "vae.safetensors"),
    ],
)
def test_a_damaged_model(
    file: str, content: bytes | None, word: str, call: Any, tiny_folder: Path, tmp_path: Path, capsys: Any
) -> None:
    copy = shutil.copytree(tiny_folder, tmp_path / "copy")
    if content is None:
        (copy / file).unlink()
    else:
        (copy / file).write_bytes(content)
    assert call("--model", str(copy)) == 2
    refusal(capsys, word)


def test_an_unwritable_folder(call: Any, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "file").write_text("")
    assert call("--out", str(tmp_path / "file" / "inside")) == 2
    refusal(capsys, "--out")


def test_an_interruption_leaves_whole_files_and_the_result_so_far(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "result.json").write_text("of an earlier run")
    whole = Engine.generate

    def interrupted(engine: Engine, request: Request, **options: Any) -> Iterator[GenerationEvent]:
        for event in whole(engine, request, **options):
            yield event
            if getattr(event, "index", None) == 0:
                raise KeyboardInterrupt

    monkeypatch.setattr(Engine, "generate", interrupted)
    assert call(*TARGETS, "--count", "3") == 130
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["result.json", "result.jsonl", "sample-0000.vti"]
    assert not result_of(tmp_path)["complete"]
    assert [entry["file"] for entry in result_of(tmp_path)["samples"]] == ["sample-0000.vti"]
    assert read(tmp_path / "out" / "sample-0000.vti").shape == (64, 64, 32)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(sign: signal.Signals, tiny_folder: Path, tmp_path: Path) -> None:
    options = ["--model", str(tiny_folder), "--steps", "1", "--count", "10000", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "microdesigner", "generate", *options]
    # a test run started in the background ignores SIGINT and would hand that on
    listening = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **listening) as process:  # type: ignore[call-overload]
        while not (tmp_path / "sample-0001.vti").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(sign)
        _, messages = process.communicate(timeout=60)
    assert process.returncode == 130
    assert messages.rstrip().endswith("microdesigner: interrupted.")
    assert "Traceback" not in messages
    assert all(path.name.startswith(("sample-", "result.json")) for path in tmp_path.iterdir())
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert len(result["samples"]) >= 1
    assert not result["complete"]


def test_as_a_program(tiny_folder: Path, tmp_path: Path) -> None:
    options = ["--model", str(tiny_folder), "--steps", "1", "--json", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "microdesigner", "generate", *options]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    assert json.loads(answer.stdout)["samples"][0]["file"] == "sample-0000.vti"
    assert "Traceback" not in answer.stderr


def test_what_a_model_does_less_well_is_told_before_and_after(
    tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--steps", "1", "--target", "vol_frac_D=0.9", "--size", "32", "32", "32", "--out", str(tmp_path / "out")]
    assert main(["generate", "--model", str(tiny_folder), *options]) == 0
    told = capsys.readouterr().err
    assert "outside the training data; the nearest that it supports are vol_frac_D=" in told
    document = json.loads((tmp_path / "out" / "result.json").read_text())
    verdict = document["samples"][0]["verdict"]
    assert verdict["request"] == "outside the training data"
    assert ("look at it before you trust it" in told) == (verdict["disagreement"] > 1.6)
