"""From the architecture that a card names to networks with the weights of its files.

A card may name any size. So the files are read first, and a network is laid out without memory (torch's meta device)
and compared with them tensor by tensor: what is built then is as large as the files themselves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from msgspec import ValidationError, convert
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from microdesigner.core.card import DENOISER_MULTIPLE, PARTS, ModelCard
from microdesigner.core.card_entries import PartName
from microdesigner.core.errors import InputError
from microdesigner.models.autoencoder import AutoencoderConfig, PhaseAutoencoder
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.denoiser import Denoiser, DenoiserConfig
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.models.microgen3d import (
    GreyAutoencoder,
    MicroGen3DConfig,
    NoiseDenoiser,
    PointPredictor,
    microgen3d_networks,
)
from microdesigner.models.transformer import TRANSFORMER, TransformerConfig, TransformerDenoiser

MICROGEN3D = "microgen3d"
LARGEST_HEADER_BYTES = 8 << 20
MOST_TENSORS = 10_000
_MAY_BE_NONE = {"process"}  # a model without a recipe

Autoencoder = PhaseAutoencoder | GreyAutoencoder
"""What decodes whitened latents to phase logits."""
Predictor = FeaturePredictor | PointPredictor
"""What tells descriptors and recipe of a latent."""
AnyDenoiser = ConditionalDenoiser | NoiseDenoiser
"""What predicts v of a noisy latent."""
Weights = Mapping[str, Tensor]
Config = AutoencoderConfig | PredictorConfig | DenoiserConfig | TransformerConfig | MicroGen3DConfig


@dataclass(frozen=True)
class Networks:
    """The networks of a model."""

    autoencoder: Autoencoder
    predictor: Predictor
    denoiser: AnyDenoiser

    def __iter__(self) -> Iterator[nn.Module]:
        """In the order of `PARTS`."""
        return iter((self.autoencoder, self.predictor, self.denoiser))


def parse_weights(content: bytes, path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file with this `content`; raises InputError naming `path`."""
    if int.from_bytes(content[:8], "little") > LARGEST_HEADER_BYTES:
        raise InputError(f"{path} has a header larger than any model of this program; copy the model again.")
    try:
        weights = load(content)
    except (SafetensorError, RuntimeError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise InputError(f"{path} cannot be read as weights ({_first_line(error)}); copy the model again.") from None
    if len(weights) > MOST_TENSORS:
        raise InputError(f"{path} holds more tensors than any model of this program; copy the model again.")
    for name, tensor in weights.items():
        if not (tensor.is_floating_point() and bool(tensor.isfinite().all())):
            raise InputError(f"{path} holds values that are no finite numbers ('{name}'); copy the model again.")
        if name.endswith("_std") and not bool((tensor > 0).all()):
            raise InputError(f"{path} holds a scale that is not above 0 ('{name}'); copy the model again.")
    return weights


def build_networks(card: ModelCard, weights: Mapping[PartName, Weights], source: Path) -> Networks:
    """The networks that the card in the file `source` describes, with `weights`; raises InputError where the card or
    a part is of another size."""
    configs = _configs(card, weights, source)
    with torch.device("meta"):
        try:
            outline = _networks(configs)
        except (RuntimeError, ValueError, TypeError, OverflowError, ZeroDivisionError, MemoryError) as error:
            raise _unfit(source, "the networks", _first_line(error)) from None
    for part, network in zip(PARTS, outline, strict=True):
        _check_tensors(network, weights[part], source, part)
    _check_interfaces(card, configs, outline, source)
    networks = _networks(configs)
    for part, network in zip(PARTS, networks, strict=True):
        network.load_state_dict({name: tensor.float() for name, tensor in weights[part].items()})
    return networks


def _configs(card: ModelCard, weights: Mapping[PartName, Weights], source: Path) -> tuple[Config, ...]:
    entries = card.architecture
    if entries.get("kind") == MICROGEN3D:
        everything = {f"{part} {name}": tensor for part in PARTS for name, tensor in weights[part].items()}
        return (_config(MicroGen3DConfig, entries.get("vae"), everything, source, "vae"),)
    denoiser = entries.get("ddpm")
    transformer = isinstance(denoiser, dict) and denoiser.get("kind") == TRANSFORMER
    if isinstance(denoiser, dict) and transformer:
        denoiser = {name: value for name, value in denoiser.items() if name != "kind"}
    return (
        _config(AutoencoderConfig, entries.get("vae"), weights["vae"], source, "vae"),
        _config(PredictorConfig, entries.get("fp"), weights["fp"], source, "fp"),
        _config(TransformerConfig if transformer else DenoiserConfig, denoiser, weights["ddpm"], source, "ddpm"),
    )


def _config(kind: type[Config], entries: Any, weights: Weights, source: Path, part: str) -> Config:
    """The entries of one part, no number in them larger than its file can mean: a width is some tensor's edge, and a
    block has a tensor at least."""
    if not isinstance(entries, dict) or set(entries) != {entry.name for entry in fields(kind)}:
        raise InputError(f"{source} does not describe the part {part} as this version expects it.")
    try:
        config = convert(entries, kind)
    except (ValidationError, ValueError, OverflowError) as error:
        raise _unfit(source, f"the part {part}", _first_line(error)) from None
    largest = max([len(weights), *(edge for tensor in weights.values() for edge in tensor.shape)])
    for name, value in asdict(config).items():
        numbers = value if isinstance(value, tuple) else (value,)
        least = 0 if name in _MAY_BE_NONE or kind is MicroGen3DConfig else 1
        if any(isinstance(number, int) and not least <= number <= largest for number in numbers):
            raise _unfit(source, f"the part {part}", f"'{name}' is {value}, which its file cannot hold")
    return config


def _networks(configs: tuple[Config, ...]) -> Networks:
    match configs:
        case (MicroGen3DConfig() as config,):
            return Networks(*microgen3d_networks(config))
        case (AutoencoderConfig() as autoencoder, PredictorConfig() as predictor, TransformerConfig() as denoiser):
            return Networks(PhaseAutoencoder(autoencoder), FeaturePredictor(predictor), TransformerDenoiser(denoiser))
        case (AutoencoderConfig() as autoencoder, PredictorConfig() as predictor, DenoiserConfig() as denoiser):
            return Networks(PhaseAutoencoder(autoencoder), FeaturePredictor(predictor), Denoiser(denoiser))
    raise AssertionError(configs)


def _check_tensors(outline: nn.Module, weights: Weights, source: Path, part: str) -> None:
    expected = {name: tuple(tensor.shape) for name, tensor in outline.state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if odd := sorted(expected.keys() ^ found.keys()):
        where = "lacks" if odd[0] in expected else "has besides"
        raise _unfit(source, f"the part {part}", f"its file {where} the tensor '{odd[0]}'")
    for name, shape in expected.items():
        if found[name] != shape:
            raise _unfit(source, f"the part {part}", f"'{name}' is {found[name]} in its file instead of {shape}")


def _check_interfaces(card: ModelCard, configs: tuple[Config, ...], networks: Networks, source: Path) -> None:
    """Raise InputError unless phases, latents, conditions and recipe are the same in card and networks."""
    autoencoder, predictor, denoiser = networks.autoencoder, networks.predictor, networks.denoiser
    latent, conditions, process = card.latent.channels, len(card.conditions), len(card.process)
    denoiser_inputs = conditions + (card.domain_sizes is not None)
    pairs = [
        ("phases", len(card.phase_names), autoencoder.config.phases),
        ("voxels per latent voxel", card.latent.factor, autoencoder.config.factor),
        *(("latent channels", latent, config.latent_channels) for config in configs),
    ]
    if any(edge % (DENOISER_MULTIPLE * card.latent.factor) for edge in card.shape):
        raise _unfit(source, "the networks", f"they cannot make volumes of {card.shape} voxels")
    if isinstance(autoencoder, GreyAutoencoder):
        config = autoencoder.config
        pairs += [("conditions", conditions, len(config.conditions)), ("recipe", process, len(config.process))]
        if config.shape != card.shape:
            raise _unfit(source, "the networks", f"they are for volumes of {config.shape} voxels")
        if any(not 0 <= column < config.outputs for column in (*config.conditions, *config.process)):
            raise _unfit(source, "the part fp", "it names a column that the predictor does not have")
    if isinstance(predictor, FeaturePredictor):
        pairs.append(("conditions", conditions, predictor.config.descriptors))
        pairs.append(("recipe", process, predictor.config.process))
    if isinstance(denoiser, ConditionalDenoiser):
        pairs.append(("numbers that the denoiser is conditioned on", denoiser_inputs, len(denoiser.condition_mean)))
    for what, in_card, in_network in pairs:
        if in_card != in_network:
            raise _unfit(source, "the networks", f"{what}: {in_card} in the card and {in_network} in the networks")


def _unfit(source: Path, what: str, reason: str) -> InputError:
    return InputError(f"{source} does not fit {what} beside it ({reason}); copy the model again.")


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0].replace("`", "'") if lines else type(error).__name__
