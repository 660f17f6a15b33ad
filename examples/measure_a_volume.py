"""Volumes of one's own, from NumPy: fractions, chords, domain size and diffusivity. Cells start at `# %%`."""

# %% A volume of two phases: labels [x, y, z], voxel edges in nm
import numpy as np
from scipy.ndimage import gaussian_filter

from microdesigner import Microstructure, describe

field = gaussian_filter(np.random.default_rng(1).normal(size=(48, 48, 32)), 3, mode="wrap")
film = Microstructure(np.uint8(field > 0), voxel_nm=(2.0, 2.0, 2.0), phase_names=("donor", "acceptor"))

# %% Everything there is to measure; a value that does not exist is None, and the reason is beside it
report = describe(film, "full")
for name, value in report.values.items():
    print(name, value)

# %% How the mean chord grows with the domains
for width in (2, 3, 4):
    field = gaussian_filter(np.random.default_rng(1).normal(size=(48, 48, 32)), width, mode="wrap")
    coarser = Microstructure(np.uint8(field > 0), voxel_nm=(2.0, 2.0, 2.0), phase_names=("donor", "acceptor"))
    print(width, describe(coarser, "full").values["mean_chord_x_D"])
