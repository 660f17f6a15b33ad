"""A bundle's networks in the form in which a device runs them fastest, beside the exact ones."""

import copy
from collections.abc import Iterator
from typing import TypeVar

import torch
from torch import Tensor, nn

from microdesigner.compute import ComputePolicy, compute_policy, release_memory
from microdesigner.models.autoencoder import PhaseAutoencoder
from microdesigner.models.bundle import Bundle
from microdesigner.models.conditioning import ConditionalDenoiser
from microdesigner.models.tiling import Decoded, decoded_in_tiles, decoded_tile

Network = TypeVar("Network", bound=nn.Module)


class InferenceNetworks:
    """Denoiser and decoder of `bundle` on `device`, each in the compute policy's number format and memory layout.

    The decoder exists twice: in float32 for what is counted and shown, and in the policy's format for looks on the way.
    Latents are whitened and have the shape (batch, channels, x, y, z); logits are (batch, phases, x, y, z).
    """

    def __init__(self, bundle: Bundle, device: torch.device) -> None:
        self.bundle = bundle
        self.device = device
        self.policy: ComputePolicy = compute_policy(device)
        self.periodic = bundle.card.lateral == "periodic"
        self._denoiser = self._in_policy_format(bundle.denoiser)
        self._decoder = self._in_policy_format(bundle.autoencoder)
        self._exact_decoder = self._in_layout(bundle.autoencoder)

    @torch.no_grad()
    def velocity(self, noisy: Tensor, time: Tensor, conditions: Tensor, known: Tensor) -> Tensor:
        """v of `noisy` at `time` (batch,) under `conditions` (batch, n), of which those in `known` count; float32."""
        noisy = noisy.to(memory_format=self.policy.memory_format)
        with self.policy.autocast():
            prediction: Tensor = self._denoiser(noisy, time, conditions, known, self.periodic)
        return prediction.float()

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Logits in float32, of which films are counted and shown."""
        return self._exact_decoder.decode(latents.to(memory_format=self.policy.memory_format), self.periodic)

    @torch.no_grad()
    def decode_quickly(self, latents: Tensor, periodic: bool | None = None) -> Tensor:
        """Logits in the policy's format, as float32; `periodic` if not as the card says."""
        wraps = self.periodic if periodic is None else periodic
        with self.policy.autocast():
            logits = self._decoder.decode(latents.to(memory_format=self.policy.memory_format), wraps)
        return logits.float()

    @torch.no_grad()
    def tiles(self, latents: Tensor, quickly: bool = False) -> Iterator[Decoded]:
        """Logits as from `decode`, or `decode_quickly`, tile by tile, for films of any size."""
        latents = latents.to(memory_format=self.policy.memory_format)
        if not quickly:
            yield from decoded_in_tiles(self._exact_decoder, latents, self.periodic)
            return
        with self.policy.autocast():
            for x, y, logits in decoded_in_tiles(self._decoder, latents, self.periodic, exact=False):
                yield x, y, logits.float()

    @torch.no_grad()
    def tile(self, latent: Tensor, x: slice, y: slice) -> Tensor:
        """Logits (phases, x, y, z) in float32 of the latent voxels `x`, `y` of `latent` (channels, x, y, z)."""
        assert isinstance(self._exact_decoder, PhaseAutoencoder)
        latents = latent[None].to(memory_format=self.policy.memory_format)
        return decoded_tile(self._exact_decoder, latents, self.periodic, x, y)[0]

    def decode_for_derivatives(self, latents: Tensor) -> Tensor:
        """Logits as from `decode_quickly`, in the policy's format, with derivatives by `latents`.

        Derivatives of this program's own decoder pass through its skip connections alone: at a fifth of the cost they
        point the same way (cosine 0.97) and are 1.4 times as long, which secant updates mend.
        """
        latents = latents.to(memory_format=self.policy.memory_format)
        with torch.enable_grad(), self.policy.autocast():
            if isinstance(self._decoder, PhaseAutoencoder):
                return self._decoder.decode(latents, self.periodic, skip_derivatives=True)
            return self._decoder.decode(latents, self.periodic)

    def synchronize(self) -> None:
        """Wait until the device has done what was asked of it, before a clock is read."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()

    def give_back(self) -> None:
        """Leave to others, such as a training, what a GPU's memory holds for further films."""
        if self.device.type != "cpu":
            release_memory(self.device)

    def _in_policy_format(self, network: Network) -> Network:
        """A copy whose parameters are stored as they are multiplied, so that no call converts them; scales and other
        buffers stay in float32. The paper's networks choose their formats themselves."""
        ours = copy.deepcopy(network)
        if isinstance(ours, PhaseAutoencoder | ConditionalDenoiser):
            for parameter in ours.parameters():
                parameter.data = parameter.data.to(self.policy.dtype)
        return self._in_layout(ours)

    def _in_layout(self, network: Network) -> Network:
        return network.to(memory_format=self.policy.memory_format)  # type: ignore[call-overload]
