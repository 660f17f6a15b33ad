"""New networks that begin with the weights of a known model, for data too few to learn everything from."""

import torch
from torch import nn

from microdesigner.core.errors import InputError


def begin_with(network: nn.Module, known: nn.Module, model: str) -> None:
    """Give `network` those parameters of `known` that have its names and shapes.

    Buffers, which scale latents and labels, are not among them: they follow from the data set. Raises InputError naming
    `model` where nothing fits.
    """
    offered = dict(known.named_parameters())
    fitting = {
        name: parameter
        for name, parameter in network.named_parameters()
        if name in offered and offered[name].shape == parameter.shape
    }
    if not fitting:
        raise InputError(f"No weights of {model} fit the networks of this preset; choose another model or preset.")
    with torch.no_grad():
        for name, parameter in fitting.items():
            parameter.copy_(offered[name])
