"""Two processes that train together: alike to the last bit, different noise, one sentence when one is lost, no door."""

import os
import pickle
import signal
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from microdesigner.core.errors import InputError, MicrodesignerError
from microdesigner.training import process_group, ranks
from microdesigner.training.events import read_events
from microdesigner.training.fitting import Batches, fit_stage
from microdesigner.training.presets import StagePlan
from microdesigner.training.process_group import BatchTooLargeError, Layout, agree, from_first
from microdesigner.training.run import RunDirectory
from microdesigner.training.stage import TrainingStage
from microdesigner.training.supervisor import run_together
from microdesigner.training.validation_samples import ValidationSample

TWO = Layout(devices=2)


class Noisy(TrainingStage):
    """Learns y = 2x from noisy inputs, whose noise it keeps."""

    def __init__(self, plan: StagePlan) -> None:
        torch.manual_seed(0)
        super().__init__(nn.Linear(4, 4), plan)
        self.drawn: list[Tensor] = []
        self.rates: list[float] = []

    def loss(self, batch: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        self.drawn.append(torch.randn(4))
        self.rates.append(self.trainer.optimizers[0].param_groups[0]["lr"])
        time.sleep(0.002 * ranks.rank())  # clocks that differ
        return (self.network(batch + 0.1 * self.drawn[-1]) - 2 * batch).square().mean(), {}

    def validate(self, batch: Tensor) -> dict[str, Tensor]:
        return {"loss": (self.network(batch) - 2 * batch).square().mean() + 0.01 * ranks.rank()}


def fit(folder: Path, plan: StagePlan) -> Noisy:
    module = Noisy(plan)
    numbers = torch.randn(64, 4, generator=torch.Generator().manual_seed(ranks.rank()))
    batches = Batches(lambda batch, _: DataLoader(numbers, batch), DataLoader(numbers, 16), 20)  # type: ignore[arg-type]
    fit_stage(RunDirectory(folder), "vae", module, batches, lambda: ValidationSample({}), torch.device("cpu"))
    return module


def train_and_record(folder: Path, plan: StagePlan) -> None:
    module = fit(folder, plan)
    metrics = {name: float(value) for name, value in module.trainer.callback_metrics.items()}
    weights = module.network.state_dict()
    found = {"weights": weights, "drawn": module.drawn[:5], "rates": module.rates, "metrics": metrics}
    torch.save(found, folder / f"rank-{ranks.rank()}.pt")


def recorded(folder: Path) -> list[dict[str, Any]]:
    return [torch.load(folder / f"rank-{number}.pt", weights_only=True) for number in range(2)]


def everything(folder: Path) -> None:
    """What two processes do when all goes well, in one group: processes take seconds to start."""
    record_sockets(folder)
    receive_an_attack(folder)
    told = from_first({"path": "a", "stop": True, "step": 3, "none": None} if ranks.is_first() else None)
    (folder / f"told-{ranks.rank()}").write_text(repr(told))
    train_and_record(folder / "steps", StagePlan(40, 8, 0.05))
    train_and_record(folder / "minutes", StagePlan(1_000_000, 8, 0.05, minutes=0.01))


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a group that did `everything`."""
    folder = tmp_path_factory.mktemp("together")
    for name in ("steps", "minutes"):
        (folder / name).mkdir()
    run_together(everything, (folder,), TWO)
    return folder


@pytest.mark.parametrize("limit", ["steps", "minutes"])
def test_both_end_with_the_same_weights_and_have_drawn_other_noise(limit: str, together: Path) -> None:
    first, second = recorded(together / limit)
    assert all(torch.equal(first["weights"][name], second["weights"][name]) for name in first["weights"])
    assert first["rates"] == second["rates"]
    assert not any(torch.equal(one, other) for one, other in zip(first["drawn"], second["drawn"], strict=True))
    assert first["metrics"].get("val_loss") == second["metrics"].get("val_loss"), "each validated for itself"
    events = read_events(together / limit / "events.jsonl")
    assert [event["state"] for event in events if event["event"] == "stage"] == ["started", "finished"]


def test_sockets_are_bound_to_this_machine(together: Path) -> None:
    addresses = {ip for number in range(2) for ip in (together / f"sockets-{number}").read_text().splitlines()}
    assert addresses
    assert all(ip.startswith("127.") or ip in ("::1", "::ffff:127.0.0.1") for ip in addresses)


def test_messages_between_processes_are_plain(together: Path) -> None:
    assert (together / "refused").exists()
    assert not (together / "stolen").exists()
    assert (together / "told-0").read_text() == (together / "told-1").read_text()
    assert "'step': 3" in (together / "told-1").read_text()


def lose_the_second(folder: Path) -> None:
    if ranks.rank() == 1:
        threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    fit(folder, StagePlan(1_000_000, 8, 0.05))


def test_a_lost_process_is_told_in_one_sentence_and_ends_the_other(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(MicrodesignerError, match="One of the 2 processes that train together ended unexpectedly"):
        run_together(lose_the_second, (tmp_path,), TWO)
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [process for process in left if "resource_tracker" not in " ".join(process.cmdline())]


def stop_the_second(folder: Path) -> None:
    if ranks.rank() == 1:
        threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGSTOP)).start()
    fit(folder, StagePlan(1_000_000, 8, 0.05))


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a signal that stops a process")
def test_a_process_that_stands_still_keeps_nobody_waiting(tmp_path: Path) -> None:
    with pytest.raises(MicrodesignerError, match="or stood still"):
        run_together(stop_the_second, (tmp_path,), TWO)


def wait_to_be_interrupted(folder: Path) -> None:
    if ranks.is_first():  # only one of them hears of it
        threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    fit(folder, StagePlan(1_000_000, 8, 0.05))


def test_an_interruption_of_one_ends_all_with_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_together(wait_to_be_interrupted, (tmp_path,), TWO)
    checkpoint = RunDirectory(tmp_path).checkpoint("vae")
    assert checkpoint is not None
    step = torch.load(checkpoint, weights_only=True)["global_step"]
    resumed = fit(tmp_path, StagePlan(step + 5, 8, 0.05))
    assert len(resumed.rates) == 5, "it went on from the checkpoint"


def lack_memory(folder: Path) -> None:
    if ranks.rank() == 1:
        raise BatchTooLargeError("ddpm", 8)
    fit(folder, StagePlan(1_000_000, 8, 0.05))


def test_what_one_raises_is_raised_by_the_supervisor(tmp_path: Path) -> None:
    with pytest.raises(BatchTooLargeError) as caught:
        run_together(lack_memory, (tmp_path,), TWO)
    assert (caught.value.stage, caught.value.batch) == ("ddpm", 8)


def record_sockets(folder: Path) -> None:
    agree([1.0])
    addresses = [
        connection.laddr.ip
        for connection in psutil.Process().net_connections("inet")
        if connection.status in (psutil.CONN_LISTEN, psutil.CONN_ESTABLISHED)
    ]
    (folder / f"sockets-{ranks.rank()}").write_text("\n".join(addresses))
    ranks.wait_for_all()


class _Attack:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._path),)


def receive_an_attack(folder: Path) -> None:
    """The first sends what Lightning's own broadcast would unpickle."""
    if ranks.is_first():
        packet = torch.frombuffer(bytearray(pickle.dumps(_Attack(folder / "stolen"))), dtype=torch.uint8)
        agree([len(packet)])
        torch.distributed.broadcast(packet, 0, process_group._control)
    else:
        try:
            from_first(None)
        except ValueError:
            (folder / "refused").touch()
    ranks.wait_for_all()


def test_several_machines_need_a_meeting_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    with pytest.raises(InputError, match="MASTER_ADDR"):
        run_together(wait_to_be_interrupted, (), Layout(devices=1, nodes=2))
