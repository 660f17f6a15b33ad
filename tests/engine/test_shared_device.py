"""A device that a training uses too: a film that finds no memory is refused in a sentence, and nothing is kept."""

import gc

import pytest
import torch

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.events import Finished
from microdesigner.core.request import Request
from microdesigner.engine import Engine, networks
from microdesigner.engine.networks import InferenceNetworks

REQUEST = Request({"vol_frac_D": 0.4}, steps=3, size=(32, 32, 32), refinement_strength=0)


def labels(engine: Engine) -> bytes:
    *_, last = engine.generate(REQUEST)
    assert isinstance(last, Finished)
    return last.result.samples[0].microstructure.phases.tobytes()


def tensors() -> int:
    gc.collect()
    return sum(issubclass(type(entry), torch.Tensor) for entry in gc.get_objects())


def test_a_film_without_memory_is_refused_in_a_sentence_and_the_next_one_is_served(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, held, calls = labels(tiny_engine), tensors(), 0
    velocity = InferenceNetworks.velocity

    def full_at_the_second(*arguments: torch.Tensor) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return velocity(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(InferenceNetworks, "velocity", full_at_the_second)
    with pytest.raises(
        MicrodesignerError, match=r"^A volume of 32×32×32 voxels does not fit the memory; lower its size"
    ):
        labels(tiny_engine)
    assert tensors() <= held, "what the film held is gone"
    assert labels(tiny_engine) == expected


@pytest.mark.parametrize("ending", ["finished", "cancelled"])
def test_what_a_gpu_keeps_for_further_films_is_given_back(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    released: list[torch.device] = []
    monkeypatch.setattr(networks, "release_memory", released.append)
    events = tiny_engine.generate(REQUEST)
    next(events)
    monkeypatch.setattr(tiny_engine.networks, "device", torch.device("cuda"))
    if ending == "cancelled":
        events.close()  # type: ignore[attr-defined]
    else:
        monkeypatch.setattr(InferenceNetworks, "synchronize", lambda networks: None)
        list(events)
    assert released == [torch.device("cuda")]
