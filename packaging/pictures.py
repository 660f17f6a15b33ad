"""Makes the pictures of the README and the result that a first start shows, from the shipped model and the real window.

Run by `make pictures`; needs a screen or Xvfb.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from PySide6.QtWidgets import QApplication

from microdesigner.app.settings import Settings
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.engine import Engine
from microdesigner.evaluation.verification import verify_sample
from microdesigner.gui.application import make_application, open_window
from microdesigner.gui.main_window import MainWindow
from microdesigner.io import write
from microdesigner.view3d.pictures import picture

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
FIRST_RESULT = RESOURCES / "first-result.vti"
PICTURES = RESOURCES / "pictures"
TARGETS = {"vol_frac_D": 0.42, "vol_frac_M": 0.14, "tortuosity_D": 0.40, "tortuosity_A": 0.40}
REQUEST = Request(TARGETS, seed=10, match="fractions")
DECIMALS = 4
PATIENCE_SECONDS = 120


def main() -> None:
    """Generate, simulate the recipe, photograph both and the window."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["MICRODESIGNER_HOME"] = name  # nobody's own session, models and history in the pictures
        sample = generated_film()
        write(with_draws(sample), FIRST_RESULT)
        sides = [sample.microstructure, simulated_twin(sample)]
        for index, side in enumerate(sides):
            picture(side, folder / f"{index}.png", (1000, 760))
        iio.imwrite(PICTURES / "generated-and-simulated.png", beside([iio.imread(folder / f"{i}.png") for i in (0, 1)]))
    photograph_window(PICTURES / "window.png")


def generated_film() -> Sample:
    """The film that the shipped model makes for the targets."""
    *_, last = Engine.load(REQUEST.model).generate(REQUEST)
    return last.result.samples[0]


def with_draws(sample: Sample) -> Microstructure:
    """The film with the draws of its recipe too, which exported files go without: a first start plots them."""
    entry = sample.microstructure.provenance["sample"]
    draws = {name: [round(value, DECIMALS) for value in values] for name, values in sample.draws.items()}
    return sample.microstructure.with_provenance(sample={**entry, "draws": draws})


def simulated_twin(sample: Sample) -> Microstructure:
    """What annealing at the medians of the predicted recipe gives, with the same mixed fraction."""
    *_, verification = verify_sample(REQUEST, sample)
    if verification.volume is None:
        raise SystemExit(verification.reason)
    return verification.volume


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
