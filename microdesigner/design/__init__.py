"""Design by objective: films that are best by what they do, found with few films made.

A study asks for the most or least of some quantities under bounds on others. A surrogate model of what films measure,
over their targets and latents, says which film to make next (Bayesian optimisation); it is made, measured and kept.
"""

from microdesigner.design.goals import Goal, parse_goals
from microdesigner.design.search import DesignEvent, Search, TrialDone
from microdesigner.design.trials import Trial, front, gain, nearest

__all__ = ["DesignEvent", "Goal", "Search", "Trial", "TrialDone", "front", "gain", "nearest", "parse_goals"]
