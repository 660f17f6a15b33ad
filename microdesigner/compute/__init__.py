"""Which device computes, and how: the one policy of engine, training, simulation, data sets and evaluation."""

from microdesigner.compute.devices import DeviceChoice, choose_device, device_name, select_device
from microdesigner.compute.memory import is_out_of_memory, memory_errors, release_memory
from microdesigner.compute.policy import ComputePolicy, compute_policy

__all__ = [
    "ComputePolicy",
    "DeviceChoice",
    "choose_device",
    "compute_policy",
    "device_name",
    "is_out_of_memory",
    "memory_errors",
    "release_memory",
    "select_device",
]
