"""Design by objective: films that are best by what they do, found with few films made.

A study asks for the most or least of some quantities under bounds on others. A surrogate model of what films measure,
over their targets and latents, says which film to make next (Bayesian optimisation); it is made, measured and kept.
"""
