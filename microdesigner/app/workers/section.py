"""What a picture of a section tells of its film. It runs in a worker process."""

from collections.abc import Iterator
from pathlib import Path

from microdesigner.core.estimate import Estimate
from microdesigner.core.microstructure import Microstructure


def estimate(picture: Microstructure, path: Path) -> Iterator[dict[str, Estimate]]:
    """`section_estimates` of a picture that was read from `path`; raises InputError as that does."""
    from microdesigner.descriptors.stereology import section_estimates
    from microdesigner.io.slices import upright

    yield section_estimates(upright(picture, path))
