"""What should be known about a data set before hours are spent on training with it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from microdesigner.core.card import DENOISER_MULTIPLE
from microdesigner.core.descriptor_spec import known_spec
from microdesigner.core.documents import convert_document, plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.phases import check_phase_names, fraction_label, straight_paths
from microdesigner.core.quantity import size_words
from microdesigner.data.hdf5_text import write_text
from microdesigner.data.hdf5_writing import written
from microdesigner.data.statistics import constant_labels, correlations, redundancies
from microdesigner.data.store import CHECKS, SERIES, STATED, VALIDATION_EVERY, VolumeDataset

CHECKS_VERSION = 2
AUTOENCODER_FACTOR = 8
SIZE_MULTIPLE = DENOISER_MULTIPLE * AUTOENCODER_FACTOR
FEW_VOLUMES, FEW_INDEPENDENT = 200, 32
AGREES = 0.01
DIRECTED = ("CT_", "ABS_wf_", "connected_", "tortuosity_factor_", "effective_diffusivity_", "mean_chord_")
"""How names of quantities begin that are measured along a direction or from a face, beside straight paths."""
Severity = Literal["error", "warning", "note", "good"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Check:
    """One finding: the `name` of what was looked at, how severe, a sentence, and what helps ("" where nothing must).

    "error": training would fail or teach nothing; "warning": the model will be worse than it could be; "note": good to
    know; "good": in order.
    """

    name: str
    severity: Severity
    sentence: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.severity}:", self.sentence, self.remedy)))


def check_dataset(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
    """Sizes, labels, split, amount, empty phases, duplicates, constant and correlated labels, stated values.

    Worst first. Each subject yields one `Check` where it is in order, one or more where it is not.
    """
    found = _essentials(dataset, conditions, process)
    if not any(check.severity == "error" for check in found):
        subjects: list[Callable[[], list[Check]]] = [
            lambda: _amount(dataset),
            lambda: _empty_phases(dataset),
            lambda: _duplicates(dataset, conditions),
            lambda: _constant(dataset, conditions, process),
            lambda: _correlated(dataset, conditions),
            lambda: _stated(dataset),
        ]
        found += [check for subject in subjects for check in subject()]
    return sorted(found, key=lambda check: SEVERITIES.index(check.severity))


def require_fit(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> None:
    """Raise InputError with the first finding, if any, for which a training would fail."""
    for check in _essentials(dataset, conditions, process):
        if check.severity == "error":
            raise InputError(f"{dataset.path}: {check.sentence} {check.remedy}")


def record_checks(path: Path) -> None:
    """Check the data set file `path` for the labels that it names, and record the findings in it."""
    dataset = VolumeDataset(path)
    findings = check_dataset(dataset, dataset.description.conditions, dataset.description.process)
    dataset.close()
    with written(path, "r+") as (file, _):
        write_text(file, CHECKS, json.dumps(checks_document(findings), default=plain_number))


def checks_of(dataset: VolumeDataset) -> list[Check]:
    """The checks recorded in a data set; made now where there are none, or of another version."""
    recorded = dataset.checks
    if recorded.get("version") == CHECKS_VERSION:
        source, what = f"{dataset.path} ({CHECKS})", "the findings of a data set's checks"
        return convert_document(recorded.get("findings"), list[Check], source, what, "build it again")
    return check_dataset(dataset, dataset.description.conditions, dataset.description.process)


def checks_document(checks: Sequence[Check]) -> dict[str, Any]:
    """Checks as data sets, cards and commands hold them: {"version", "findings"}."""
    return {"version": CHECKS_VERSION, "findings": [asdict(check) for check in checks]}


def _essentials(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
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


def _amount(dataset: VolumeDataset) -> list[Check]:
    training = int((~dataset.held_out).sum())
    independent = (dataset.description.origin or {}).get("independent")
    simulated = (dataset.description.origin or {}).get("command") == "dataset build"
    source = "Simulate more series" if simulated else "Import more films, or cut smaller windows"
    more = f"{source}; expect the model to repeat what it has seen."
    if independent is not None and independent < min(FEW_INDEPENDENT, len(dataset)):
        sentence = f"The {len(dataset)} volumes overlap: side by side only {independent} fit into the films."
        return [Check("amount", "warning", sentence, more)]
    if training < FEW_VOLUMES:
        return [Check("amount", "warning", f"There are only {training} volumes to train on.", more)]
    return [Check("amount", "good", f"There are {training} volumes to train on.")]


def _empty_phases(dataset: VolumeDataset) -> list[Check]:
    table, names = dataset.table, dataset.description.phase_names
    shares = {label: table[name] for name in table if (label := fraction_label(name, names)) is not None}
    if len(shares) == len(names) - 1:
        rest = next(label for label in range(len(names)) if label not in shares)
        shares[rest] = 1 - np.sum([*shares.values()], axis=0)
    found = []
    for label, phase in enumerate(names):
        empty = int((shares[label] <= 0).sum()) if label in shares else 0
        if empty:
            severity: Severity = "error" if empty == len(dataset) else "warning"
            sentence = f"{empty} of {len(dataset)} volumes hold no {phase} phase."
            found.append(Check("phases", severity, sentence, "Check segmentation and mapping, or import without it."))
    return found or [Check("phases", "good", "Every volume holds every phase.")]


def _duplicates(dataset: VolumeDataset, conditions: Sequence[str]) -> list[Check]:
    # equal volumes measure equal, so only those that do are compared voxel by voxel
    _, number, count = np.unique(dataset.columns(conditions), axis=0, return_inverse=True, return_counts=True)
    suspects: list[int] = np.flatnonzero(count[number.reshape(-1)] > 1).tolist()
    hashes = [hashlib.sha256(dataset.phases(index).tobytes()).hexdigest() for index in suspects]
    first: dict[str, int] = {}
    copies = [(first.setdefault(digest, index), index) for digest, index in zip(hashes, suspects, strict=True)]
    pairs = [(one, other) for one, other in copies if one != other]
    if not pairs:
        return [Check("duplicates", "good", "No volume is there twice.")]
    names = " and ".join(dataset.names[index] for index in pairs[0])
    sentence = f"{len(pairs)} volumes are copies of others, such as {names}."
    if any(dataset.held_out[one] != dataset.held_out[other] for one, other in pairs):
        sentence = f"{sentence[:-1]}; some are on both sides of the split, so validation would flatter."
    return [Check("duplicates", "warning", sentence, "Remove the copies from the sources and import again.")]


def _constant(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
    constant = constant_labels(dataset, [*conditions, *process])
    if set(conditions) <= set(constant):
        sentence = "All conditions are constant over the training volumes, so there is nothing to choose."
        return [Check("constant", "error", sentence, "Choose other conditions, or import more varied volumes.")]
    return [
        Check("constant", "warning", f"{label} is constant over the training volumes.", "Leave it out.")
        for label in constant
    ] or [Check("constant", "good", "Every condition and processing parameter varies.")]


def _correlated(dataset: VolumeDataset, conditions: Sequence[str]) -> list[Check]:
    remedy = "Leave it out: a slider for it could hardly be moved alone."
    return [
        Check("correlated", "note", str(redundancy), remedy)
        for redundancy in redundancies(conditions, correlations(dataset, conditions))
    ] or [Check("correlated", "good", "No condition follows from the others.")]


def _stated(dataset: VolumeDataset) -> list[Check]:
    found = []
    for label in dataset.table:
        measured = label.removeprefix(STATED)
        if label.startswith(STATED) and known_spec(measured) is not None and measured in dataset.table:
            away = float(np.abs(dataset.table[label] - dataset.table[measured]).mean())
            if away > AGREES:
                sentence = f"The {measured} that the files state is {away:.3f} away from the measured one on average."
                remedy = "Check mapping, cathode face and lateral boundary; the measured values are learned."
                found.append(Check("stated", "warning", sentence, remedy))
    compared = any(label.startswith(STATED) for label in dataset.table)
    return found or ([Check("stated", "good", "The files state what is measured.")] if compared else [])
