"""What the answers to a file's questions look like: a layer in the colours of its phases, and where each comes from."""

import numpy as np

from microdesigner.app.volume_open import Choices
from microdesigner.app.workers.importing import Preview
from microdesigner.app.workers.opening import Survey
from microdesigner.gui.importing.edges import Edges
from microdesigner.gui.importing.phase_names import labels_of
from microdesigner.gui.importing.reading_form import CATHODES
from microdesigner.io.options import AS_THE_FILE_SAYS


def layer_preview(survey: Survey, names: dict[float, str]) -> Preview:
    """The layer of `survey` in phases, by the name of each value or band; what has no name yet is a phase of its own
    for the eye."""
    shown = {value: name or f"value {value:g}" for value, name in names.items()}
    labels = labels_of(shown.values())
    if survey.grey:
        bands = np.digitize(survey.values, survey.limits, right=True)
        of_band = np.array([labels[shown[float(band)]] for band in range(len(shown))], np.uint8)
        known = len(survey.limits) == len(shown) - 1
        phases = of_band[bands] if known else np.zeros(survey.values.shape, np.uint8)
        shares = _band_shares(survey, len(shown)) if known else []
    else:
        phases = np.zeros(survey.values.shape, np.uint8)
        for value, name in shown.items():
            phases[survey.values == value] = labels[name]
        shares = list(survey.shares)
    fractions: dict[str, float] = {}
    for name, share in zip(shown.values(), shares, strict=False):
        fractions[name] = fractions.get(name, 0.0) + float(share)
    by_label = {label: name for name, label in labels.items()}
    listed = tuple(by_label.get(label, "") for label in range(max(by_label, default=0) + 1))
    return Preview(
        survey.values.astype(np.float32), phases, fractions, survey.counts, survey.edges, survey.limits,
        tuple(labels[name] for name in shown.values()), names=listed,
    )  # fmt: skip


def voxel_source(survey: Survey, voxel: Edges) -> str:
    """Where the voxel edges come from, or what follows without them."""
    given, edges = voxel.given, voxel.values()
    if given == "none":
        return "not in the file; lengths will be in voxels unless you give them"
    if survey.unit_unknown:
        return "numbers from the file, which gives no unit"
    if given == "all" and edges is not None and edges == survey.voxel_nm:
        return "from the file"
    return "your choice" if survey.voxel_nm else "your choice; the file does not say"


def _band_shares(survey: Survey, bands: int) -> list[float]:
    """Shares of the bands in the whole volume, by the histogram's bins."""
    middles = (survey.edges[1:] + survey.edges[:-1]) / 2
    found = np.bincount(np.digitize(middles, survey.limits, right=True), survey.counts, bands)
    return [float(share) for share in found / max(1, survey.counts.sum())]


def choices_in_words(choices: Choices | None, voxel_nm: tuple[float, float, float] | None) -> str:
    """What files are read as: their own words, with the user's where there are some."""
    options = choices.options if choices else AS_THE_FILE_SAYS
    edges = options.voxel_nm or voxel_nm
    words = [f"voxels of {' × '.join(f'{edge:g}' for edge in edges)} nm"] if edges else []
    side = {face: title for title, face in CATHODES}
    words.append(f"lower face at {side[choices.cathode]}" if choices else "lower face as the file says")
    names = dict(options.names)
    if options.segmentation:
        words.append(f"{options.segmentation.bands} bands of grey ({options.segmentation.method})")
    words += [f"{value:g} is {names.get(label, label)}" for value, label in options.mapping]
    return "; ".join(words if options.mapping else [*words, "phases as the file says"])
