"""What a sample costs with the paper's networks on this machine, measured in the same run as our own."""

import statistics
import time
from collections.abc import Callable, Iterator

import torch

from microdesigner.engine.device import choose_device
from microdesigner.evaluation.benchmark import Measurement
from microdesigner.models.microgen3d import microgen3d_networks
from microdesigner.models.microgen3d.denoiser import STEPS
from microdesigner.models.microgen3d.published import PUBLISHED

MODEL = "paper-ch-3phase"
REPEATS = 5


@torch.inference_mode()
def measure_paper_network(ours: float) -> Iterator[Measurement]:
    """One of its 1000 denoising steps (median, untrained weights cost the same), one decoding, and so a sample, beside
    the seconds `ours` of a sample of this program's model."""
    config, device = PUBLISHED[MODEL].config, choose_device()
    autoencoder, _, denoiser = microgen3d_networks(config)
    for network in (autoencoder, denoiser):
        network.eval().to(device)
    latent = torch.randn(1, config.latent_channels, *(edge // config.factor for edge in config.shape), device=device)
    context = torch.full((1, len(config.conditions)), 0.3, device=device)
    share = torch.full((1,), 0.5, device=device)
    step = _median(lambda: denoiser.nn_model(latent, share, context), device)
    decoding = _median(lambda: autoencoder.decode(latent, False), device)
    whole = STEPS * step + decoding
    yield Measurement("paper", f"one of its {STEPS} steps", step, "network of 151 million parameters, batch 1")
    yield Measurement("paper", "decode", decoding, "a sample")
    yield Measurement("paper", "a sample", whole, "times ours at standard quality", whole / ours)


def _median(work: Callable[[], torch.Tensor], device: torch.device) -> float:
    """Median seconds after one warm-up."""
    seconds = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])
