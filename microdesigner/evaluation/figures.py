"""The figures of a report, after those of the paper."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import gaussian_kde

from microdesigner.core.card import ModelCard
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.microstructure import PhaseArray
from microdesigner.evaluation.metrics import agreement
from microdesigner.evaluation.single_target import SingleTarget

PANEL_INCHES = 3.0
PHASE_COLOURS = "cividis"
DENSITY_POINTS = 64
Pairs = Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


def accuracy_figure(pairs: Pairs) -> Figure:
    """Measured values over targets, a panel per condition (the paper's Figs. 3, 5 and 16)."""
    figure = Figure((PANEL_INCHES * len(pairs), PANEL_INCHES * 1.1), layout="constrained")
    for axes, (name, (target, measured)) in zip(_row(figure, len(pairs)), pairs.items(), strict=True):
        figures = agreement(target, measured)
        axes.plot(target, measured, ".", markersize=3, alpha=0.5)
        ends = [float(np.nanmin(target)), float(np.nanmax(target))]
        axes.plot(ends, ends, "k-", linewidth=0.8)
        axes.set_title(
            f"{spec_of(name).symbol}: r² = {figures.squared_pearson:.3f}, MAE = {figures.mae:.3f}", fontsize=9
        )
        axes.set_xlabel("target")
        axes.set_ylabel("measured")
    return figure


def conditions_figure(card: ModelCard) -> Figure:
    """Pairwise distribution of the training conditions (the paper's Fig. 15)."""
    support = card.support
    names = [condition.name for condition in card.conditions]
    points = np.zeros((0, len(names))) if support is None else support.points
    count = len(names)
    figure = Figure((PANEL_INCHES * 0.8 * count,) * 2, layout="constrained")
    grid: Any = figure.subplots(count, count, squeeze=False)
    for row, column in np.ndindex(count, count):
        axes = grid[row, column]
        if row == column:
            axes.hist(points[:, row], 24)
        else:
            axes.plot(points[:, column], points[:, row], ".", markersize=2)
        axes.tick_params(labelsize=6)
        if row == count - 1:
            axes.set_xlabel(spec_of(names[column]).symbol)
        if column == 0:
            axes.set_ylabel(spec_of(names[row]).symbol)
    return figure


def single_target_figure(films: SingleTarget) -> Figure:
    """Spread of each condition about the one target, and the density of the recipes over each pair of parameters (the
    paper's Figs. 4 and 6)."""
    pairs = list(combinations(films.process, 2))
    figure = Figure((PANEL_INCHES * (len(films.target) + len(pairs)), PANEL_INCHES), layout="constrained")
    panels = _row(figure, len(films.target) + len(pairs))
    for axes, (name, target) in zip(panels, films.target.items(), strict=False):
        values = films.measured[name][np.isfinite(films.measured[name])]
        axes.hist(values, 16, density=True, alpha=0.5)
        _draw_density(axes, values)
        axes.axvline(target, color="k", linewidth=0.8)
        axes.set_title(f"{spec_of(name).symbol}: target {target:.3f}, std {values.std():.4f}", fontsize=9)
    for axes, (one, other) in zip(panels[len(films.target) :], pairs, strict=True):
        _draw_cloud(axes, films.process[one], films.process[other])
        axes.set_xlabel(spec_of(one).symbol)
        axes.set_ylabel(spec_of(other).symbol)
    return figure


def _draw_density(axes: Any, values: NDArray[np.float64]) -> None:
    """Kernel density estimate of `values` (n,)."""
    if np.ptp(values) > 0:
        at = np.linspace(values.min(), values.max(), DENSITY_POINTS)
        axes.plot(at, gaussian_kde(values)(at))


def _draw_cloud(axes: Any, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Filled contours of the density of points (n,), (n,)."""
    ends = [np.quantile(values, (0.005, 0.995)) for values in (x, y)]
    grid = np.meshgrid(*(np.linspace(low, high, DENSITY_POINTS) for low, high in ends))
    density = gaussian_kde(np.stack([x, y]))(np.stack([side.ravel() for side in grid]))
    axes.contourf(*grid, density.reshape(grid[0].shape), levels=8, cmap="Blues")


def slices_figure(volumes: Sequence[PhaseArray], titles: Sequence[str]) -> Figure:
    """Each volume in its middle layer, and below it cut along the film's normal (the paper's Figs. 1, 2, 13 and 14)."""
    figure = Figure((PANEL_INCHES * len(volumes), PANEL_INCHES * 1.6), layout="constrained")
    grid = figure.subplots(2, len(volumes), squeeze=False)
    for column, (volume, title) in enumerate(zip(volumes, titles, strict=True)):
        _, y, z = (edge // 2 for edge in volume.shape)
        for axes, cut in zip(grid[:, column], (volume[:, :, z], volume[:, y, :]), strict=True):
            axes.imshow(cut.T, origin="lower", cmap=PHASE_COLOURS, vmin=0, vmax=2, interpolation="nearest")
            axes.set_axis_off()
        grid[0, column].set_title(title, fontsize=9)
    return figure


def losses_figure(card: ModelCard) -> Figure | None:
    """Training and held-out loss of each stage over its steps (the paper's Fig. 12); None where the card has none."""
    stages = card.training.losses
    if not stages:
        return None
    figure = Figure((PANEL_INCHES * 1.3 * len(stages), PANEL_INCHES), layout="constrained")
    for axes, (stage, curves) in zip(_row(figure, len(stages)), stages.items(), strict=True):
        for curve, style, label in ((curves.loss, "-", "training"), (curves.val_loss, ".-", "held out")):
            points = np.array(curve, dtype=np.float64).reshape(-1, 2)
            axes.plot(points[:, 0], points[:, 1], style, label=label)
        axes.set_title(stage)
        axes.set_xlabel("step")
        axes.set_ylabel("loss")
        axes.legend(fontsize=7)
    return figure


def batches_figure(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Seconds per sample over the batch size (the paper's Fig. 7)."""
    figure = Figure((PANEL_INCHES * 1.6, PANEL_INCHES), layout="constrained")
    axes = figure.subplots()
    for stage in ("denoise", "decode"):
        chosen = [row for row in rows if row["name"].endswith(stage)]
        sizes = [int(row["name"].split(",")[0].removeprefix("batch ")) for row in chosen]
        axes.loglog(sizes, [row["seconds"] for row in chosen], "o-", label=stage)
    axes.set_xlabel("batch")
    axes.set_ylabel("seconds per sample")
    axes.legend()
    return figure


def _row(figure: Figure, count: int) -> list[Any]:
    return list(figure.subplots(1, count, squeeze=False)[0])
