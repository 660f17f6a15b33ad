"""The device is the user's choice, proven by a computation, and what stands in the way is said with its remedy."""

import pytest
import torch

from microdesigner.compute import devices, select_device
from microdesigner.core.errors import InputError


def pretend(
    monkeypatch: pytest.MonkeyPatch, *, cuda: bool = False, mps: bool = False, failure: str | None = None
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(devices, "_failure", lambda device: None if device.type == "cpu" else failure)


@pytest.mark.parametrize(
    ("present", "kind"), [({"cuda": True, "mps": True}, "cuda"), ({"mps": True}, "mps"), ({}, "cpu")]
)
def test_auto_takes_the_first_gpu_that_computes(
    present: dict[str, bool], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, **present)
    assert select_device("auto") == devices.DeviceChoice(torch.device(kind))


def test_auto_falls_back_from_a_card_that_cannot_compute_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cuda=True, failure="CUDA error: no kernel image is available for execution on the device")
    choice = select_device("auto")
    assert choice.device.type == "cpu"
    assert "no kernel image" in choice.note
    with pytest.raises(InputError, match="no kernel image"):
        select_device("cuda")


def test_a_card_that_only_exists_does_not_pass_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_kernel(*arguments: object, **options: object) -> torch.Tensor:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nmore lines")

    monkeypatch.setattr(devices.torch, "ones", no_kernel)
    assert (
        devices._failure(torch.device("cuda")) == "CUDA error: no kernel image is available for execution on the device"
    )
    assert devices._failure(torch.device("cpu")) is None


@pytest.mark.parametrize("name", ["abacus", "meta", "cpu cpu"])
def test_devices_that_do_not_exist_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=name):
        select_device(name)


@pytest.mark.parametrize(
    ("driver", "capability", "build"),
    [(13000, (9, 0), "cu130"), (13020, (7, 0), "cu126"), (12060, (9, 0), "cu126")],
)
def test_a_card_under_a_pytorch_for_cpus_is_told_with_the_command_that_serves_it(
    driver: int, capability: tuple[int, int], build: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, failure="Torch not compiled with CUDA enabled")
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(devices, "_driver_card", lambda: (driver, capability))
    version = torch.__version__.split("+")[0]
    with pytest.raises(InputError) as refused:
        select_device("cuda")
    for note in (select_device("auto").note, str(refused.value)):
        assert f'-m pip install "torch=={version}+{build}" --index-url https://download.pytorch.org/whl/{build}' in note


def test_a_pytorch_with_cuda_needs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(devices, "_driver_card", lambda: (13000, (9, 0)))
    assert devices.unused_card() == ""


class Driver:
    """The part of the NVIDIA driver's library that is asked, with `cards` cards."""

    def __init__(self, cards: int) -> None:
        self._cards = cards

    def cuInit(self, flags: int) -> int:  # noqa: N802
        return 0

    def cuDriverGetVersion(self, version: "devices.ctypes._CArgObject") -> int:  # noqa: N802
        version._obj.value = 13000  # type: ignore[attr-defined]
        return 0

    def cuDeviceGetCount(self, count: "devices.ctypes._CArgObject") -> int:  # noqa: N802
        count._obj.value = self._cards  # type: ignore[attr-defined]
        return 0

    def cuDeviceGet(self, card: object, number: int) -> int:  # noqa: N802
        return 0

    def cuDeviceGetAttribute(self, value: "devices.ctypes._CArgObject", number: int, card: object) -> int:  # noqa: N802
        value._obj.value = {75: 8, 76: 6}[number]  # type: ignore[attr-defined]
        return 0


@pytest.mark.parametrize(("cards", "found"), [(1, (13000, (8, 6))), (0, None)])
def test_the_driver_tells_of_its_card(cards: int, found: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices.ctypes, "CDLL", lambda name: Driver(cards))
    assert devices._driver_card() == found


def test_without_a_driver_there_is_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(devices.ctypes, "CDLL", absent)
    assert devices._driver_card() is None
