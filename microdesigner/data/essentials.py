"""What a training cannot do without: sizes, phases, labels and a split that suit the networks."""

from collections.abc import Sequence

import numpy as np

from microdesigner.core.card import DENOISER_MULTIPLE
from microdesigner.core.errors import InputError
from microdesigner.core.phases import check_phase_names, straight_paths
from microdesigner.core.quantity import size_words
from microdesigner.data.check import Check
from microdesigner.data.store import SERIES, VALIDATION_EVERY, VolumeDataset

AUTOENCODER_FACTOR = 8
SIZE_MULTIPLE = DENOISER_MULTIPLE * AUTOENCODER_FACTOR
DIRECTED = ("CT_", "ABS_wf_", "connected_", "tortuosity_factor_", "effective_diffusivity_", "mean_chord_")
"""How names of quantities begin that are measured along a direction or from a face, beside straight paths."""


def essentials(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
    """What a training cannot do without."""
    found = [*_sizes(dataset), *_phases(dataset), *_labels(dataset, conditions, process), *_split(dataset)]
    return [*found, *_turns(dataset, conditions)] if dataset.description.isotropic else found


def _sizes(dataset: VolumeDataset) -> list[Check]:
    shapes = sorted(dataset.shapes)
    size = size_words(shapes[0])
    if len(shapes) > 1:
        other = size_words(shapes[-1])
        return [Check("sizes", "error", f"Volumes differ in size: {size} and {other} voxels.", "Resize all to one.")]
    if any(edge % SIZE_MULTIPLE for edge in shapes[0]):
        remedy = f"Resize to multiples of {SIZE_MULTIPLE}, such as 64×64×64."
        return [Check("sizes", "error", f"Volumes of {size} voxels cannot be learned.", remedy)]
    if shapes[0][0] != shapes[0][1]:
        remedy = "Cut or resize to equal edges along x and y."
        return [Check("sizes", "error", f"Volumes of {size} voxels cannot be turned in the film's plane.", remedy)]
    spans = (dataset.description.origin or {}).get("spans", [])
    if len(spans) > 1:
        sentence = f"Subvolumes of {' and '.join('×'.join(map(str, span)) for span in spans)} voxels became {size}."
        remedy = "Lengths in nm hold for the first film; import films of other thickness apart where they matter."
        return [Check("sizes", "warning", sentence, remedy)]
    return [Check("sizes", "good", f"All {len(dataset)} volumes have {size} voxels.")]


def _turns(dataset: VolumeDataset, conditions: Sequence[str]) -> list[Check]:
    """What keeps the volumes of a material without direction from being turned in space."""
    name, size, edges = "turns", size_words(dataset.shape), dataset.description.voxel_nm
    if len(set(dataset.shape)) > 1 or len(set(edges)) > 1:
        sentence = f"Volumes of {size} voxels with edges of {size_words(edges)} nm cannot be turned in space."
        return [Check(name, "error", sentence, "Cut or resize to cubes of cubic voxels, or import without isotropic.")]
    names = dataset.description.phase_names
    for condition in conditions:
        if straight_paths(condition, names) or condition.startswith(DIRECTED):
            sentence = f"{condition} changes when a volume is turned, but the data set says that it has no direction."
            return [Check(name, "error", sentence, "Leave it out, or import without isotropic.")]
    return [Check(name, "good", "Training turns and mirrors every volume in space: 48 of each.")]


def _phases(dataset: VolumeDataset) -> list[Check]:
    try:
        check_phase_names(dataset.description.phase_names)
    except InputError as error:
        return [Check("phase names", "error", str(error), "Import the volumes again.")]
    return []


def _labels(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
    if not conditions:
        return [Check("labels", "error", "No condition is chosen to learn.", "Choose at least one.")]
    required = [*conditions, *process]
    missing = [label for label in required if label not in dataset.table]
    unusable = [label for label in required if label not in missing and not np.isfinite(dataset.table[label]).all()]
    found = [
        Check("labels", "error", f"Not every volume has the label {label}.", "Leave it out, or import again with it.")
        for label in missing
    ]
    found += [
        Check(
            "labels", "error", f"The label {label} is no number in some volumes.", "Leave it out, or mend the source."
        )
        for label in unusable
    ]
    if found:
        return found
    if not process:
        sentence = "The volumes carry no processing parameters, so the model will predict no recipe."
        return [Check("labels", "note", sentence, "Add a table of processing parameters if there are any.")]
    return [Check("labels", "good", f"Every volume has its {len(required)} measured values.")]


def _split(dataset: VolumeDataset) -> list[Check]:
    held_out, groups = int(dataset.held_out.sum()), len(np.unique(dataset.table[SERIES]))
    if held_out in (0, len(dataset)):
        return [
            Check("split", "error", "No volumes can be kept for validation.", "Import volumes of at least two samples.")
        ]
    sentence = f"{held_out} of {len(dataset)} volumes, of other samples or places than the rest, are for validation."
    if groups < VALIDATION_EVERY:
        remedy = f"With {VALIDATION_EVERY} samples or more the validation would be more certain."
        return [Check("split", "note", f"{sentence} There are only {groups} such groups.", remedy)]
    return [Check("split", "good", sentence)]
