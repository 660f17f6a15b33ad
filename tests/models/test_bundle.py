"""Bundles on disk: what is checked is what is loaded, and no card makes more memory than its files hold."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from microdesigner.core.errors import InputError
from microdesigner.models import bundle as bundles
from microdesigner.models.bundle import load_bundle, save_bundle, update_card
from tests.fuzz.mutate import TIMES, mutate_bytes, mutate_json
from tests.tiny_model import tiny_card, tiny_folder  # noqa: F401

CPU = torch.device("cpu")
LARGEST = 2**31 - 1


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A bundle to change."""
    return shutil.copytree(tiny_folder, tmp_path / "tiny")


def change_card(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "model.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def sign(folder: Path, part: str) -> None:
    """Put the hash of a changed part into the card, as an attacker would."""
    digest = hashlib.sha256((folder / f"{part}.safetensors").read_bytes()).hexdigest()
    change_card(folder, lambda card: card["parts"][part].update(sha256=digest))


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_bundle(str(folder), CPU)
    assert str(folder) in str(caught.value)
    return str(caught.value)


def check_sentence(error: InputError, number: int) -> None:
    assert str(error).isprintable(), number


@pytest.mark.parametrize("part", ["vae", "fp", "ddpm"])
def test_no_size_in_a_card_is_believed(folder: Path, part: str) -> None:
    """Each number of the architecture, made huge, would build a network of terabytes or of millions of blocks."""
    entries = json.loads((folder / "model.json").read_text())["architecture"][part]
    for name, value in entries.items():
        for wrong in (LARGEST, 10**30, -1, 1.5, True, "8", None):
            changed = [wrong] * len(value) if isinstance(value, list) else wrong
            change_card(
                folder, lambda card, name=name, changed=changed: card["architecture"][part].update({name: changed})
            )
            assert "model.json" in refused(folder), (name, wrong)
        change_card(folder, lambda card, name=name, value=value: card["architecture"][part].update({name: value}))
    load_bundle(str(folder), CPU)


def test_blocks_are_no_more_than_the_file_has_tensors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that the widest tensor would allow is laid out without memory and compared before it is built."""
    built = []
    monkeypatch.setattr(torch.nn.Module, "load_state_dict", lambda *_, **__: built.append(1))
    change_card(folder, lambda card: card["architecture"]["vae"].update(decoder_blocks=40))
    assert "the tensor 'deep_out.10" in refused(folder)
    assert not built


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda card: card.update(phases=["donor", "acceptor"]), "phases"),
        (lambda card: card["latent"].update(factor=4), "voxels per latent voxel"),
        (lambda card: card["latent"].update(channels=3), "latent channels"),
        (lambda card: card.update(process=card["process"][:1]), "recipe"),
        (lambda card: card.update(shape=[60, 64, 32]), "volumes of"),
        (lambda card: card.update(domain_sizes=None), "conditioned on"),
        (lambda card: card["architecture"]["ddpm"].update(heads=5), "heads"),
        (lambda card: card["architecture"].pop("fp"), "does not describe the part fp"),
        (lambda card: card["architecture"].update(kind="microgen3d"), "does not describe the part vae"),
        (lambda card: card["parts"].pop("fp"), "hash"),
    ],
)
def test_a_card_of_another_model_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    change_card(folder, change)
    assert words in refused(folder)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("process_std", 0.0, "not above 0"),
        ("process_mean", float("nan"), "no finite"),
        ("trunk.0.bias", float("inf"), "no finite"),
    ],
)
def test_weights_that_mean_nothing_are_refused(folder: Path, name: str, value: float, words: str) -> None:
    path = folder / "fp.safetensors"
    weights = load_file(path)
    weights[name] = torch.full_like(weights[name], value)
    save_file(weights, path)
    sign(folder, "fp")
    assert words in refused(folder)


def test_a_damaged_card_loads_or_is_refused(folder: Path) -> None:
    """Within the sizes of the files whatever the card says: this test would need terabytes and hours otherwise."""
    path, loaded = folder / "model.json", 0
    document = json.loads(path.read_text())
    few = {key: document[key][:8] for key in ("support", "domain_sizes")}  # most of what is changed are other entries
    for number, content in enumerate(mutate_json(document | few, 500 * TIMES)):
        path.write_bytes(content)
        try:
            load_bundle(str(folder), CPU)
            loaded += 1
        except InputError as error:
            check_sentence(error, number)
    assert 5 < loaded < 400 * TIMES


@pytest.mark.parametrize("part", ["vae", "fp", "ddpm"])
def test_damaged_weights_with_a_fitting_hash_load_or_are_refused(folder: Path, part: str) -> None:
    path = folder / f"{part}.safetensors"
    for number, content in enumerate(mutate_bytes(path.read_bytes(), 60 * TIMES)):
        path.write_bytes(content)
        sign(folder, part)
        try:
            load_bundle(str(folder), CPU)
        except InputError as error:
            check_sentence(error, number)


@pytest.mark.parametrize("name", ["nobody", "", "x" * 5000, "a\x00b", "../nobody", "\ud800"])
def test_a_name_of_no_model_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(InputError, match="installed are"):
        load_bundle(name, CPU)


def test_a_header_of_many_megabytes_is_not_parsed(folder: Path) -> None:
    (folder / "vae.safetensors").write_bytes((1 << 40).to_bytes(8, "little") + b"{" * 100)
    sign(folder, "vae")
    assert "header" in refused(folder)


def test_a_model_replaced_while_it_is_loaded_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Card read from the old model, parts from the new one: the new one is what is loaded."""
    before = load_bundle(str(folder), CPU)
    plain = bundles.parse_weights
    swapped = []

    def replacing(content: bytes, path: Path) -> Any:
        if not swapped:
            swapped.append(path)
            with torch.no_grad():
                before.predictor.recipe_spread.add_(1)
            save_bundle(folder, tiny_card(), before.autoencoder, before.predictor, before.denoiser)
        return plain(content, path)

    monkeypatch.setattr(bundles, "parse_weights", replacing)
    after = load_bundle(str(folder), CPU)
    assert swapped
    assert after.sha256 != before.sha256
    assert torch.equal(after.predictor.recipe_spread, before.predictor.recipe_spread)


def test_what_could_not_be_read_again_is_not_written(folder: Path) -> None:
    before = (folder / "model.json").read_text()
    with pytest.raises(InputError, match="lateral"):
        update_card(folder, {"lateral": "open"})
    assert (folder / "model.json").read_text() == before
    update_card(folder, {"accuracy": {"one": {"control": {"x": {"mae": float("nan")}}}}})
    assert load_bundle(str(folder), CPU).card.accuracy["one"].control["x"]["mae"] is None
