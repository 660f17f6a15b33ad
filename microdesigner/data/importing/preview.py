"""One layer of a volume beside its segmentation, quick enough to follow a slider."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PHASE_NAMES, PhaseArray
from microdesigner.data.importing.film import IDENTITY, limits_of, mapped, oriented
from microdesigner.data.importing.plan import ImportPlan
from microdesigner.data.importing.sources import SourceVolume, read_source
from microdesigner.io.labelling import as_phases, distinct, finished
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan
from microdesigner.io.segmentation import BANDS, banded, histogram


@dataclass(frozen=True)
class SegmentationPreview:
    """A layer [x, y] of the oriented film in grey and in phases, and what the whole volume becomes.

    `counts` (bins) and `edges` (bins + 1) are the histogram of the grey values, `limits` the thresholds between bands
    (none for labels), `fractions` the share of each phase by name, `layers` how many layers the film has.
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

    The file last read is kept, so that repeated calls read nothing. A cathode that is not known yet counts as z-.
    Raises InputError as the import would.
    """
    read = _cached_scan(source, plan.reading, source.path.stat().st_mtime_ns).values
    grey = oriented(read, plan.cathode or "z-")
    found = limits_of(source, grey, plan.segmentation)
    mapping = plan.mapping or (BANDS[plan.segmentation.bands] if plan.segmentation else None)
    if mapping is None:
        levels = finished(distinct(grey))
        mapping = as_phases(levels or (), grey.dtype) or IDENTITY
    phases = mapped(source, banded(grey, found) if plan.segmentation else grey, mapping)
    layers = grey.shape[2]
    shown = layers // 2 if layer is None else layer
    if not 0 <= shown < layers:
        raise InputError(f"{source.name} has the layers 0 to {layers - 1}; got {shown}.")
    counts, edges = histogram(grey)
    shares = np.bincount(phases.ravel(), minlength=2) / phases.size
    return SegmentationPreview(
        grey[:, :, shown].astype(np.float32),
        phases[:, :, shown],
        counts,
        edges,
        found,
        {name: float(share) for name, share in zip(PHASE_NAMES, shares, strict=False)},
        layers,
    )


@lru_cache(maxsize=1)
def _cached_scan(source: SourceVolume, reading: ImportOptions, changed: int) -> Scan:  # noqa: ARG001 - in the cache key
    return read_source(source, reading)
