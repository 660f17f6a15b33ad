"""The paper's networks: parameter counts to the last one, published weights in, volumes out, hostile files refused."""

import math
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished
from microdesigner.core.request import Request
from microdesigner.engine import Engine
from microdesigner.models.microgen3d import GreyAutoencoder, NoiseDenoiser, autoencoder, denoiser, microgen3d_networks
from microdesigner.models.microgen3d.denoiser import linear_schedule
from microdesigner.models.microgen3d.published import PUBLISHED, import_published, published_card, read_weights

TARGETS = {"vol_frac_D": 0.3, "vol_frac_M": 0.2, "tortuosity_D": 0.3, "tortuosity_A": 0.3}
TABLE_1 = {
    "paper-ch-3phase": {"vae": 46_916_781, "fp": 657_927, "ddpm": 150_871_044},
    "paper-experimental": {"vae": 46_912_836, "fp": 164_611, "ddpm": 150_786_561},
}


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same networks with few channels, and a home for models."""
    monkeypatch.setattr(autoencoder, "WIDTHS", (4, 4, 8, 8))
    monkeypatch.setattr(denoiser, "FEATURES", 8)
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))


def save_weights(folder: Path, kind: str) -> dict[str, Path]:
    """state_dicts as the authors' program writes them: the DDPM with its tables, the VAE in its older spelling."""
    torch.manual_seed(0)
    parts = dict(zip(("vae", "fp", "ddpm"), microgen3d_networks(PUBLISHED[kind].config), strict=True))
    states = {part: dict(network.state_dict()) for part, network in parts.items()}
    states["ddpm"] |= linear_schedule()
    for name in list(states["vae"]):
        kinds = {"0": "convs", "1": "instnorms", "2": "resblocks"}
        if name.startswith("decoder.deconv_layers."):
            _, _, level, layer, rest = name.split(".", 4)
            states["vae"][f"decoder.{kinds[layer]}.{level}.{rest}"] = states["vae"].pop(name)
    files = {part: folder / f"{part}.pt" for part in states}
    for part, state in states.items():
        torch.save(state, files[part])
    return files


@pytest.mark.parametrize("name", TABLE_1)
def test_parameter_counts_are_those_of_table_1(name: str) -> None:
    assert {part: entry["parameters"] for part, entry in published_card(name)["parts"].items()} == TABLE_1[name]


def test_layers_have_the_published_names() -> None:
    with torch.device("meta"):
        vae, fp, ddpm = (network.state_dict() for network in microgen3d_networks(PUBLISHED["paper-ch-3phase"].config))
    assert vae["encoder.conv_layers.12.weight"].shape == (4, 512, 1, 1, 1)
    assert vae["encoder.conv_layers.11.block.4.weight"].shape == (512,)
    assert vae["decoder.deconv_layers.1.0.weight"].shape == (512, 256, 3, 3, 3)
    assert vae["encoder.conv_logvar.bias"].shape == (4,)
    assert fp["fc3.weight"].shape == (7, 256)
    assert ddpm["nn_model.down2.model.0.conv2.0.weight"].shape == (1024, 1024, 3, 3, 3)
    assert ddpm["nn_model.contextembed1.model.0.weight"].shape == (1024, 4)
    assert ddpm["nn_model.up1.model.0.weight"].shape == (2048, 512, 2, 2, 2)
    assert ddpm["nn_model.out.3.weight"].shape == (4, 512, 3, 3, 3)


@pytest.mark.usefixtures("narrow")
def test_published_weights_become_a_model_that_generates(tmp_path: Path) -> None:
    files = save_weights(tmp_path, "paper-ch-3phase")
    folder = import_published("paper-ch-3phase", files, "theirs")
    engine = Engine.load("theirs", device="cpu")
    stored = torch.load(files["fp"], weights_only=True)
    assert all(torch.equal(stored[name], value) for name, value in engine.bundle.predictor.state_dict().items())

    *_, last = engine.generate(Request(TARGETS, model="theirs", steps=2, refinement_strength=0))
    assert isinstance(last, Finished)
    sample = last.result.samples[0]
    assert folder.name == "theirs"
    assert sample.microstructure.shape == (128, 128, 64)
    assert set(sample.process) == {"phi", "chi", "log_time"}
    with pytest.raises(InputError, match="tortuosity_A"):
        engine.generate(Request({name: value for name, value in TARGETS.items() if name != "tortuosity_A"}))
    with pytest.raises(InputError, match="128×128×64 voxels only"):
        engine.generate(Request(TARGETS, size=(128, 128, 128)))


@pytest.mark.usefixtures("narrow")
def test_three_greys_make_three_phases() -> None:
    network = GreyAutoencoder(PUBLISHED["paper-ch-3phase"].config)
    grey = torch.tensor([0.1, 0.24, 0.26, 0.6, 0.74, 0.9]).reshape(1, 1, 6, 1, 1)
    assert network.logits(grey).argmax(1).flatten().tolist() == [0, 0, 2, 2, 2, 1]


class _KnownNoise(nn.Module):
    """The noise in a latent whose clean values are known, by the paper's own tables."""

    def __init__(self, clean: Tensor) -> None:
        super().__init__()
        self.clean = clean
        self.steps: list[float] = []

    def forward(self, noisy: Tensor, share: Tensor, context: Tensor) -> Tensor:
        step = float(share[0]) * 1000
        self.steps.append(step)
        tables = linear_schedule()
        return (noisy - tables["sqrtab"][round(step)] * self.clean) / tables["sqrtmab"][round(step)]


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("step", [1, 250, 700, 998])
def test_the_papers_steps_fall_on_our_clock(step: int) -> None:
    network = NoiseDenoiser(PUBLISHED["paper-ch-3phase"].config)
    clean, noise = torch.randn(1, 4, 8, 8, 4), torch.randn(1, 4, 8, 8, 4)
    network.nn_model = known = _KnownNoise(clean)
    tables = linear_schedule()
    alpha, sigma = float(tables["sqrtab"][step]), float(tables["sqrtmab"][step])
    time = torch.tensor([2 / math.pi * math.atan2(sigma, alpha)])
    velocity = network(alpha * clean + sigma * noise, time, torch.zeros(1, 4), torch.ones(1, 4).bool())
    assert known.steps[0] == pytest.approx(step, abs=0.05)
    assert torch.allclose(velocity, alpha * noise - sigma * clean, atol=2e-2 / alpha * 0.1 + 1e-3)


class _Malice:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.write_text, (Path("pwned"), "x"))


@pytest.mark.usefixtures("narrow")
def test_hostile_and_damaged_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, predictor, noise_denoiser = microgen3d_networks(PUBLISHED["paper-experimental"].config)
    state = predictor.state_dict()

    def refused(content: object, word: str, network: nn.Module = predictor) -> None:
        path = tmp_path / "part.pt"
        path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
        with pytest.raises(InputError, match=word):
            read_weights(path, network)

    refused(pickle.dumps(_Malice()), "not a plain file of weights")
    refused({"fc1.weight": _Malice()}, "not a plain file of weights")
    assert not Path("pwned").exists()
    refused(np.random.default_rng(0).bytes(4000), "not a plain file")
    refused([1, 2, 3], "not a state_dict")
    refused({**state, "extra": torch.zeros(1)}, "another network")
    refused({**state, "fc3.weight": torch.zeros(7, 7)}, "belongs to another model")
    refused({**state, "fc1.bias": torch.zeros(1).expand(1 << 30)}, "belongs to another model")
    refused(bytes(64 << 20), "more than this part's weights")
    schedule = {**noise_denoiser.state_dict(), "alpha_t": torch.linspace(1, 0.5, 1000)}
    refused(schedule, "another noise schedule", noise_denoiser)
    with zipfile.ZipFile(tmp_path / "part.pt", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data/0", bytes(64 << 20))
    with pytest.raises(InputError, match="more than this part's weights"):
        read_weights(tmp_path / "part.pt", predictor)
    with pytest.raises(InputError, match=r"none\.pt"):
        read_weights(tmp_path / "none.pt", predictor)
