"""A film with given fractions and straight paths, its picture and its recipe. Cells start at `# %%`."""

# %% What the film should have
from pathlib import Path

from microdesigner import Engine, Request
from microdesigner.io import write
from microdesigner.view3d.pictures import picture

request = Request(
    targets={"vol_frac_D": 0.42, "vol_frac_M": 0.14, "tortuosity_D": 0.4}, seed=3, match="fractions", steps=8
)

# %% Generate; every event tells how far it is
engine = Engine.load("ch-3phase")
*_, finished = engine.generate(request)
sample = finished.result.samples[0]

# %% What it measures beside what was asked
for name, target in request.targets.items():
    print(f"{name}: asked {target:.3f}, measured {sample.measured[name]:.3f}")

# %% Keep it
folder = Path("output")
write(sample.microstructure, folder / "film.vti")
picture(sample.microstructure, folder / "film.png", (700, 500))
print(sample.recipe)
