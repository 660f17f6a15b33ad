"""The folder of a run, as `generate` and `design` write it, to be shared as a whole."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from microdesigner.app.export_files import COMPANIONS
from microdesigner.core.claims import is_claimed
from microdesigner.core.documents import parse_document, read_limited
from microdesigner.core.errors import InputError
from microdesigner.core.request import Request
from microdesigner.core.result import JOURNAL_FILE, LARGEST_RESULT_BYTES, RESULT_FILE, read_result
from microdesigner.sharing.material import (
    REQUEST_FILE,
    Document,
    Material,
    ModelName,
    SharedFilm,
    told_by,
)
from microdesigner.sharing.places import with_model_named, without_places

BESIDE = ("front.csv", "sweep.csv", "study.json", "constants.json")
"""Other documents of a run, which are shared less places."""
_REMEDY = "name a folder that generate or design has written"


class _Run(Struct, frozen=True):
    request: Document
    model: ModelName
    samples: list[Document]
    software: dict[str, str] = {}


def of_run(folder: Path) -> Material:
    """All films of a run; raises InputError where there is none, one is missing, or the run is under way."""
    path = folder / RESULT_FILE
    if not path.exists():
        raise InputError(
            f"{folder} has no {RESULT_FILE}; name a film, or a folder that generate or design has written."
        )
    if is_claimed(path):
        raise InputError(f"Another command writes {folder} now; wait for it or stop it first.")
    read_result(path)
    content = read_limited(path, "a result", _REMEDY, LARGEST_RESULT_BYTES)
    run = parse_document(content, _Run, str(path), "a result", _REMEDY)
    named = with_model_named(Request.from_json(run.request).to_json(), run.model.name)
    asked_once = not any("targets" in entry for entry in run.samples)
    journal = dict(_journal(folder, run.model.name))
    documents: dict[str, Document | str] = {
        RESULT_FILE: {
            **without_places(parse_document(content, dict, str(path), "a result", _REMEDY)),
            "request": named,
        },
        **({REQUEST_FILE: named} if asked_once else {}),
        **{name: without_places(_text(folder / name)) for name in BESIDE if (folder / name).is_file()},
        **journal,
    }
    return Material(
        folder.resolve().name, tuple(_films(folder, run)), documents, run.model, run.request.get("model", ""),
        run.software, asked_once=asked_once, has_places=named["model"] != run.request.get("model"),
        words=_purpose(journal.get(JOURNAL_FILE, "")),
    )  # fmt: skip


def _films(folder: Path, run: _Run) -> Iterator[SharedFilm]:
    heads = _heads(folder)
    files = [entry["file"] for entry in run.samples]
    for entry, file in zip(run.samples, files, strict=True):
        if not (folder / file).exists():
            raise InputError(f"{folder / file} is missing; make it again by the command that made this run.")
        own = _own_request(folder / file, entry, run.request)
        request = with_model_named(own, run.model.name) if own else None
        varied = entry.get("design", {}).get("varied")
        parent = files[varied] if varied is not None and varied < len(files) else ""
        yield SharedFilm(file, without_places(entry), request, parent, tuple(heads[file.partition(".")[0]]))


def _own_request(path: Path, entry: Document, request: Document) -> Document | None:
    """What makes one film: the request of the run, less its count, or of films with targets of their own what they
    themselves tell; None where the format keeps nothing and the film had more of its own than targets."""
    alone = {"count": 1, "seed": entry["seed"]}
    if "targets" not in entry:
        return {**request, **alone}
    from microdesigner.io import read

    told = told_by(read(path), str(path)).request
    if told is not None:
        return {**told, **alone}
    is_known = "blend" not in entry and "varied" not in entry.get("design", {})
    return {**request, "targets": entry["targets"], **alone} if is_known else None


def _heads(folder: Path) -> Mapping[str, list[Path]]:
    """The files of each film by its name, less what formats write beside their own."""
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    beside = {
        f"{name.removesuffix(suffix)}{companion}"
        for name in names for suffix, companions in COMPANIONS.items() if name.endswith(suffix)
        for companion in companions
    }  # fmt: skip
    found: dict[str, list[Path]] = {}
    for name in sorted(names - beside):
        found.setdefault(name.partition(".")[0].removesuffix("-overview"), []).append(folder / name)
    return found


def _journal(folder: Path, model: str) -> Iterator[tuple[str, str]]:
    """The run's journal without places, where there is one; half a line, which a kill leaves, is left out."""
    if (folder / JOURNAL_FILE).is_file():
        lines = [
            json.loads(line) for line in _text(folder / JOURNAL_FILE).splitlines(keepends=True) if line[-1] == "\n"
        ]
        for line in lines:
            if "films" in line:
                line["films"]["request"] = with_model_named(line["films"]["request"], model)
        yield JOURNAL_FILE, "".join(json.dumps(without_places(line)) + "\n" for line in lines)


def _purpose(journal: str) -> str:
    """The goals of a study in words."""
    first = json.loads(journal.partition("\n")[0] or "{}")
    return "; ".join(first.get("films", {}).get("design") or [])


def _text(path: Path) -> str:
    return read_limited(path, "a document of a run", _REMEDY, LARGEST_RESULT_BYTES).decode("utf-8", "replace")
