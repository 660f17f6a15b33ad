"""What others get: films that can be made again, told by whom, of what and how, and nothing of this machine."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import numpy as np
import pytest
from rocrate.rocrate import ROCrate

from microdesigner import io
from microdesigner.cli.main import main
from microdesigner.core.card import ModelCard
from microdesigner.core.claims import claimed
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.result import read_result
from microdesigner.io.mixed_phase import without_mixed
from microdesigner.sharing import Shared, Terms, share
from microdesigner.sharing.graph import METADATA_FILE
from tests.sharing.runs import MODEL, SHAPE, USER, film

if TYPE_CHECKING:
    from microdesigner.engine import Engine

Entity = dict[str, Any]
Run = Callable[..., Path]


def entities(crate: Path) -> dict[str, Entity]:
    """Those of a folder by their places; all that they refer to is there, and all that is there is told."""
    graph = json.loads((crate / METADATA_FILE).read_text(encoding="utf-8"))["@graph"]
    found: dict[str, Entity] = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph), "each is described once"
    assert {place for entity in graph for place in references(entity)} <= found.keys() | {
        "https://w3id.org/ro/crate/1.1"
    }
    parts = {unquote(place) for place in references(found["./"]["hasPart"])}
    folders = tuple(place for place in parts if place.endswith("/"))
    names = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()} - {METADATA_FILE}
    files = {name for name in names if not name.startswith(folders)}
    assert files == parts - set(folders)
    for name in files:
        content, told = (crate / name).read_bytes(), found[quote(name)]
        assert (told["sha256"], told["contentSize"]) == (hashlib.sha256(content).hexdigest(), str(len(content)))
    return found


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [place for entry in value for place in references(entry)]
    if not isinstance(value, Mapping):
        return []
    if set(value) == {"@id"}:
        return [value["@id"]]
    return [place for entry in value.values() for place in references(entry)]


def unpacked(path: Path) -> Path:
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        file.extractall(folder)
    return folder


def test_a_crate_makes_its_film_again(tiny_engine: "Engine", tiny_folder: Path, ada: Path, tmp_path: Path) -> None:
    request = Request({"vol_frac_D": 0.35}, str(tiny_folder), count=2, seed=7, steps=1, match="fractions", size=SHAPE,
                      refinement_strength=0)  # fmt: skip
    *_, last = tiny_engine.generate(request)
    second = last.result.samples[1]
    share(second.microstructure, tmp_path / "film.zip")
    crate = unpacked(tmp_path / "film.zip")
    told = Request.read(crate / "request.json")
    assert told.model == "tiny", "not the folder that it lay in"
    *_, again = tiny_engine.generate(told)
    np.testing.assert_array_equal(again.result.samples[0].microstructure.phases, io.read(crate / "film.vti").phases)
    np.testing.assert_array_equal(io.read(crate / "film.vti").phases, second.microstructure.phases)
    (entry,) = read_result(crate / "result.json").samples
    assert (entry.seed, entry.measured) == (8, second.measured)
    graph = entities(crate)
    assert graph["#model"]["sha256"] == tiny_engine.identity["sha256"] == ModelCard.read(crate / "model.json").sha256
    assert graph["#measured-vol_frac_D"]["value"] == second.measured["vol_frac_D"]
    assert graph["#microdesigner"]["softwareVersion"] == "0.1.0"
    assert {entity["name"] for entity in graph.values() if "softwareVersion" in entity} >= {"torch", "numpy", "python"}
    assert not list(crate.rglob("*.safetensors"))


@pytest.mark.parametrize("target", ["crate.zip", "crate"])
def test_a_run_is_shared_without_a_word_of_the_machine(run_of: Run, tmp_path: Path, target: str) -> None:
    folder = run_of("vti", "tiff", "raw", "mhd", "hdf5", "npy", "zarr")
    shared = share(folder, tmp_path / target, Terms("MIT"))
    assert shared == Shared(
        tmp_path / target, 2, (f"The model {MODEL['name']} of this hash is not installed, so its card is left out.",)
    )
    crate = unpacked(tmp_path / target) if target.endswith("zip") else tmp_path / target
    films = [path for path in crate.iterdir() if path.name.startswith("sample-0001") and path.suffix != ".json"]
    assert len(films) == 7
    for path in films:
        found, made = io.read(path), io.read(folder / path.name)
        np.testing.assert_array_equal(found.phases, made.phases)
        assert found.voxel_nm == made.voxel_nm
        assert found.provenance.get("request", {}).get("model") in ({None} if path.suffix == ".npy" else {"tiny"})
        assert USER not in json.dumps(found.provenance)
    for path in crate.rglob("*"):
        assert path.is_dir() or USER.encode() not in path.read_bytes(), path
    told = Request.read(crate / "request.json")
    assert (told.count, told.model) == (2, "tiny")
    journal = json.loads((crate / "result.jsonl").read_text().partition("\n")[0])
    assert journal["films"]["request"]["model"] == "tiny"
    assert len(read_result(crate / "result.json").samples) == 2
    (action,) = (entity for entity in entities(crate).values() if entity["@type"] == "CreateAction")
    assert len(set(references(action["result"]))) == len(references(action["result"])) == 2 * 8
    assert references(action["object"]) == ["request.json", "#model"]
    assert "sample-0001.ome.zarr/" in references(action["result"])


def test_each_film_of_a_study_has_its_own_origin(study: Path, tmp_path: Path) -> None:
    share(study, tmp_path / "crate")
    graph = entities(tmp_path / "crate")
    assert "maximise vol_frac_D; chi <= 3" in graph["./"]["description"]
    assert {"front.csv", "study.json", "result.json", "result.jsonl"} <= graph.keys()
    assert "log.txt" not in graph
    for index in range(3):
        file, own = f"sample-{index:04d}.vti", f"requests/sample-{index:04d}.json"
        action = graph[f"#made-{file}"]
        assert references(action["instrument"]) == ["#microdesigner"]
        assert references(action["object"]) == [own, "#model", *(["sample-0001.vti"] if index == 2 else [])]
        assert references(action["result"]) == [file]
        request = Request.read(tmp_path / "crate" / own)
        assert (request.seed, request.count, request.targets) == (4 + index, 1, {"vol_frac_D": 0.2 + 0.1 * index})
        assert (request.given is not None) == (index == 2)
        assert "chi 2.9" in graph[file]["description"], "its recipe"
    for path in (tmp_path / "crate").rglob("*.*"):
        assert USER.encode() not in path.read_bytes()


def test_terms_and_the_models_own_licence_are_told(
    run_of: Run, tiny_folder: Path, ada: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = ModelCard.read(tiny_folder / "model.json").with_entries(
        {"license": "CC-BY-SA-4.0", "training": {"rebuild": {"train": f"train {ada}/films.h5 --minutes 5"}}}
    )
    (ada / "data" / "models" / "tiny").mkdir(parents=True)
    (ada / "data" / "models" / "tiny" / "model.json").write_text(json.dumps(card.to_json()))
    monkeypatch.setitem(MODEL, "sha256", card.sha256)
    terms = Terms("cc-by-4.0", ("Ada Lovelace 0000-0002-1825-0097", "Charles Babbage"))
    assert share(run_of(), tmp_path / "crate", terms).notes == ()
    graph = entities(tmp_path / "crate")
    rebuild = json.loads((tmp_path / "crate" / "model.json").read_text())["training"]["rebuild"]
    assert rebuild == {"train": "train films.h5 --minutes 5"}
    assert graph["./"]["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    names = [graph[place]["name"] for place in references(graph["./"]["author"])]
    assert names == ["Ada Lovelace", "Charles Babbage"]
    assert graph["#model"]["license"] == {"@id": "https://spdx.org/licenses/CC-BY-SA-4.0"}
    assert graph["#measured-vol_frac_D"]["minValue"] < graph["#measured-vol_frac_D"]["maxValue"]


@pytest.mark.parametrize(
    ("licence", "authors", "words"),
    [
        ("CC-BY", (), "SPDX"), ("MIT OR Apache-2.0", (), "SPDX"), ("", ("Ada 0000-0002-1825-0098",), "check digit"),
        ("", ("0000-0002-1825-0097",), "name"), ("", (" ",), "name"),
    ],
)  # fmt: skip
def test_terms_that_are_none_are_refused(licence: str, authors: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Terms(licence, authors)


def test_what_nobody_tells_stays_unknown(tmp_path: Path) -> None:
    film = Microstructure(np.zeros((4, 5, 6), np.uint8))
    io.write(film, tmp_path / "a film.vti")
    shared = share(tmp_path / "a film.vti", tmp_path / "crate")
    assert len(shared.notes) == 2
    graph = entities(tmp_path / "crate")
    assert not [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    assert "conformsTo" not in graph["./"]
    assert "No licence is stated" in graph["./"]["license"]
    assert references(graph["./"]["hasPart"]) == ["a%20film.vti"], "places are addresses"


def test_a_film_whose_mixed_phase_was_replaced_is_not_said_to_be_the_requests(tmp_path: Path) -> None:
    made = film(3, Request({"vol_frac_D": 0.3}, "tiny", seed=3, size=SHAPE)).microstructure
    share(without_mixed(made, 0.5), tmp_path / "crate")
    assert not (tmp_path / "crate" / "request.json").exists()


def test_a_simulated_film_has_its_recipe(tmp_path: Path) -> None:
    told = {"recipe": {"phi": 0.5, "chi": 3.0, "log_time": 2.0}, "seed": 9, "solver_steps": 40}
    share(Microstructure(np.zeros((4, 5, 6), np.uint8), provenance=told), tmp_path / "crate")
    graph = entities(tmp_path / "crate")
    (action,) = (entity for entity in graph.values() if entity["@type"] == "CreateAction")
    values = {graph[place]["name"]: graph[place]["value"] for place in references(action["object"])}
    assert values == {"phi": 0.5, "chi": 3.0, "log_time": 2.0, "seed": 9.0}


def test_nothing_is_overwritten_and_what_fails_leaves_nothing(run_of: Run, ada: Path, tmp_path: Path) -> None:
    folder = run_of()
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(InputError, match="exists"):
        share(folder, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="exists"):
        share(folder, tmp_path / "mine", replace=True)
    with claimed(folder / "result.json"), pytest.raises(InputError, match="wait for it or stop it"):
        share(folder, tmp_path / "new.zip")
    (folder / "sample-0001.vti").unlink()
    with pytest.raises(InputError, match=r"sample-0001\.vti is missing"):
        share(folder, tmp_path / "new.zip")
    with pytest.raises(InputError, match="name a film, or a folder"):
        share(ada, tmp_path / "new.zip")
    with pytest.raises(InputError, match="does not exist"):
        share(tmp_path / "nonesuch", tmp_path / "new.zip")
    assert {path.name for path in tmp_path.iterdir()} == {"there.zip", "mine", USER}


def test_the_command_says_what_is_missing(run_of: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["share", str(run_of()), str(tmp_path / "crate.zip")]) == 0
    answer = capsys.readouterr()
    assert answer.out == f"{tmp_path / 'crate.zip'}\n"
    assert "No licence is stated" in answer.err
    assert main(["share", str(tmp_path), str(tmp_path / "crate.zip"), "--license", "mine"]) == 2
    assert "SPDX" in capsys.readouterr().err


def test_the_library_for_crates_reads_it(study: Path, tmp_path: Path) -> None:
    share(study, tmp_path / "crate.zip", Terms("CC0-1.0", ("Ada Lovelace",)))
    crate = ROCrate(tmp_path / "crate.zip")
    assert (crate.name, crate.license.id, crate.creator) == ("study", "https://spdx.org/licenses/CC0-1.0", None)
    actions = crate.get_by_type("CreateAction")
    assert [action["result"].id for action in actions] == [f"sample-{index:04d}.vti" for index in range(3)]
    assert {action["instrument"].type for action in actions} == {"SoftwareApplication"}
    assert [entity.id for entity in actions[2]["object"]] == ["requests/sample-0002.json", "#model", "sample-0001.vti"]
