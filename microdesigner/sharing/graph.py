"""The metadata of a crate (JSON-LD): films, what made them of what, and on which terms they are shared.

By RO-Crate 1.1 and, where it is told how films were made, by Process Run Crate 0.5: a `CreateAction` has the program as
its instrument, request and model as objects, films as results. A dictionary says that; the library for crates (rocrate)
would bring a web client and templates along.

Sources: https://w3id.org/ro/crate/1.1, https://w3id.org/ro/wfrun/process/0.5
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from microdesigner.app.about import LICENCE
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.paths import file_sha256
from microdesigner.core.result import JOURNAL_FILE, RESULT_FILE, recipe_value
from microdesigner.core.software import PROGRAM
from microdesigner.sharing.files import media_type
from microdesigner.sharing.material import REQUEST_FILE, Material, SharedFilm, request_file
from microdesigner.sharing.model import CARD_IN_CRATE, SharedModel
from microdesigner.sharing.terms import NO_LICENCE, Entity, Terms, licence_entity

METADATA_FILE = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"}]
SPECIFICATION, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
_PAGES = {"python": "https://www.python.org/", "torch": "https://pytorch.org/", "numpy": "https://numpy.org/"}
_PROGRAM, _MODEL = f"#{PROGRAM}", "#model"
_COMMAND = "microdesigner generate {}"
_WORDS = {
    RESULT_FILE: "What each film measures, its recipe and how it was made.",
    JOURNAL_FILE: "The journal of the run: a line for each film as it was made.",
    REQUEST_FILE: "What was asked for; 'microdesigner generate request.json' makes it again.",
    "front.csv": "The best films of the study with targets, values and recipes.",
    "sweep.csv": "Targets and measured values of each film of the sweep.",
    "study.json": "What the study was asked for.",
    "constants.json": "Material constants by which properties were computed.",
    CARD_IN_CRATE: "The card of the model: hashes of its networks, what it was trained on, how accurate it is.",
}


@dataclass(frozen=True)
class Crate:
    """What lies in `folder`: the files of each film by its name, that of the film first, and other `documents`."""

    folder: Path
    films: Mapping[str, Sequence[str]]
    documents: Sequence[str]


def metadata(crate: Crate, material: Material, terms: Terms, model: SharedModel | None) -> Entity:
    """The document of a crate."""
    data = [_film_file(crate, name, film) for film in material.films for name in crate.films[film.file]]
    data += [_document_file(crate, name) for name in crate.documents]
    actions = list(_actions(crate, material))
    values = list(_values(material))
    root: Entity = {
        "@id": "./", "@type": "Dataset", "name": material.title, "description": _description(material),
        "datePublished": date.today().isoformat(), "license": NO_LICENCE, "hasPart": _one_or_all(_references(data)),
    }  # fmt: skip
    context = [*_software(material), *_model(crate, material, model), *values, *terms.author_entities(), *actions]
    if licence := terms.license_entity():
        context.append(licence)
        root["license"] = _reference(licence)
    if terms.authors:
        root["author"] = _one_or_all(_references(terms.author_entities()))
    if measured := [value for value in values if value["@id"].startswith("#measured-")]:
        root["variableMeasured"] = _one_or_all(_references(measured))
    if actions:
        root |= {"mentions": _one_or_all(_references(actions)), "conformsTo": {"@id": PROFILE}}
        context.append({"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"})
    return {"@context": CONTEXT, "@graph": [_descriptor(), root, *data, *_unique(context)]}


def _descriptor() -> Entity:
    return {
        "@id": METADATA_FILE, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": SPECIFICATION},
    }  # fmt: skip


def _film_file(crate: Crate, name: str, film: SharedFilm) -> Entity:
    words = f"Film made from the seed {film.entry['seed']}." if "seed" in film.entry else "Film."
    if recipe := _recipe(film):
        told = ", ".join(f"{parameter} {value:.4g}" for parameter, value in recipe.items())
        words += f" Its recipe, predicted: {told}."
    return _file(crate, name, words if name == film.file else f"The same film as {film.file}, in another form.")


def _document_file(crate: Crate, name: str) -> Entity:
    return _file(crate, name, _WORDS.get(name, "What makes this one film again."))


def _file(crate: Crate, name: str, words: str) -> Entity:
    path = crate.folder / name
    if path.is_dir():
        return {"@id": f"{quote(name)}/", "@type": "Dataset", "name": name, "description": words}
    return {
        "@id": quote(name), "@type": "File", "name": name, "description": words, "encodingFormat": media_type(name),
        "contentSize": str(path.stat().st_size), "sha256": file_sha256(path),
    }  # fmt: skip


def _software(material: Material) -> Iterator[Entity]:
    """The program and what it computes with, as they were when the films were made."""
    known = material.software
    libraries = [
        {"@id": page, "@type": "SoftwareApplication", "name": name, "softwareVersion": known[name], "url": page}
        for name, page in _PAGES.items() if name in known
    ]  # fmt: skip
    program: Entity = {"@id": _PROGRAM, "@type": "SoftwareApplication", "name": PROGRAM} | _named(LICENCE)
    if PROGRAM in known:
        program["softwareVersion"] = known[PROGRAM]
    if "system" in known:
        program["operatingSystem"] = known["system"]
    if libraries:
        program["softwareRequirements"] = _one_or_all(_references(libraries))
    yield from (program, licence_entity(LICENCE), *libraries)


def _model(crate: Crate, material: Material, model: SharedModel | None) -> Iterator[Entity]:
    """The model by name and hash, its card and licence where they are known."""
    if material.model is None:
        return
    name, digest = material.model.name, material.model.sha256
    title = model.title or name if model else name
    entity: Entity = {
        "@id": _MODEL, "@type": "CreativeWork", "name": name, "sha256": digest, "identifier": f"sha256:{digest}",
        "description": f"{title}: a latent diffusion model. Its weights are not in this crate; the hash names them, "
        "together with what its card has the networks told.",
    }  # fmt: skip
    if model and model.licence:
        entity |= _named(model.licence)
        yield licence_entity(model.licence)
    if CARD_IN_CRATE in crate.documents:
        entity["subjectOf"] = {"@id": CARD_IN_CRATE}
    yield entity


def _actions(crate: Crate, material: Material) -> Iterator[Entity]:
    """What made the films, as far as it is told."""
    if material.recipe:
        objects = [f"#recipe-{name}" for name in material.recipe]
        how = "The blend of this recipe, annealed by the Cahn-Hilliard equation (microdesigner simulate)."
        yield _action(crate, "run", how, material.films, objects)
    elif material.asked_once and REQUEST_FILE in crate.documents:
        yield _action(crate, "run", _COMMAND.format(REQUEST_FILE), material.films, [REQUEST_FILE, _MODEL])
    elif not material.asked_once:
        for film in material.films:
            if film.request is not None:
                objects = [request_file(film), _MODEL, *([film.varied] if film.varied else [])]
                yield _action(crate, film.file, _COMMAND.format(request_file(film)), [film], objects)


def _action(crate: Crate, name: str, how: str, films: Sequence[SharedFilm], objects: Sequence[str]) -> Entity:
    results = [file for film in films for file in crate.films[film.file]]
    places = [f"{quote(file)}/" if (crate.folder / file).is_dir() else quote(file) for file in results]
    return {
        "@id": f"#made-{quote(name)}", "@type": "CreateAction", "name": f"Making of {name}", "description": how,
        "instrument": {"@id": _PROGRAM},
        "object": _one_or_all([{"@id": entry if entry.startswith("#") else quote(entry)} for entry in objects]),
        "result": _one_or_all([{"@id": place} for place in places]),
    }  # fmt: skip


def _values(material: Material) -> Iterator[Entity]:
    """Measured values: one of one film, their range over several; and the recipe of a simulated film."""
    for name, value in material.recipe.items():
        yield _value("recipe", name, [value])
    measured: dict[str, list[float]] = {}
    for film in material.films:
        for name, found in (film.entry.get("measured") or {}).items():
            if found is not None:
                measured.setdefault(name, []).append(found)
    for name, values in measured.items():
        yield _value("measured", name, values)


def _value(kind: str, name: str, values: Sequence[float]) -> Entity:
    spec = spec_of(name)
    entity: Entity = {"@id": f"#{kind}-{name}", "@type": "PropertyValue", "name": name, "unitText": spec.unit}
    entity |= {"description": f"{spec.title}. {spec.meaning}".strip()}
    least, most = min(values), max(values)
    return entity | ({"value": least} if len(values) == 1 else {"minValue": least, "maxValue": most})


def _description(material: Material) -> str:
    how = f" with the model {material.model.name}" if material.model else ""
    maker = PROGRAM if material.model or material.recipe else ""
    words = f"{_count(material)[0].upper()}{_count(material)[1:]} of a microstructure"
    made = f", made by {maker}{how}" if maker else ""
    purpose = f" for a study: {material.words}" if material.words else ""
    return f"{words}{made}{purpose}."


def _count(material: Material) -> str:
    return "a film" if len(material.films) == 1 else f"{len(material.films)} films"


def _recipe(film: SharedFilm) -> dict[str, float]:
    process: Mapping[str, Any] = film.entry.get("process") or {}
    return {name: recipe_value(spread) for name, spread in process.items()}


def _named(licence: str) -> Entity:
    return {"license": _reference(licence_entity(licence))}


def _reference(entity: Entity) -> Entity:
    return {"@id": entity["@id"]}


def _references(entities: Sequence[Entity]) -> list[Entity]:
    return [_reference(entity) for entity in entities]


def _one_or_all(references: list[Entity]) -> Entity | list[Entity]:
    """A list of one entity is that entity in a crate."""
    return references[0] if len(references) == 1 else references


def _unique(entities: Sequence[Entity]) -> list[Entity]:
    return list({entity["@id"]: entity for entity in entities}.values())
