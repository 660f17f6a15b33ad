"""What is to be shared: films, and what tells how they were made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from msgspec import Struct

from microdesigner.core.documents import Line, Number, convert_document
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import RESULT_FILE, SCHEMA
from microdesigner.sharing.places import with_model_named, without_places

REQUEST_FILE = "request.json"
Document = dict[str, Any]


class ModelName(Struct, frozen=True):
    """Which model made films: its name and the hash of its weights."""

    name: Line
    sha256: Line


class Provenance(Struct, frozen=True):
    """What a film's file tells of how it was made, as far as it is shared; a simulated film has a recipe and a seed."""

    request: Document | None = None
    model: ModelName | None = None
    index: int = 0
    sample: Document = {}
    program: str = ""
    software: dict[str, str] = {}
    recipe: dict[str, Number] = {}
    seed: int | None = None
    without_mixed: Document | None = None


@dataclass(frozen=True)
class SharedFilm:
    """A film of a crate.

    Attributes
    ----------
    file : str
        Its file in the crate.
    entry : dict
        Its entry of result.json.
    request : dict or None
        What makes it again, it alone; None where nothing tells that.
    varied : str
        The file of the film that it varies, in a study.
    heads : tuple of Path
        Files that hold it, without what their formats write beside them; empty where `volume` is the film.
    volume : Microstructure or None
        The film itself, where no file holds it yet.
    """

    file: str
    entry: Document
    request: Document | None = None
    varied: str = ""
    heads: tuple[Path, ...] = ()
    volume: Microstructure | None = None


@dataclass(frozen=True)
class Material:
    """All that is shared: `films`; what asked for them and describes them, in `documents` by name; which `model` made
    them, and what the request called it (`model_place`); with which `software`; the `recipe` of a simulated film.

    `asked_once` tells that one request made all films. `has_places` tells that the files of the films may say where
    things lay, and `words` is what the run was for.
    """

    title: str
    films: tuple[SharedFilm, ...]
    documents: Mapping[str, Document | str] = field(default_factory=dict)
    model: ModelName | None = None
    model_place: str = ""
    software: Mapping[str, str] = field(default_factory=dict)
    recipe: Mapping[str, float] = field(default_factory=dict)
    asked_once: bool = True
    has_places: bool = False
    words: str = ""


def request_file(film: SharedFilm) -> str:
    """Where the request of one of several films lies in a crate."""
    return f"requests/{film.file.partition('.')[0]}.json"


def told_by(volume: Microstructure, source: str) -> Provenance:
    """What a film tells; raises InputError naming the entry that is damaged."""
    return convert_document(volume.provenance, Provenance, source, "the origin of a film", "export it again")


def of_film(file: str, volume: Microstructure, heads: tuple[Path, ...] = ()) -> Material:
    """A film by its own provenance; it is called `file`."""
    told = told_by(volume, file)
    name = told.model.name if told.model else ""
    request = None
    documents: dict[str, Document | str] = {}
    entry = without_places({**told.sample, "file": file})
    if told.request is not None and told.without_mixed is None:  # else the request makes another film
        whole = Request.from_json(told.request)
        own = replace(whole, count=1, seed=entry.get("seed", whole.seed + told.index))
        request = documents[REQUEST_FILE] = with_model_named(own.to_json(), name)
    if told.sample:
        documents[RESULT_FILE] = {"schema": SCHEMA, "request": request or {"targets": {}}} | (
            {"model": {"name": name, "sha256": told.model.sha256}} if told.model else {}
        ) | {"software": told.software, "samples": [entry], "complete": True}  # fmt: skip
    program, _, version = told.program.partition(" ")
    seed = {"seed": float(told.seed)} if told.recipe and told.seed is not None else {}
    return Material(
        file.partition(".")[0],
        (SharedFilm(file, entry, request, heads=heads, volume=None if heads else volume),),
        documents, told.model,
        (told.request or {}).get("model", ""),
        told.software or ({program: version} if version else {}),
        {**told.recipe, **seed},
        has_places=cleaned(volume.provenance) != volume.provenance,
    )  # fmt: skip


def cleaned(provenance: Mapping[str, Any]) -> Document:
    """The provenance of a film without places."""
    clean: Document = without_places(provenance)
    request, model = provenance.get("request"), provenance.get("model")
    if isinstance(request, dict) and isinstance(model, dict):
        clean["request"] = with_model_named(request, model.get("name", ""))
    return clean
