"""What should be known about a data set before hours are spent on training with it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.descriptor_spec import known_spec
from microdesigner.core.documents import convert_document, plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.phases import fraction_label
from microdesigner.data.check import SEVERITIES, Check, Severity
from microdesigner.data.essentials import essentials
from microdesigner.data.hdf5_text import write_text
from microdesigner.data.hdf5_writing import written
from microdesigner.data.statistics import constant_labels, correlations, redundancies
from microdesigner.data.store import CHECKS, STATED, VolumeDataset

CHECKS_VERSION = 2
FEW_VOLUMES, FEW_INDEPENDENT = 200, 32
AGREES = 0.01


def check_dataset(dataset: VolumeDataset, conditions: Sequence[str], process: Sequence[str]) -> list[Check]:
    """Sizes, labels, split, amount, empty phases, duplicates, constant and correlated labels, stated values.

    Worst first. Each subject yields one `Check` where it is in order, one or more where it is not.
    """
    found = essentials(dataset, conditions, process)
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
    for check in essentials(dataset, conditions, process):
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
