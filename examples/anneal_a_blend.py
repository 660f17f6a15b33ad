"""A blend annealed by the Cahn-Hilliard equation, and how its domains coarsen. Cells start at `# %%`."""

# %% Snapshots of one series; times are told by the logarithm of how often the instability has grown e-fold
from microdesigner import describe, simulate
from microdesigner.physics import Recipe

recipe = Recipe(phi=0.5, chi=3.6, size=(32, 32, 16))
times = [recipe.time_of(decade) for decade in (3.0, 4.0, 5.0)]

# %% Domain size against time: it grows with about the cube root
for snapshot in simulate(recipe, times):
    film = snapshot.microstructure(phases=2)
    print(f"{snapshot.time:.3g}", describe(film, "full").values["domain_size_D"])
