"""Long use of engine and command."""

import contextlib
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

from microdesigner.app.workers import Cancelled, Worker, end_all
from microdesigner.app.workers.engine import Generate, LoadModel
from microdesigner.app.workers.messages import ENDS
from microdesigner.core.request import Request
from tests.gui import stand_in
from tests.tiny_model import save_tiny_bundle
from tests.torture.long_runs import Reading, read_twice

SIZE = (32, 32, 32)


def engine_cycles(folder: Path, count: int) -> Iterator[Reading]:
    """Generations of the real engine in its process, begun and cancelled."""
    load = LoadModel("tiny", save_tiny_bundle(folder / "tiny"))
    worker = Worker("The engine")
    request = Request({"vol_frac_D": 0.4}, model="tiny", steps=1000, size=SIZE)

    def cycle(_: int) -> None:
        number, begun = worker.ask(Generate(load, request)), False
        while True:
            for told, event in worker.poll():
                if told == number and isinstance(event, ENDS):
                    assert event == Cancelled(), event
                    return
                if told == number and not begun:
                    begun = True
                    worker.cancel(number)
            time.sleep(0.002)

    yield from read_twice(count, cycle)
    worker.close()
    end_all()


def drafts(folder: Path, count: int) -> Iterator[Reading]:
    """Drafts, which are samples without the part that takes seconds, of one engine that stays loaded."""
    import torch

    from microdesigner.engine import Engine

    torch.set_num_threads(1)
    engine = Engine.load(str(save_tiny_bundle(folder / "tiny")), "cpu")
    yield from read_twice(
        count, lambda seed: engine.draft(Request({"vol_frac_D": 0.4}, model="tiny", seed=seed, size=SIZE))
    )


def result_rows(folder: Path, count: int) -> Iterator[Reading]:
    """`generate --count` with the stand-in's engine: whole volumes and their rows, written as they come."""
    from microdesigner.cli.main import main
    from microdesigner.core.card import ModelCard
    from microdesigner.engine import Engine

    stand_in.write_card(folder / "model", shape=(16, 16, 8))
    out = folder / "out"
    readings: list[Reading] = []
    first = max(1, count // 10)
    started = time.process_time()

    class Watched(stand_in.StandInEngine):
        """Reads what is written so far."""

        def generate(self, request: Request, **_: object):  # type: ignore[no-untyped-def]
            nonlocal started
            for index, event in enumerate(_samples(request)):
                yield event
                if index + 1 in (first, count):
                    rows = json.loads((out / "result.json").read_text(encoding="utf-8"))["samples"]
                    assert 0 < len(rows) <= index + 1, "no rows while the command runs"
                    pieces = first if index + 1 == first else count - first
                    readings.append(Reading.now(index + 1, (time.process_time() - started) / max(pieces, 1)))
                    started = time.process_time()
            yield stand_in.Finished(stand_in.Result(request, self.identity, "cpu", {}, ()))

    watched = Watched()
    watched.card = ModelCard.read(folder / "model" / "model.json")  # type: ignore[attr-defined]
    watched.identity, watched.device_note = {"name": "stand-in", "sha256": "0" * 64}, None  # type: ignore[attr-defined]
    watched.device = type("Device", (), {"type": "cpu"})()  # type: ignore[assignment]
    Engine.load = staticmethod(lambda *_: watched)  # type: ignore[assignment, method-assign]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = main(["generate", "--model", str(folder / "model"), "--count", str(count), "--out", str(out)])
    assert code == 0
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert document["complete"]
    assert len(document["samples"]) == count == len(list(out.glob("sample-*.vti")))
    yield from readings


def _samples(request: Request):  # type: ignore[no-untyped-def]
    """Small films one after the other; stand-ins that take no time."""
    for index in range(request.count):
        yield stand_in.SampleDone(index, stand_in.sample((16, 16, 8), request, request.seed + index))
