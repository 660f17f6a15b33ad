"""Makes the pictures of the README and the result that a first start shows, from the shipped model and the real window.

Run by `make pictures`; needs a screen or Xvfb.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from PySide6.QtWidgets import QApplication

from microdesigner.app.settings import Settings
from microdesigner.cli.main import main as microdesigner
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.application import make_application, open_window
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import read
from microdesigner.physics.phases import half_width_of_fraction, three_phases
from microdesigner.physics.simulate import Recipe, simulate
from microdesigner.view3d.pictures import picture

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
FIRST_RESULT = RESOURCES / "first-result.vti"
PICTURES = RESOURCES / "pictures"
TARGETS = ("vol_frac_D=0.42", "vol_frac_M=0.14", "tortuosity_D=0.40", "tortuosity_A=0.40")
PATIENCE_SECONDS = 120


def main() -> None:
    """Generate, simulate the recipe, photograph both and the window."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if microdesigner(["generate", "--target", *TARGETS, "--match", "fractions", "--seed", "10", "--out", name]):
            raise SystemExit("The shipped model could not generate.")
        shutil.copyfile(folder / "sample-0000.vti", FIRST_RESULT)
        entry = json.loads((folder / "result.json").read_text(encoding="utf-8"))["samples"][0]
        generated = read(FIRST_RESULT)
        sides = [generated, simulated_twin(generated, entry)]
        for index, side in enumerate(sides):
            picture(side, folder / f"{index}.png", (1000, 760))
        iio.imwrite(PICTURES / "generated-and-simulated.png", beside([iio.imread(folder / f"{i}.png") for i in (0, 1)]))
    photograph_window(PICTURES / "window.png")


def simulated_twin(generated: Microstructure, entry: dict) -> Microstructure:
    """What annealing at the medians of the predicted recipe gives, with the same mixed fraction."""
    medians = {name: value["q50"] for name, value in entry["process"].items()}
    recipe = Recipe(medians["phi"], medians["chi"], seed=1, size=generated.shape, lateral=generated.lateral)
    (snapshot,) = simulate(recipe, [10 ** medians["log_time"]])
    labels = three_phases(snapshot.field, half_width_of_fraction(snapshot.field, entry["measured"]["vol_frac_M"]))
    return Microstructure(labels, generated.voxel_nm, generated.lateral)


def beside(pictures: list[np.ndarray]) -> np.ndarray:
    """Pictures of one height in a row with a white gap."""
    gap = np.full((pictures[0].shape[0], 24, pictures[0].shape[2]), 255, np.uint8)
    return np.concatenate([pictures[0], gap, pictures[1]], axis=1)


def photograph_window(path: Path) -> None:
    """The real window with the first result, as a user sees it."""
    app = make_application([])
    window = open_window(app, settings=Settings())
    wait(app, lambda: "ready" in window.device.text())
    window.files.open(FIRST_RESULT)
    wait(app, lambda: window.sample is not None and drawn(window))
    window.grab().save(str(path))
    window.close()


def drawn(window: MainWindow) -> bool:
    """Whether the volume shown has reached the screen for good."""
    pixels = window.views.view.pixels()
    return pixels is not None and pixels[..., :3].std() > 10


def wait(app: QApplication, condition: Callable[[], bool]) -> None:
    """Let the window live until `condition` holds and for a second more."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        app.processEvents()
        if time.monotonic() > end:
            raise SystemExit("The window did not get that far.")
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        app.processEvents()


if __name__ == "__main__":
    main()
