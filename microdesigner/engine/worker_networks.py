"""The networks of a process that works for another one: loaded once, of one thread, with the very weights asked for."""

from functools import lru_cache

import torch

from microdesigner.compute import compute_policy, select_device
from microdesigner.core.errors import InputError
from microdesigner.engine.networks import InferenceNetworks
from microdesigner.engine.sample_report import model_identity
from microdesigner.models.bundle import load_bundle


def worker_networks(name: str, device: str, identity: dict[str, str], device_type: str) -> InferenceNetworks:
    """The networks of the model `name` on this process's device called `device`.

    They compute with one thread, since sums in other orders differ in the last bits: so films are the same whatever the
    number of workers. Raises InputError where the model of that name has other weights than `identity` says, or the
    device is of another type.
    """
    networks = _loaded(name, device)
    check_worker(name, networks, identity, device_type)
    return networks


def check_worker(name: str, networks: InferenceNetworks, identity: dict[str, str], device_type: str) -> None:
    """Raise InputError where this worker's networks are not the weights `identity` or its device is of another type."""
    if model_identity(networks.bundle) != identity:
        raise InputError(f"A worker has other weights of the model {name}; install the same ones there.")
    if networks.device.type != device_type:
        raise InputError(
            f"Some workers compute on {networks.device.type}, others on {device_type}, which makes other films; name "
            "one by --device."
        )


@lru_cache(1)
def _loaded(name: str, device: str) -> InferenceNetworks:
    torch.set_num_threads(1)
    chosen = select_device(device).device
    compute_policy(chosen).prepare()
    return InferenceNetworks(load_bundle(name, chosen), chosen)
