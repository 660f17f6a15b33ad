"""Pictures of volumes as files, without a window."""

from pathlib import Path
from typing import TYPE_CHECKING

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.graphics import graphics_problem, prefer_headless

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene


def picture(microstructure: Microstructure, path: Path | str, size: tuple[int, int] = (1400, 860)) -> None:
    """Write a PNG of the linked views of `microstructure`, `size` pixels wide and high.

    Raises MicrodesignerError where the machine cannot draw.
    """
    problem = graphics_problem()
    if problem is not None:
        raise MicrodesignerError(problem)
    prefer_headless()
    from microdesigner.view3d.scene import Scene
    from microdesigner.view3d.surfaces import build_geometry

    scene = Scene(microstructure.phase_names)
    try:
        scene.show(build_geometry(microstructure))
        write_picture(scene, path, size)
    finally:
        scene.close()


def write_picture(scene: "Scene", path: Path | str, size: tuple[int, int]) -> None:
    """Write what `scene` shows as a PNG of `size` pixels."""
    save_png(scene.render(*size), path)


def save_png(pixels: NDArray[np.uint8], path: Path | str) -> None:
    """Write pixels [height, width, RGBA], the lowest row first, without their alpha; safe in any thread."""
    with atomic_path(Path(path)) as temporary:
        iio.imwrite(temporary, pixels[::-1, :, :3], extension=".png")
