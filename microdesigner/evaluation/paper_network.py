"""What a sample costs with the paper's networks on this machine, measured in the same run as our own."""

from collections.abc import Callable, Iterator

import torch

from microdesigner.evaluation.timing import Measurement, median_seconds
from microdesigner.models.microgen3d import microgen3d_networks
from microdesigner.models.microgen3d.denoiser import STEPS
from microdesigner.models.microgen3d.published import PUBLISHED

MODEL = "paper-ch-3phase"
REPEATS = 5


@torch.inference_mode()
def measure_paper_network(ours: float, device: torch.device) -> Iterator[Measurement]:
    """One of its 1000 denoising steps (median, untrained weights cost the same), one decoding, and so a sample, beside
    the seconds `ours` of a sample of this program's model."""
    config = PUBLISHED[MODEL].config
    autoencoder, _, denoiser = microgen3d_networks(config)
    for network in (autoencoder, denoiser):
        network.eval().to(device)
    latent = torch.randn(1, config.latent_channels, *(edge // config.factor for edge in config.shape), device=device)
    context = torch.full((1, len(config.conditions)), 0.3, device=device)
    share = torch.full((1,), 0.5, device=device)
    step = _warm(lambda: denoiser.nn_model(latent, share, context), device)
    decoding = _warm(lambda: autoencoder.decode(latent, False), device)
    whole = STEPS * step + decoding
    yield Measurement("paper", f"one of its {STEPS} steps", step, "network of 151 million parameters, batch 1")
    yield Measurement("paper", "decode", decoding, "a sample")
    yield Measurement("paper", "a sample", whole, "times ours at standard quality", whole / ours)


def _warm(work: Callable[[], object], device: torch.device) -> float:
    """Median seconds after one warm-up."""
    work()
    return median_seconds(work, REPEATS, device)
