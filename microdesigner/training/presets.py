"""How long and how large each stage is trained: one table to read before starting."""

from dataclasses import dataclass, replace
from typing import Literal

from microdesigner.core.errors import InputError

Stage = Literal["vae", "fp", "ddpm"]
STAGES: tuple[Stage, ...] = ("vae", "fp", "ddpm")
DenoiserKind = Literal["unet", "transformer"]
DENOISERS: tuple[DenoiserKind, ...] = ("unet", "transformer")


@dataclass(frozen=True)
class StagePlan:
    """Optimiser steps, batch, peak learning rate; `minutes` ends the stage early with its schedule run to the end.

    `compiled` networks start minutes later and step about 1.3 times faster.
    """

    steps: int
    batch: int
    learning_rate: float
    minutes: float | None = None
    compiled: bool = False


@dataclass(frozen=True)
class Preset:
    """Plans of the three stages, what the denoiser is, with its channel widths as a U-Net and its numbers per token and
    blocks as a transformer, how many encoded variants each volume gets, and how many held-out targets the finished
    model is measured on."""

    vae: StagePlan
    fp: StagePlan
    ddpm: StagePlan
    widths: tuple[int, int, int] = (48, 128, 192)
    transformer: tuple[int, int] = (256, 8)
    latent_variants: int = 2
    targets: int = 64
    denoiser: DenoiserKind = "unet"

    def stage(self, name: Stage) -> StagePlan:
        """Plan of the stage called `name`."""
        plan: StagePlan = getattr(self, name)
        return plan

    def limited(self, minutes: dict[Stage, float], compiled: bool = False) -> "Preset":
        """The same preset with time boxes on some stages, and its networks compiled or not."""
        boxed = {stage: replace(self.stage(stage), minutes=minutes.get(stage), compiled=compiled) for stage in STAGES}
        return replace(self, vae=boxed["vae"], fp=boxed["fp"], ddpm=boxed["ddpm"])


PRESETS: dict[str, Preset] = {
    "quick": Preset(
        StagePlan(60, 4, 2e-3), StagePlan(60, 16, 1e-3), StagePlan(100, 16, 1e-3), (16, 32, 32), (64, 2), 1, 8
    ),
    "laptop": Preset(StagePlan(4000, 8, 2e-3), StagePlan(2500, 32, 1e-3), StagePlan(12000, 8, 7e-4)),
    "gpu": Preset(
        StagePlan(12000, 16, 2e-3),
        StagePlan(6000, 64, 1e-3),
        StagePlan(40000, 128, 8e-4),
        (96, 208, 256),
        (384, 12),
        4,
        256,
    ),
    # as many batches of 32 as the paper's 500 and 400 epochs on its 21 000 volumes
    "paper": Preset(
        StagePlan(330_000, 32, 5e-4),
        StagePlan(330_000, 32, 3e-4),
        StagePlan(265_000, 32, 5e-4),
        (96, 208, 256),
        (384, 12),
        4,
        256,
    ),
}


def preset_named(name: str) -> Preset:
    """The preset called `name`; raises InputError naming the known ones."""
    if name not in PRESETS:
        raise InputError(f"There is no preset '{name}'; choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]
