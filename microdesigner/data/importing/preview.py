"""One layer of a volume beside its segmentation, quick enough to follow a slider."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.microstructure import PhaseArray
from microdesigner.data.importing.plan import ImportPlan
from microdesigner.data.importing.sources import SourceVolume


@dataclass(frozen=True)
class SegmentationPreview:
    """A layer [x, y] of the oriented film in grey and in phases, and what the whole volume becomes.

    `counts` (bins) and `edges` (bins + 1) are the histogram of the grey values, `limits` the thresholds between bands,
    `fractions` the share of each phase by name, `layers` how many layers the film has.
    """

    grey: NDArray[np.float32]
    phases: PhaseArray
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    limits: tuple[float, ...]
    fractions: dict[str, float]
    layers: int


def segmentation_preview(source: SourceVolume, plan: ImportPlan, layer: int | None = None) -> SegmentationPreview:
    """Layer `layer` (None: the middle one) of `source`, oriented, segmented and mapped as `plan` says.

    The volume last read is kept, so that repeated calls read no file. Raises InputError as the import would.
    """
    raise NotImplementedError
