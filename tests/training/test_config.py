"""The configuration of a run: whole on disk, the same from window and command, and what of it may change later."""

import json
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as with_entries

from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.training.config import CONFIG_FILE, TrainingConfig, new_config, read_config
from microdesigner.training.presets import PRESETS
from microdesigner.training.run import RunDirectory
from tests.fuzz.mutate import TIMES, mutate_bytes, mutate_json
from tests.tiny_dataset import write_tiny_dataset

CONDITIONS, PROCESS = ("vol_frac_D", "tortuosity_D"), ("chi",)


@pytest.fixture(scope="module")
def dataset_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_dataset(tmp_path_factory.mktemp("data") / "set.h5")


@pytest.fixture
def config(dataset_path: Path) -> TrainingConfig:
    return new_config(
        name="mine", dataset=str(dataset_path), conditions=CONDITIONS, process=PROCESS, preset="quick",
        minutes={"vae": 2.0}, devices=2, estimated_seconds={"ddpm": 6.0},
    )  # fmt: skip


def test_what_is_written_is_read_again_whole(config: TrainingConfig, tmp_path: Path) -> None:
    config.write(tmp_path)
    assert read_config(tmp_path) == config
    document = json.loads((tmp_path / CONFIG_FILE).read_text())
    assert document["conditions"] == list(CONDITIONS)
    assert document["plan"]["vae"]["minutes"] == 2.0
    assert document["plan"]["denoiser"] == "unet"
    assert config.minutes == {"vae": 2.0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"conditions": ("vol_frac_D",)},
            "the conditions vol_frac_D, tortuosity_D and cannot be resumed with vol",
        ),
        ({"process": ()}, r"the process chi and cannot be resumed with \(none\)"),
        ({"base_model": "ch-3phase"}, "the base_model"),
        ({"preset": "laptop"}, "the preset quick"),
        ({"plan": replace(PRESETS["quick"], denoiser="transformer")}, "the denoiser unet"),
        ({"plan": replace(PRESETS["quick"], widths=(8, 8, 8))}, "the widths 16, 32, 32"),
        ({"dataset": "/other.h5"}, "started on the data set"),
        ({"fingerprint": "b"}, "started on the data set"),
    ],
)
def test_another_training_is_refused_by_the_name_of_the_entry(
    change: dict[str, Any], words: str, config: TrainingConfig, tmp_path: Path
) -> None:
    stored = with_entries(config, fingerprint="a" if "fingerprint" in change else "")
    run = RunDirectory(tmp_path / "run")
    run.open(stored, resume=False)
    before = (run.path / CONFIG_FILE).read_bytes()
    with pytest.raises(InputError, match=words):
        run.open(with_entries(stored, **change), resume=True)
    assert (run.path / CONFIG_FILE).read_bytes() == before
    with pytest.raises(InputError, match="--resume"):
        run.open(stored, resume=False)


def test_time_limits_devices_and_a_moved_file_may_change(config: TrainingConfig, tmp_path: Path) -> None:
    run, stored = RunDirectory(tmp_path / "run"), with_entries(config, fingerprint="a")
    run.open(stored, resume=False)
    plan = stored.plan.with_time_limits({"ddpm": 1.0}, compiled=True)
    asked = with_entries(stored, plan=plan, devices=1, dataset="/moved.h5", name="better", estimated_seconds={})
    assert run.open(asked, resume=True) == with_entries(asked, estimated_seconds={"ddpm": 6.0})
    assert run.config.minutes == {"ddpm": 1.0}
    assert run.config.dataset == "/moved.h5"


def test_the_command_resumes_as_the_run_was_started_and_refuses_the_rest(
    dataset_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trained: list[TrainingConfig] = []
    monkeypatch.setattr("microdesigner.cli.train._train", lambda config, *_: trained.append(config))
    out = ["--out", str(tmp_path / "run")]
    first = ["train", str(dataset_path), *out, "--preset", "quick", "--denoiser", "transformer", "--minutes", "fp=1"]
    assert main([*first, "--conditions", *CONDITIONS, "--recipe", "chi", "--stage", "fp", "vae", "--compile"]) == 0
    assert main(["train", *out, "--resume"]) == 0
    other_stage = ["--minutes", "vae=1", "--stage", "ddpm", "--no-compile"]
    assert main(["train", str(dataset_path), *out, "--resume", "--preset", "quick", *other_stage]) == 0
    started, again, changed = trained
    assert started == again
    assert (again.conditions, again.process, again.plan.denoiser) == (CONDITIONS, PROCESS, "transformer")
    assert len(again.fingerprint) == 64
    assert (again.chosen_stages, again.plan.ddpm.compiled) == (("vae", "fp"), True)
    assert changed == with_entries(started, plan=started.plan.with_time_limits({"vae": 1.0}), stages=("ddpm",))

    other = write_tiny_dataset(tmp_path / "other.h5", (32, 32, 64))
    for options, words in (
        (["--conditions", "vol_frac_D"], "the conditions vol_frac_D, tortuosity_D"),
        (["--recipe"], "the process chi"),
        (["--denoiser", "unet"], "the denoiser transformer"),
        (["--preset", "laptop"], "the preset quick"),
        (["--from", "ch-3phase"], "the base_model"),
        ([str(other)], "started on the data set"),
    ):
        capsys.readouterr()
        assert main(["train", *out, "--resume", *options]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
    assert len(trained) == 3


def test_runs_of_version_0_1_0_go_on(dataset_path: Path, config: TrainingConfig, tmp_path: Path) -> None:
    old = {"dataset": str(dataset_path.resolve()), "preset": "quick", "plan": asdict(PRESETS["quick"])}
    (tmp_path / CONFIG_FILE).write_text(json.dumps(old))
    with pytest.raises(InputError, match=r"written by version 0\.1\.0"):
        read_config(tmp_path)
    assert RunDirectory(tmp_path).open(with_entries(config), resume=True).conditions == CONDITIONS

    (tmp_path / CONFIG_FILE).write_text(json.dumps(old))
    order = {"name": "old", "dataset": str(dataset_path), "conditions": ["vol_frac_D"], "process": [], "base": "",
             "preset": "quick", "minutes": {}, "devices": 1, "estimated_seconds": {"vae": 3.0}}  # fmt: skip
    (tmp_path / "order.json").write_text(json.dumps(order))
    upgraded = read_config(tmp_path)
    assert (upgraded.name, upgraded.conditions, upgraded.estimated_seconds) == ("old", ("vol_frac_D",), {"vae": 3.0})


def test_a_mutated_configuration_is_read_or_refused_in_one_sentence(config: TrainingConfig, tmp_path: Path) -> None:
    path, refused = tmp_path / CONFIG_FILE, 0
    config.write(tmp_path)
    whole = path.read_bytes()
    for content in chain(mutate_json(json.loads(whole), 600 * TIMES), mutate_bytes(whole, 200 * TIMES, seed=1)):
        path.write_bytes(content)
        try:
            read_config(tmp_path)
        except InputError as error:
            refused += 1
            sentence = str(error)
            if "\n" in sentence or str(tmp_path) not in sentence:
                raise AssertionError(sentence) from error
    assert refused > 400 * TIMES
