"""Makes the pictures of README and guide and the result that a first start shows, from the shipped model and window.

Run by `make pictures`; needs a screen or Xvfb.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from guide_pictures import photograph_guide
from photographer import drawn, read_picture, take, wait, write_picture

from microdesigner.app.store.settings import Settings
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.engine import Engine
from microdesigner.evaluation.verification import verify_sample
from microdesigner.gui.application import make_application, open_window
from microdesigner.io import write
from microdesigner.view3d.pictures import picture

ROOT = Path(__file__).resolve().parents[1]
RESOURCES = ROOT / "resources"
FIRST_RESULT = RESOURCES / "first-result.vti"
PICTURES = RESOURCES / "pictures"
TARGETS = {"vol_frac_D": 0.42, "vol_frac_M": 0.14, "tortuosity_D": 0.40, "tortuosity_A": 0.40}
REQUEST = Request(TARGETS, seed=17, match="fractions")  # whose film and simulated twin measure the same within 0.027
DECIMALS = 4


def main() -> None:
    """Generate, simulate the recipe, photograph both and the window."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with at_home() as folder:
        sample = generated_film()
        write(with_draws(sample), FIRST_RESULT)
        sides = [sample.microstructure, simulated_twin(sample)]
        for index, side in enumerate(sides):
            picture(side, folder / f"{index}.png", (1000, 760))
        both = beside([read_picture(folder / f"{index}.png") for index in (0, 1)])
        write_picture(PICTURES / "generated-and-simulated.png", both)
        photograph_window(PICTURES / "window.png")
        photograph_guide(PICTURES, REQUEST)


@contextmanager
def at_home() -> Iterator[Path]:
    """An empty home: nobody's own session, models and history in the pictures."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["MICRODESIGNER_HOME"] = name
        yield Path(name)


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
    window = open_window(make_application([]), settings=Settings(tour_seen=True))
    wait(lambda: "ready" in window.device.text() and drawn(window))  # with the first result
    take(window, path)
    window.close()


if __name__ == "__main__":
    main()
