"""What films will measure, learned from those made: Gaussian processes over targets and latents (BoTorch).

A film's value is a smooth function of its targets plus a linear one of its latent, in which films with the same targets
differ: k(i, j) = Matérn(targets) + v ⟨latent i, latent j⟩. A film made anew has a latent of its own, orthogonal to all
others, so its value scatters with the variance v; a variation shares most of the film that it varies, and of what
made that one good. M. Balandat et al., NeurIPS 2020; S. Ament et al., NeurIPS 2023 (the acquisition).
"""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.design.goals import Goal
from microdesigner.design.trials import Trial

if TYPE_CHECKING:
    from torch import Tensor

Table = NDArray[np.float64]
EXACT = 1e-4
"""Variance of what is measured, over that among films: a film is counted, so its values are known; this keeps the
covariance of films that are nearly one invertible."""
SAMPLES = 128
"""Draws of the posterior over which an acquisition is averaged."""


def latent_coordinates(latents: Sequence[Table]) -> Table:
    """Coordinates (n, n) whose scalar products are those of the latents, less their mean, in units of their length.

    Only scalar products matter to a linear kernel, so n numbers stand for the thousands of a latent.
    """
    flat = np.stack([np.asarray(latent, np.float64).ravel() for latent in latents])
    flat -= flat.mean(axis=0)
    length = np.sqrt(np.maximum((flat**2).sum(axis=1).mean(), 1e-12))
    values, vectors = np.linalg.eigh(flat @ flat.T / length**2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))


def expected_improvement(
    films: Table, trials: Sequence[Trial], goals: Sequence[Goal], candidates: Table, targets: int, seed: int
) -> Table:
    """How much each candidate is expected to improve the front (candidates,), as a logarithm.

    Parameters
    ----------
    films, candidates
        (films, features) and (candidates, features): scaled targets first, then coordinates of latents.
    trials
        The films made.
    goals
        Objectives and bounds.
    targets
        How many of the features are targets.
    seed
        Seed of the posterior's draws.

    Raises
    ------
    ModelFittingError
        Of BoTorch, where no process fits what was measured.
    """
    import torch

    names = list(dict.fromkeys(goal.name for goal in goals))
    outcomes = torch.from_numpy(np.stack([_outcome(trials, goals, name) for name in names], axis=1))
    known = torch.from_numpy(films)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]), torch.no_grad():
        warnings.simplefilter("ignore")  # of what the libraries mend themselves
        torch.manual_seed(seed)  # for fits that are begun anew and baselines that are thinned
        with torch.enable_grad():
            model = _model(known, outcomes, targets)
        acquisition = _acquisition(model, known, outcomes, names, goals, seed)
        scores: Table = acquisition(torch.from_numpy(candidates)[:, None]).numpy()  # (candidates, 1, features)
    return scores


def _outcome(trials: Sequence[Trial], goals: Sequence[Goal], name: str) -> Table:
    """The quantity `name` of each trial (n,). One that does not exist counts as one spread worse than the worst."""
    values = np.array([np.nan if (value := trial.values[name]) is None else value for trial in trials])
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values))
    sign = next(goal.sign for goal in goals if goal.name == name)
    worst = sign * ((sign * known).min() - known.std())
    return np.where(np.isnan(values), worst, values)


def _model(films: "Tensor", outcomes: "Tensor", targets: int) -> Any:
    """A process for each outcome, its parameters fitted to films (n, features) and outcomes (n, outcomes)."""
    import torch
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import ModelListGP, SingleTaskGP
    from botorch.models.transforms import Standardize
    from gpytorch.kernels import LinearKernel, MaternKernel, ScaleKernel
    from gpytorch.mlls import SumMarginalLogLikelihood
    from gpytorch.priors import GammaPrior

    def process(column: "Tensor") -> SingleTaskGP:
        latents = range(targets, films.shape[1])
        smooth = MaternKernel(
            nu=2.5, ard_num_dims=targets, active_dims=tuple(range(targets)), lengthscale_prior=GammaPrior(3.0, 3.0)
        )
        own = LinearKernel(active_dims=tuple(latents), variance_prior=GammaPrior(1.5, 5.0))
        noise = torch.full_like(column, EXACT * max(float(column.var()), 1e-12))
        kernel = ScaleKernel(smooth, outputscale_prior=GammaPrior(2.0, 1.0)) + own
        return SingleTaskGP(films, column, noise, covar_module=kernel, outcome_transform=Standardize(1))

    model = ModelListGP(*(process(column[:, None]) for column in outcomes.T))
    fit_gpytorch_mll(SumMarginalLogLikelihood(model.likelihood, model))
    return model


def _acquisition(
    model: Any, films: "Tensor", outcomes: "Tensor", names: list[str], goals: Sequence[Goal], seed: int
) -> Any:
    """Expected improvement of the best value, or of the volume that the front dominates, where the bounds are met."""
    import torch
    from botorch.acquisition.logei import qLogNoisyExpectedImprovement
    from botorch.acquisition.multi_objective import logei
    from botorch.acquisition.multi_objective.objective import WeightedMCMultiOutputObjective
    from botorch.acquisition.objective import LinearMCObjective
    from botorch.sampling import SobolQMCNormalSampler
    from botorch.utils.multi_objective.hypervolume import infer_reference_point

    sampler = SobolQMCNormalSampler(torch.Size([SAMPLES]), seed=seed)
    limits = [_missing(names.index(goal.name), goal) for goal in goals if goal.bound is not None] or None
    objectives = [goal for goal in goals if goal.is_objective]
    columns = [names.index(goal.name) for goal in objectives]
    signs = torch.tensor([goal.sign for goal in objectives], dtype=films.dtype)
    if len(objectives) == 1:
        weights = torch.zeros(len(names), dtype=films.dtype)
        weights[columns[0]] = signs[0]
        best = LinearMCObjective(weights)
        return qLogNoisyExpectedImprovement(
            model, films, sampler, best, constraints=limits, prune_baseline=False, cache_root=False
        )
    weighted = WeightedMCMultiOutputObjective(signs, columns)
    floor = infer_reference_point(outcomes[:, columns] * signs)
    logei._load_attempted = True  # else BoTorch compiles a kernel, for a minute, where the user has a compiler
    return logei.qLogNoisyExpectedHypervolumeImprovement(
        model, floor, films, sampler, weighted, limits, prune_baseline=True, cache_root=False
    )


def _missing(column: int, goal: Goal) -> Any:
    """A function of outcomes (..., outcomes) that is at most 0 where they meet the bound."""
    return lambda values: goal.sign * ((goal.bound or 0.0) - values[..., column])
