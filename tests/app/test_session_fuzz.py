"""Sessions and the targets in them: no mutated file gives anything but a sentence or a session that can be used."""

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from microdesigner.app.request_export import as_command, as_python
from microdesigner.app.store.session import Session
from microdesigner.app.targets import Options, Targets, TargetState, comparison
from microdesigner.app.volume_open import open_volume
from microdesigner.core.card import ModelCard
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.io import volumes
from microdesigner.io.labels import EDGES_WITHOUT_UNIT
from tests.app.test_session import SESSION
from tests.fuzz.mutate import TIMES, mutate_bytes, mutate_json
from tests.gui import stand_in

MUTATIONS = 1500 * TIMES


def _use(session: Session, card: ModelCard) -> None:
    """Do with a session what the window does."""
    targets = Targets(card, TargetState(dict(session.request.targets), frozenset(session.request.targets)))
    for name, value in session.request.targets.items():
        if name in targets.parameters:
            targets.set_value(name, value)
    try:
        targets.ask_only(session.request.targets)
    except InputError:
        return
    request = targets.request(Options(session.request.seed, min(session.request.count, 3)))
    assert isinstance(request, Request)
    assert np.isfinite(targets.judged().support or 0)
    comparison(session.request, {"vol_frac_D": 0.3})
    assert as_command(session.request)
    assert as_python(session.request)
    assert session.view is None or session.view.to_json()


def test_no_damaged_session_does_harm(tmp_path: Path) -> None:
    stand_in.write_card(tmp_path / "model")
    card = ModelCard.read(tmp_path / "model" / "model.json")
    path = tmp_path / "s.microdesigner"
    request = Request({"vol_frac_D": 0.4, "tortuosity_D": 0.5}, seed=8, size=(64, 64, 32))
    replace(SESSION, request=request).write(path)
    content = path.read_bytes()
    read, sentences = 0, list[str]()
    for mutated in chain(mutate_json(json.loads(content), MUTATIONS), mutate_bytes(content, MUTATIONS // 3)):
        path.write_bytes(mutated)
        try:
            session = Session.read(path)
        except InputError as error:
            sentences.append(str(error))
            continue
        _use(session, card)
        read += 1
    assert read > MUTATIONS / 20
    for sentence in sentences:
        assert str(path) in sentence
        assert len(sentence) < 600
        assert sentence.isprintable()


def test_no_damaged_session_with_a_film_does_harm(tmp_path: Path) -> None:
    path = tmp_path / "s.microdesigner"
    SESSION.write(path, Microstructure(np.zeros((4, 4, 4), np.uint8)))
    whole = 0
    for mutated in mutate_bytes(path.read_bytes(), MUTATIONS // 5):
        path.write_bytes(mutated)
        for read in (Session.read, open_volume):
            try:
                read(path)
                whole += 1
            except InputError as error:
                assert str(path) in str(error)  # noqa: PT017 - of many files
    assert whole > MUTATIONS / 20


def test_what_a_file_says_of_its_sample_does_no_harm(tmp_path: Path) -> None:
    sample = {
        "seed": 4, "measured": {"vol_frac_D": 1.0, "tortuosity_A": None}, "reasons": {"tortuosity_A": "none"},
        "process": {"chi": {"mean": 3.0, "q05": 2.0, "q50": 3.0, "q95": 4.0}}, "draws": {"chi": [1.0, 2.0]},
        "support": 0.5,
    }  # fmt: skip
    document = {"sample": sample, "request": Request({"vol_frac_D": 0.3}).to_json(), EDGES_WITHOUT_UNIT: [1, 2, 3]}
    plain = Microstructure(np.zeros((2, 2, 2), np.uint8))
    kept = 0
    for mutated in mutate_json(document, MUTATIONS // 10):
        try:
            provenance = json.loads(mutated)
        except (ValueError, RecursionError):
            continue
        if not isinstance(provenance, dict):
            continue
        try:
            volumes.write(replace(plain, provenance=provenance), tmp_path / "volume.vti")
        except (ValueError, RecursionError):
            continue  # no JSON: nothing that a file of ours can say
        try:
            opened = open_volume(tmp_path / "volume.vti")
        except InputError:
            continue
        assert all(value is None or isinstance(value, float) for value in opened.sample.measured.values())
        assert isinstance(opened.sample.recipe, dict)
        kept += bool(opened.sample.measured)
    assert kept > MUTATIONS / 40
