"""How long and how large each stage is trained: one table to read before starting."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from msgspec import Meta

from microdesigner.core.errors import InputError

Stage = Literal["vae", "fp", "ddpm"]
STAGES: tuple[Stage, ...] = ("vae", "fp", "ddpm")
Denoisers = Literal["unet", "transformer", "paper"]
DENOISERS: tuple[Denoisers, ...] = ("unet", "transformer")
"""Those among which a user chooses; the paper's comes with its other two networks."""


_Share = Annotated[float, Meta(ge=0, le=1)]
_Width = Annotated[int, Meta(ge=1, le=1 << 12)]


@dataclass(frozen=True)
class StagePlan:
    """Optimiser steps, batch, peak learning rate; `minutes` ends the stage early with its schedule run to the end.

    `compiled` networks start minutes later and step up to 1.3 times faster. The learning rate rises over the share
    `warm_up` of the stage and falls along a cosine to the share `final` of its peak. Where `epochs` are given, `steps`
    are known only with the data set.
    """

    steps: Annotated[int, Meta(ge=0, le=10**9)]
    batch: Annotated[int, Meta(ge=1, le=1 << 16)]
    learning_rate: Annotated[float, Meta(gt=0, le=1)]
    minutes: Annotated[float, Meta(gt=0, le=1e7)] | None = None
    compiled: bool = False
    warm_up: _Share = 0.03
    final: _Share = 0.01
    epochs: Annotated[int, Meta(ge=0, le=10**6)] = 0

    def __post_init__(self) -> None:
        if not self.steps and not self.epochs:
            raise ValueError("a stage needs steps or epochs")

    def for_volumes(self, volumes: int) -> "StagePlan":
        """The same plan for so many training volumes."""
        return replace(self, steps=self.epochs * math.ceil(volumes / self.batch)) if self.epochs else self


@dataclass(frozen=True)
class Preset:
    """Plans of the three stages, channel widths of the denoiser as a U-Net, its numbers per token and blocks as a
    transformer, how many encoded variants each volume gets, how many held-out targets the finished model is measured
    on, and which denoiser it is; "paper" stands for the paper's three networks."""

    vae: StagePlan
    fp: StagePlan
    ddpm: StagePlan
    widths: tuple[_Width, _Width, _Width] = (48, 128, 192)
    transformer: tuple[_Width, _Width] = (256, 8)
    latent_variants: Annotated[int, Meta(ge=1, le=64)] = 2
    targets: Annotated[int, Meta(ge=1, le=10**6)] = 64
    denoiser: Denoisers = "unet"

    def stage(self, name: Stage) -> StagePlan:
        """Plan of the stage called `name`."""
        plan: StagePlan = getattr(self, name)
        return plan

    def with_time_limits(self, minutes: Mapping[Stage, float], compiled: bool = False) -> "Preset":
        """The same preset with time limits on some stages, and its networks compiled or not."""
        boxed = {stage: replace(self.stage(stage), minutes=minutes.get(stage), compiled=compiled) for stage in STAGES}
        return replace(self, vae=boxed["vae"], fp=boxed["fp"], ddpm=boxed["ddpm"])

    def for_volumes(self, volumes: int) -> "Preset":
        """The same preset for so many training volumes, every stage with its number of steps."""
        vae, fp, ddpm = (self.stage(stage).for_volumes(volumes) for stage in STAGES)
        return replace(self, vae=vae, fp=fp, ddpm=ddpm)

    def with_denoiser(self, name: str) -> "Preset":
        """The same preset with another denoiser; raises InputError where there is no such choice."""
        if self.denoiser == "paper":
            raise InputError("The preset paper trains the paper's own networks; leave --denoiser out.")
        chosen = next((denoiser for denoiser in DENOISERS if denoiser == name), None)
        if chosen is None:
            raise InputError(f"There is no denoiser '{name}'; choose one of {', '.join(DENOISERS)}.")
        return replace(self, denoiser=chosen)


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
    "paper": Preset(
        StagePlan(0, 32, 5e-5, warm_up=0.0, epochs=500),
        StagePlan(0, 32, 5e-5, warm_up=0.0, epochs=500),
        StagePlan(0, 32, 1e-6, warm_up=0.0, final=0.1, epochs=400),
        latent_variants=1,
        targets=256,
        denoiser="paper",
    ),
}


def preset_named(name: str) -> Preset:
    """The preset called `name`; raises InputError naming the known ones."""
    if name not in PRESETS:
        raise InputError(f"There is no preset '{name}'; choose one of {', '.join(PRESETS)}.")
    return PRESETS[name]
