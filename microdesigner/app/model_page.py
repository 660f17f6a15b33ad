"""What a model's card says, in words for people; and what a user may do with models of their own."""

import json
import shutil
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from microdesigner.app.about import LICENCE
from microdesigner.app.catalogue import InstalledModel
from microdesigner.app.training_runs import check_name
from microdesigner.core.card import CARD_FILE, ModelCard
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.parameter_notes import control_note
from microdesigner.core.paths import user_data, write_text_atomic
from microdesigner.core.quantity import lengths_words, size_words

SHIPPED_LICENCE = f"{LICENCE}, as the program it comes with"
OWN_LICENCE = "yours: the card names none"


def is_own(model: InstalledModel) -> bool:
    """Whether a model lies in the user's folder, and is theirs to rename and delete."""
    return (user_data() / "models").resolve() in model.folder.resolve().parents


def rename(model: InstalledModel, name: str) -> None:
    """Give a model of the user's another name; raises InputError where it cannot have it, OSError where it cannot be
    written."""
    check_name(name)
    _check_own(model)
    document = {**model.card.to_json(), "name": name}
    target = model.folder.with_name(name)
    model.folder.rename(target)
    write_text_atomic(target / CARD_FILE, json.dumps(document, indent=1, default=plain_number))


def delete(model: InstalledModel) -> None:
    """Remove a model of the user's for good; raises InputError where it is not theirs, OSError where that fails."""
    _check_own(model)
    shutil.rmtree(model.folder)


def page(model: InstalledModel) -> str:
    """The card as HTML: what the model makes, what it can be asked for and how well, its data, its licence."""
    card, document = model.card, model.card.to_json()
    size = size_words(card.shape)
    length = lengths_words((edge * nm for edge, nm in zip(card.shape, card.voxel_nm, strict=True)), sign=" × ")
    notes = [
        f"{spec_of(each.name).title}: {note}" for each in card.conditions if (note := control_note(card, each.name))
    ]
    licence = document.get("licence") or (OWN_LICENCE if is_own(model) else SHIPPED_LICENCE)
    rows = [
        ("Makes", f"films of {escape(', '.join(card.phase_names))}; {size} voxels, {length}, {card.lateral} sides"),
        ("Learned from", escape(_data(document.get("training")))),
        ("Networks", escape(_networks(document.get("parts")))),
        ("Licence", escape(str(licence))),
        ("Falls short", escape(str(document.get("limits") or "not told by the card"))),
        ("Folder", escape(str(model.folder))),
    ]
    about = "".join(f"<tr><td><b>{head}</b></td><td>{text}</td></tr>" for head, text in rows)
    return (
        f"<h2>{escape(card.name)}</h2><p>{escape(str(document.get('title') or ''))}</p>"
        f'<table cellspacing="0" cellpadding="4">{about}</table>'
        f"<h3>What it can be asked for</h3>{_conditions(card)}"
        + "".join(f"<p>{escape(note)}</p>" for note in notes)
        + f"<h3>The recipes that it tells</h3>{_process(card)}"
    )


def _check_own(model: InstalledModel) -> None:
    if not is_own(model):
        raise InputError(f"{model.card.name} is part of the program; only models of your own can be changed.")


def _data(training: object) -> str:
    """The training data in a few words, as far as the card tells."""
    if not isinstance(training, Mapping):
        return "not told by the card"
    told = [f"{training[key]:,} {words}" for key, words in (
        ("volumes", "films"), ("held_out_volumes", "films held out"), ("series", "series")
    ) if isinstance(training.get(key), int)]  # fmt: skip
    rebuild = training.get("rebuild")
    if isinstance(rebuild, Mapping) and isinstance(rebuild.get("command"), str):
        told.append(f"made by {rebuild['command']}")
    if isinstance(source := training.get("source"), str) and source:
        told.append(source)
    return ", ".join(told) or "not told by the card"


def _networks(parts: object) -> str:
    names = {"vae": "autoencoder", "ddpm": "denoiser", "fp": "feature predictor"}
    if not isinstance(parts, Mapping):
        return "none"
    counts = {key: part.get("parameters") for key, part in parts.items() if isinstance(part, Mapping)}
    told = [f"{title} {counts[key]:,}" for key, title in names.items() if isinstance(counts.get(key), int)]
    return (
        f"{', '.join(told)} parameters" if told else ", ".join(title for key, title in names.items() if key in counts)
    )


def _conditions(card: ModelCard) -> str:
    rows = [
        (spec_of(each.name).title, each.name, f"{each.low:.3g} to {each.high:.3g}", *_accuracy(card, each.name))
        for each in card.conditions
    ]
    return _table(("", "name", "trained range", "r² on held-out targets", "mean error"), rows)


def _accuracy(card: ModelCard, name: str) -> tuple[str, str]:
    """Of the evaluation with the most films that asked for it alone or with others; "" where none was recorded."""
    found: list[Mapping[str, Any]] = [entry.control[name] for entry in card.accuracy.values() if name in entry.control]
    best = max(found, key=lambda each: each.get("r2") or -1.0, default=None)
    if best is None:
        return "", ""
    r2, mae = best.get("r2"), best.get("mae")
    return "" if r2 is None else f"{r2:.4f}", "" if mae is None else f"{mae:.2g}"


def _process(card: ModelCard) -> str:
    rows = [(spec_of(each.name).axis_title, each.name, f"{each.low:.3g} to {each.high:.3g}") for each in card.process]
    return _table(("", "name", "trained range"), rows) if rows else "<p>None.</p>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th align="left">{cell}</th>' for cell in head)
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table cellspacing="0" cellpadding="4"><tr>{heads}</tr>{cells}</table>'
