"""The engine of a process that works for another one: loaded once, of one thread, with the very weights asked for."""

from functools import lru_cache

from microdesigner.engine.engine import Engine
from microdesigner.engine.worker_networks import check_worker


def worker_engine(name: str, device: str, identity: dict[str, str], device_type: str) -> Engine:
    """The model `name` on this process's device called `device`, as `worker_networks` has its networks."""
    engine = _loaded(name, device)
    check_worker(name, engine.networks, identity, device_type)
    return engine


@lru_cache(1)
def _loaded(name: str, device: str) -> Engine:
    return Engine.load(name, device, threads=1)
